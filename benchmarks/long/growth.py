"""Whether recording and seeking cost the same in a short recording and in a long one.

    python benchmarks/long/growth.py [--most 1e8] [--rounds 3] [--samples 200] [--keep FOLDER]

Records `program.py` of this folder with 1e6, 1e7 ... statements and measures, for each of these
sizes, what recording adds to the processor time of one statement (the writer's included, starting
up not), the bytes, and the processor time of a seek. Runs of the sizes alternate; the figures are
medians. The last column is the figure over that of the shortest recording.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from replay import DEPTH, PROGRAM, milliseconds

LEAST = 1e6


def sizes(most: float) -> list[float]:
    """1e6, 1e7 ... up to `most`."""
    found = [LEAST]
    while found[-1] * 10 <= most:
        found.append(found[-1] * 10)
    return found


def seconds(command: list[str]) -> float:
    """Processor time of a command and of what it starts."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return (
        after.children_user - before.children_user + after.children_system - before.children_system
    )


def added(size: float, trace: Path) -> float:
    """Seconds that recording the program with so many statements adds."""
    words = [str(PROGRAM), str(size)]
    record = [sys.executable, "-m", "escope_tui", "record", "--quiet", "--force"]
    return seconds([*record, "-o", str(trace), *words]) - seconds([sys.executable, *words])


def seek(trace: Path, samples: int) -> float:
    """Milliseconds of a seek to a random step, with the variables to depth 3, in the median."""
    import escope_tui as escope

    choose = random.Random(5)
    times = []
    with escope.open(str(trace)) as rec:
        for _ in range(samples):
            step = choose.randrange(1, len(rec) - 1)
            times.append(
                milliseconds(lambda step=step: [v.python(DEPTH) for v in rec.locals(step).values()])
            )
    return statistics.median(times)


def steps_of(trace: Path) -> int:
    """Statements in a recording."""
    import escope_tui as escope

    with escope.open(str(trace)) as rec:
        return len(rec)


def main() -> None:
    """Record, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--most", type=float, default=1e8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="where the recordings are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        costs: dict[float, list[float]] = {}
        traces: dict[float, Path] = {}
        added(0, folder / "nothing.esr")  # now its rewritten code is cached
        for _ in range(options.rounds):
            start = added(0, folder / "nothing.esr")
            for size in sizes(options.most):
                trace = traces[size] = folder / f"growth-{size:.0e}.esr"
                spent = added(size, trace) - start
                costs.setdefault(size, []).append(spent / steps_of(trace) * 1e9)
        print(f"{'statements':>12} {'ns each':>9} {'bytes each':>11} {'seek, ms':>9}   growth")
        first: tuple[float, float] | None = None
        for size, trace in traces.items():
            cost, found = statistics.median(costs[size]), seek(trace, options.samples)
            first = first or (cost, found)
            count = steps_of(trace)
            print(
                f"{count:>12,} {cost:>9.1f} {trace.stat().st_size / count:>11.2f} {found:>9.2f}"
                f"   {cost / first[0]:.2f} recording, {found / first[1]:.2f} seeking"
            )


if __name__ == "__main__":
    main()
