"""Instructions of the hot paths, counted by valgrind: the same figures on a busy machine.

    python benchmarks/counts.py             # print them beside the kept ones
    python benchmarks/counts.py --keep      # keep them, in benchmarks/counts.json

`record NAME` is what the recorded program executes for one iteration of a loop around that
statement, Python's own work included; `pack` is the writer's work for one raw event, `walk`, `seek`
and `read` the replay's for a step forward, a jump, a statement's variables. Each figure is a
difference of two runs over what they differ in, so that starting up is in none of them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
KEPT = FOLDER / "counts.json"
COUNTED = FOLDER / "own" / "counted.py"
FEW, MANY = 200, 4200
MICRO = re.findall(r"^def (\w+)\(n\)", COUNTED.read_text(encoding="utf-8"), re.MULTILINE)

VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]

RECORD = """
import sys
import escope_tui
from escope_tui.format.writer import RecordingWriter
feed, raw = RecordingWriter.feed, open(sys.argv[3], "wb") if len(sys.argv) > 3 else None
def kept(self, data):
    used = feed(self, data)
    if raw is not None:
        raw.write(bytes(data[:used]))
    return used
RecordingWriter.feed = kept
sys.executable = sys.argv[1]
escope_tui.record([{script!r}], output=sys.argv[2], force=True)
"""

PACK = """
import sys
from escope_tui.format.writer import RecordingWriter
with open(sys.argv[1], "rb") as file:
    raw = file.read()
writer = RecordingWriter(sys.argv[2], {}, chunk_steps=1 << 30, chunk_raw=1 << 40)
for _ in range(int(sys.argv[3])):
    writer.feed(raw)
"""

REPLAY = """
import random, sys
import escope_tui
rec = escope_tui.open(sys.argv[1])
times, kind, order = int(sys.argv[3]), sys.argv[2], random.Random(1)
count = len(rec)
for chunk in rec.file.chunks:  # what is counted begins with all of them decoded
    rec.locals(chunk.first_step)
rec.locals(count // 2)
if kind == "walk":
    for step in rec.steps(count // 2, count // 2 + times):
        pass
for i in range(times):
    if kind == "seek":
        rec[order.randrange(count)]
        rec.locals(order.randrange(count))
    elif kind == "read":
        rec.locals(count // 2 + i)
"""


def instructions(command: list[str], **environment: str) -> int:
    """Run a command under valgrind; return the instructions of the process that it becomes."""
    more = dict(PYTHONHASHSEED="0", **environment)
    done = subprocess.run(
        command, env={**os.environ, **more}, capture_output=True, text=True, timeout=600
    )
    found = re.findall(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode or not found:
        raise RuntimeError(f"{command}: exit status {done.returncode}\n{done.stderr[-2000:]}")
    return int(found[-1].replace(",", ""))


class Counter:
    """Counts in one temporary folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wrapper = folder / "python"
        words = " ".join(VALGRIND)
        self.wrapper.write_text(f'#!/bin/sh\nexec {words} "{sys.executable}" "$@"\n')
        self.wrapper.chmod(self.wrapper.stat().st_mode | stat.S_IXUSR)
        self.home = {"ESCOPE_HOME": str(folder / "home")}

    def record(self, often: str, times: int, *, raw: Path | None = None, real: bool = False) -> Any:
        """Record the counted program, its process under valgrind unless `real`."""
        python = sys.executable if real else str(self.wrapper)
        out = self.folder / f"{often or 'base'}.esr"
        words = [sys.executable, "-c", RECORD.format(script=str(COUNTED)), python, str(out)]
        if raw:
            words.append(str(raw))
        setting = {"COUNTED_OFTEN": often, "COUNTED_TIMES": str(times), **self.home}
        if real:
            subprocess.run(words, env={**os.environ, **setting}, check=True, capture_output=True)
            return out
        return instructions(words, **setting)

    def under(self, code: str, *words: str) -> int:
        """Count a piece of Python code."""
        return instructions([*VALGRIND, sys.executable, "-c", code, *words], **self.home)

    def all(self) -> dict[str, int]:
        """Every figure."""
        self.record("", FEW, real=True)  # now its rewritten code is cached
        with ThreadPoolExecutor(max_workers=2) as pool:
            base = pool.submit(self.record, "", FEW)
            runs = {name: pool.submit(self.record, name, MANY) for name in MICRO}
            rest = {name: pool.submit(count) for name, count in self.others()}
            counts = {
                f"record {name}": round((run.result() - base.result()) / (MANY - FEW))
                for name, run in runs.items()
            }
            return counts | {name: job.result() for name, job in rest.items()}

    def others(self) -> list[tuple[str, Any]]:
        """The writer's and the replay's figures."""
        raw = self.folder / "raw"
        trace = self.record("call", 60_000, raw=raw, real=True)
        import escope_tui

        with escope_tui.open(str(trace)) as recording:
            events = len(recording)
        packed = str(self.folder / "packed.esr")

        def pack() -> int:
            few = self.under(PACK, str(raw), packed, "0")
            return round((self.under(PACK, str(raw), packed, "1") - few) / events)

        def replay(kind: str, few: int, many: int) -> Any:
            def count() -> int:
                start = self.under(REPLAY, str(trace), kind, str(few))
                return round(
                    (self.under(REPLAY, str(trace), kind, str(many)) - start) / (many - few)
                )

            return count

        return [
            ("pack", pack),
            ("walk", replay("walk", 50, 1050)),
            ("seek", replay("seek", 2, 22)),
            ("read", replay("read", 20, 220)),
        ]


def measured() -> dict[str, int]:
    """Count everything on this Python."""
    with tempfile.TemporaryDirectory(prefix="escope-counts-") as folder:
        return Counter(Path(folder)).all()


def kept() -> dict[str, int]:
    """The kept figures of this version of Python."""
    version = "{}.{}".format(*sys.version_info)
    return dict(json.loads(KEPT.read_text())).get(version, {}) if KEPT.exists() else {}


def main() -> None:
    """Print, and keep if asked to."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    args = parser.parse_args()
    figures, before = measured(), kept()
    if args.json:
        print(json.dumps(figures))
    else:
        for name, count in figures.items():
            share = f"{count / before[name] - 1:+.1%}" if before.get(name) else ""
            print(f"{name:24}{count:>12,}{before.get(name, 0):>12,}{share:>9}")
    if args.keep:
        all_kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
        all_kept["{}.{}".format(*sys.version_info)] = figures
        KEPT.write_text(json.dumps(all_kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER.parent))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(FOLDER.parent), os.environ.get("PYTHONPATH")))
    )
    main()
