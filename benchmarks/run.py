"""Measure escope, empty tracers and peers on the same programs, in turns, in one run.

    python benchmarks/run.py                       # everything; writes benchmarks/results/
    python benchmarks/run.py --tools escope        # plain and escope only
    python benchmarks/run.py --programs nbody,go --rounds 3

Every round runs each tool on each program, the tools in shuffled order. The figures are medians.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import report
from contenders import Contender, available, provide
from programs import FOLDER, OWN, PROGRAMS, Program, write

LONGEST, LONGEST_SLOW = 300.0, 60.0
"""Seconds after which a run is given up, and one of a slow tool on its small input."""

PICTURE = FOLDER.parent / "docs" / "pictures" / "cost.svg"
"""What the README shows."""

EMPTY = Program("empty", "pass", 1, 1, packaged=False)

Key = tuple[str, str, int]
"""Program, tool, size."""


class Bench:
    """One run of the whole: where the programs lie, and what has been measured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.samples: dict[Key, list[dict[str, float]]] = defaultdict(list)
        self.failures: dict[Key, str] = {}
        self.missing: dict[str, str] = {}
        self._paths: dict[str, str] = {}

    def measure(self, tool: Contender, program: Program, size: int) -> None:
        """Run once and keep the figures; a tool that fails is not tried again on that program."""
        key = (program.name, tool.name, size)
        if key in self.failures:
            return
        place = self.folder / tool.name.replace(" ", "-") / program.name
        driver = place / "main.py"
        if not driver.exists():
            write(program, place)
            tool.prepare(place)
        if tool.name not in self._paths:
            try:
                self._paths[tool.name] = provide(tool)
            except subprocess.CalledProcessError as error:
                self._paths[tool.name] = ""
                self.missing[tool.name] = f"cannot be installed: exit status {error.returncode}"
        if tool.name in self.missing:
            self.failures[key] = self.missing[tool.name]
            return
        out = self.folder / "out"
        trace = self.folder / "trace"
        for path in [out, *self.folder.glob("trace*")]:
            path.unlink(missing_ok=True)
        environment = dict(os.environ, PYTHONHASHSEED="0", PYTHONPATH=self._paths[tool.name])
        environment.update(BENCH_SIZE=str(size), BENCH_OUT=str(out), BENCH_TRACE=str(trace))
        environment.update(HOME=str(self.folder), ESCOPE_HOME=str(self.folder / "home"))
        longest = LONGEST_SLOW if tool.slow else LONGEST
        began, cpu = time.perf_counter(), os.times()
        try:
            done = subprocess.run(
                tool.command(driver, trace),
                cwd=place,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=longest,
            )
        except subprocess.TimeoutExpired:
            self.failures[key] = f"not done after {longest:.0f} s"
            return
        wall, after = time.perf_counter() - began, os.times()
        if done.returncode or not out.exists():
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()
            self.failures[key] = last[-1] if last else f"exit status {done.returncode}"
            return
        inside, target_cpu, peak = map(float, out.read_text().split())
        self.samples[key].append(
            {
                "wall": wall,
                "cpu": after.children_user
                - cpu.children_user
                + after.children_system
                - cpu.children_system,
                "inside": inside,
                "target_cpu": target_cpu,
                "peak_kib": peak,
                "bytes": float(sum(path.stat().st_size for path in self.folder.glob("trace*"))),
                **(recorded(trace) if tool.name == "escope" else {}),
            }
        )

    def rows(self) -> list[dict[str, Any]]:
        """The medians, a row per program, tool and size."""
        rows: list[dict[str, Any]] = []
        for (program, tool, size), samples in self.samples.items():
            row: dict[str, Any] = {"program": program, "tool": tool, "size": size}
            for name in samples[0]:
                row[name] = statistics.median(sample[name] for sample in samples)
            rows.append(row)
        return rows


def recorded(trace: Path) -> dict[str, float]:
    """What only a recording can tell: its statements, and how long the program waited."""
    sys.path.append(str(FOLDER.parent))  # for where escope is not installed
    import escope_tui

    with escope_tui.open(str(trace)) as recording:
        return {"steps": len(recording), "waited": float(recording.meta.get("waited", 0.0))}


def chosen(names: str) -> list[Program]:
    """The programs of these names, parted by commas; all where there are none."""
    wanted = set(filter(None, names.split(",")))
    unknown = wanted - {program.name for program in PROGRAMS + OWN}
    if unknown:
        sys.exit(f"unknown programs: {', '.join(sorted(unknown))}")
    return [p for p in PROGRAMS + OWN if not wanted or p.name in wanted]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--programs", default="", help="names, parted by commas")
    parser.add_argument("--tools", default="", help="names, parted by commas")
    parser.add_argument("--out", type=Path, default=FOLDER / "results")
    parser.add_argument("--publish", action="store_true", help="renew docs/pictures/cost.svg too")
    return parser.parse_args()


def main() -> None:
    """Measure, then write the figures as JSON, a table and a plot."""
    args = arguments()
    programs = chosen(args.programs)
    tools = available(set(filter(None, args.tools.split(","))))
    packaged = {program.name for program in PROGRAMS}
    order = random.Random(1)
    with tempfile.TemporaryDirectory(prefix="escope-bench-") as folder:
        bench = Bench(Path(folder))
        for turn in range(args.rounds):
            for program in [EMPTY, *programs]:
                runs = [(tool, program.full) for tool in tools if not tool.slow]
                small = program.small and program.name in packaged | {"empty"}
                if small and any(tool.slow for tool in tools):
                    plain_and_escope = [tool for tool in tools if tool.name in ("plain", "escope")]
                    slow = [tool for tool in tools if tool.slow]
                    runs += [(tool, program.small) for tool in plain_and_escope + slow]
                for tool, size in order.sample(runs, len(runs)):
                    bench.measure(tool, program, size)
                print(f"round {turn + 1}/{args.rounds}: {program.name}", file=sys.stderr)
        for (name, tool, _size), why in bench.failures.items():
            print(f"{tool} on {name}: {why}", file=sys.stderr)
        result = {
            "python": platform.python_version(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "rounds": args.rounds,
            "captures": {tool.name: tool.captures for tool in tools},
            "failures": [[*key, why] for key, why in bench.failures.items()],
            "rows": bench.rows(),
        }
    args.out.mkdir(parents=True, exist_ok=True)
    version = "{}.{}".format(*sys.version_info)
    (args.out / f"{version}.json").write_text(json.dumps(result, indent=1) + "\n")
    text = report.table(result)
    (args.out / f"{version}.md").write_text(text)
    (args.out / f"{version}.svg").write_text(report.chart(result))
    if args.publish:
        PICTURE.write_text(report.chart(result))
    print(text)


if __name__ == "__main__":
    main()
