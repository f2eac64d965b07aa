"""What replaying costs in a long recording: opening, stepping, seeking, questions across all of it.

    python benchmarks/long/replay.py [--statements 1e8] [--samples 300] [--keep FOLDER]

Records `program.py` of this folder with about so many statements (unless the folder has that
recording from another time), then measures, each sample at another random place, in milliseconds of
processor time, which other programs on the machine disturb less than the clock.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROGRAM = Path(__file__).parent / "program.py"
DEPTH = 3


def record(statements: float, folder: Path, program: Path = PROGRAM) -> Path:
    """The recording of a program with so many statements; made if it is not there."""
    trace = folder / f"{program.stem}-{statements:.0e}.esr"
    if not trace.exists():
        command = [sys.executable, "-m", "escope_tui", "record", "--quiet", "-o", str(trace)]
        subprocess.run([*command, str(program), str(statements)], check=True, stdout=2)
    return trace


def milliseconds(what: Callable[[], object]) -> float:
    """Processor time of one call."""
    began = time.process_time()
    what()
    return (time.process_time() - began) * 1000


def resident() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(name: str, times: list[float]) -> None:
    """One line of the table."""
    ordered = sorted(times)
    parts = [ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.95, 0.99)]
    print(
        f"{name:34} median {statistics.median(ordered):8.2f}  p95 {parts[0]:8.2f}"
        f"  p99 {parts[1]:8.2f}  most {ordered[-1]:8.2f} ms"
    )


def measure(trace: Path, samples: int) -> None:
    """All figures of one recording."""
    import escope_tui as escope

    with escope.open(str(trace)) as warm:  # imports are not part of it
        len(warm)
    opening = [milliseconds(lambda: escope.open(str(trace)).close()) for _ in range(5)]
    row("open", opening)
    print(f"{'':34} {resident():8.0f} MB resident then")
    rec = escope.open(str(trace))
    choose = random.Random(5)
    count = len(rec)

    def show(step: int) -> None:
        for value in rec.locals(step).values():
            value.python(DEPTH)

    def places() -> list[int]:
        return [choose.randrange(1, count - 1) for _ in range(samples)]

    row("seek and show to depth 3", [milliseconds(lambda s=s: show(s)) for s in places()])
    for name, direction in (("step forward", 1), ("step back", -1)):
        times = []
        for place in places()[:: max(samples // 20, 1)]:
            at: int | None = place
            show(place)
            for _ in range(100):
                before = time.process_time()
                at = rec.timeline.into(at, direction) if at is not None else None
                if at is None:
                    break
                rec.locals(at)
                rec.events(at)
                times.append((time.process_time() - before) * 1000)
        row(name, times)
    questions: dict[str, Callable[[int], object]] = {
        "last write of a busy variable": lambda s: rec.last_write("seed", before=s),
        "last write of a rare variable": lambda s: rec.last_write("checked", before=s),
        "last write of a rare global": lambda s: rec.last_write("audits", before=s),
        "last write of an attribute": lambda s: attribute("balance", s),
        "last write of a rare attribute": lambda s: attribute("frozen", s),
        "last write of the first attribute": lambda s: attribute("owner", s),
        "previous hit of a busy line": lambda s: line(s, "return before"),
        "previous hit of a rare line": lambda s: line(s, "total = 0"),
        "previous call of a busy function": lambda s: call(s, "rate"),
        "previous call of a rare function": lambda s: call(s, "audit"),
        "over, back to the start": lambda s: rec.timeline.out(s, -1),
    }
    source = PROGRAM.read_text().splitlines()
    from escope_tui.query.calls import iter_calls

    def attribute(name: str, step: int) -> object:
        frame = rec.stack(step)[1].frame_id if len(rec.stack(step)) > 1 else None
        from escope_tui.query.writes import last_write

        return last_write(rec, f"account.{name}", step, frame)

    def line(step: int, text: str) -> object:
        number = next(n for n, each in enumerate(source, 1) if each.strip() == text)
        return rec.timeline.to_line(step, -1, "program.py", number)

    def call(step: int, name: str) -> object:
        found = next(iter_calls(rec, name, None, step, -1), None)
        return found and found.args

    for name, ask in questions.items():
        row(
            name,
            [milliseconds(lambda s=s, ask=ask: ask(s)) for s in places()[: max(samples // 3, 1)]],
        )
    print(f"{'':34} {resident():8.0f} MB resident in the end")


def main() -> None:
    """Record, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--statements", type=float, default=1e8)
    parser.add_argument("--samples", type=int, default=300)
    parser.add_argument("--keep", type=Path, help="where the recording is kept for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(record(options.statements, options.keep or Path(folder)), options.samples)


if __name__ == "__main__":
    main()
