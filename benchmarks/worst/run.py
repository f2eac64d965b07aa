"""How many times slower recording makes programs that are hard on a recorder.

    python benchmarks/worst/run.py [--times 100000] [--rounds 3] [NAME...]

The figures are CPU seconds of the program's own process, the least of the rounds, with and without
escope in turns; statements and bytes are those of the recording.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = Path(__file__).with_name("cases.py")
NAMES = re.findall(r"^def (\w+)\(n\)", CASES.read_text(encoding="utf-8"), re.MULTILINE)


def seconds(words: list[str], name: str, times: int, folder: Path) -> float:
    """CPU seconds that a case says it took."""
    out = folder / "seconds"
    command = [sys.executable, *words, str(CASES), name, str(times), str(out)]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "ESCOPE_HOME": str(folder / "home")}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    return float(out.read_text())


def main() -> None:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--times", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("names", nargs="*", default=NAMES)
    args = parser.parse_args()
    import escope_tui

    ratios = []
    print("| program | plain ms | times plain | statements | bytes each |", flush=True)
    print("|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="escope-worst-") as name:
        folder = Path(name)
        trace = folder / "trace.esr"
        options = ["-m", "escope_tui", "record", "--quiet", "--force", "-o", str(trace)]
        for case in args.names:
            plain, recorded = math.inf, math.inf
            for _ in range(args.rounds):
                plain = min(plain, seconds([], case, args.times, folder))
                recorded = min(recorded, seconds(options, case, args.times, folder))
            with escope_tui.open(str(trace)) as recording:
                steps = len(recording)
            ratios.append(recorded / plain)
            size = trace.stat().st_size / steps
            print(
                f"| {case} | {plain * 1e3:.1f} | {ratios[-1]:.1f} | {steps:,} | {size:.2f} |",
                flush=True,
            )
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(f"| geometric mean | | {mean:.1f} | | |")


if __name__ == "__main__":
    sys.path.insert(0, str(CASES.parents[2]))
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(CASES.parents[2]), os.environ.get("PYTHONPATH")))
    )
    main()
