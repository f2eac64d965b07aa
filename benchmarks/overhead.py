"""What recording costs: programs run plain and recorded, in turns, in one go.

    python benchmarks/overhead.py [--rounds 5] [program.py ...]

Prints one line per program: wall time plain and recorded (medians of all rounds, start-up of both
included), their ratio, the same net of an empty script's time, statements recorded, nanoseconds and
bytes per statement.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import escope_tui as escope

PROGRAMS = Path(__file__).parent / "programs"


def seconds(command: list[str]) -> float:
    """Wall time of one run, in seconds."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def recorded(program: Path, trace: Path) -> list[str]:
    """The command that records a program."""
    options = ["--quiet", "--force", "-o", str(trace)]
    return [sys.executable, "-m", "escope_tui", "record", *options, str(program)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("programs", nargs="*", type=Path, default=sorted(PROGRAMS.glob("*.py")))
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text("pass\n")
        times: dict[tuple[Path, bool], list[float]] = {}
        programs = [empty, *args.programs]
        for _ in range(args.rounds):
            for program in programs:
                trace = Path(folder) / f"{program.stem}.esr"
                plain = seconds([sys.executable, str(program)])
                times.setdefault((program, False), []).append(plain)
                times.setdefault((program, True), []).append(seconds(recorded(program, trace)))
        start = {kind: statistics.median(times[empty, kind]) for kind in (False, True)}
        print(f"start-up: plain {start[False] * 1e3:.0f} ms, recorded {start[True] * 1e3:.0f} ms")
        titles = ("plain s", "rec. s", "ratio", "net", "statements", "ns each", "bytes")
        print(f"{'program':12}", *(f"{title:>10}" for title in titles))
        for program in args.programs:
            plain, slow = (statistics.median(times[program, kind]) for kind in (False, True))
            trace = Path(folder) / f"{program.stem}.esr"
            with escope.open(str(trace)) as rec:
                steps = len(rec)
            net, net_slow = plain - start[False], slow - start[True]
            each = (net_slow - net) / steps * 1e9
            bytes_each = trace.stat().st_size / steps
            cells = [f"{plain:.2f}", f"{slow:.2f}", f"{slow / plain:.1f}", f"{net_slow / net:.1f}"]
            cells += [f"{steps:,}", f"{each:.1f}", f"{bytes_each:.2f}"]
            print(f"{program.stem:12}", *(f"{cell:>10}" for cell in cells))


if __name__ == "__main__":
    main()
