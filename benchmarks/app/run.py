"""How quick the app is in a terminal: the first paint, a key's paint, and a key that is held.

    python benchmarks/app/run.py [--statements 2e7] [--rounds 7] [--keys 25] [--keep FOLDER]

Records `benchmarks/long/program.py` with about so many statements (unless the folder has that
recording from another time) and runs `escope replay` on it in a pseudo-terminal of 140 columns and
40 rows that answers like a modern one: each paint is bracketed as a synchronized update.

The start is compared with that of `bare.py`, a Textual app of one widget, started in turns with it:
the ratio says more than the times, which another program on the machine stretches. "cpu" is the
time of all threads on a processor up to that paint, "paints" how many frames a key led to.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "long"))
from replay import record

COLUMNS, ROWS = 140, 40
ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
}
"""What the terminal is asked, and what it says."""
PLACE = re.compile(rb"@([0-9,]+) of ")
"""The step that a frame shows."""
BEGUN, ENDED = b"\x1b[?2026h", b"\x1b[?2026l"
QUIET = 0.12
"""So long nothing is written before the next key comes."""
PATIENCE = 20.0
DEAF = 1.0
"""A key that has led to no frame for so long leads to none."""
KEYS = "snSNfFlLiI[]cC59"
HELD_SECONDS, HELD_RATE = 1.5, 30


@dataclass(slots=True)
class Paint:
    """What one key, or the start, led to."""

    first: float
    """Seconds until the end of the first frame."""
    last: float
    cpu: float
    """Processor seconds up to the end of the first frame."""
    whole: float
    """Processor seconds until all was quiet."""
    frames: int
    octets: int


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, *command: str) -> None:
        self.began = time.monotonic()
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            for name in ("NO_COLOR", "PYTHONDONTWRITEBYTECODE"):
                os.environ.pop(name, None)  # an installed package has its bytecode
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execv(command[0], command)
        self.seen = bytearray()

    def cpu(self) -> float:
        """Processor seconds of all threads that it has or had."""
        # Linux numbers the processor clock of a process by its identity; 2 counts scheduled time.
        return time.clock_gettime((~self.pid << 3) | 2)

    def read(self, seconds: float) -> bytes:
        """What comes within a time; answers what is asked."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:
            return b""
        for question, answer in ANSWERS.items():
            if question in data:
                os.write(self.master, answer)
        return data

    def paint(
        self, since: float, cpu: float, marker: bytes = b"", patience: float = PATIENCE
    ) -> Paint:
        """Reads until a frame (that has the marker) is whole, and then until all is quiet."""
        seen, first, spent, last = b"", 0.0, 0.0, since
        until = time.monotonic() + patience
        while time.monotonic() < until:
            data = self.read(QUIET if first else 0.5)
            now = time.monotonic()
            if data:
                seen += data
                last = now
            elif first:
                break
            if not first and marker in seen and ENDED in seen[seen.find(marker) :]:
                first, spent = now, self.cpu()
        self.seen += seen
        if not first:
            return Paint(0.0, 0.0, 0.0, self.cpu() - cpu, 0, len(seen))
        whole = self.cpu() - cpu
        return Paint(first - since, last - since, spent - cpu, whole, seen.count(BEGUN), len(seen))

    def press(self, keys: str) -> Paint:
        """One key's paint."""
        cpu, since = self.cpu(), time.monotonic()
        os.write(self.master, keys.encode())
        return self.paint(since, cpu, patience=DEAF)

    def hold(self, key: str) -> tuple[float, float, int]:
        """A key held down; seconds from its release to the end of the last frame at another step
        and to that of the last frame at all, and how many frames.
        """
        began, seen, sent = time.monotonic(), b"", 0
        while (now := time.monotonic()) < began + HELD_SECONDS:
            if now >= began + sent / HELD_RATE:
                os.write(self.master, key.encode())
                sent += 1
            seen += self.read(0.005)
        released = last = moved = time.monotonic()
        place, frame = (PLACE.findall(seen) or [b""])[-1], seen[seen.rfind(BEGUN) :]
        while (data := self.read(0.3)) or time.monotonic() < last + 0.3:
            if not data:
                continue
            seen, last = seen + data, time.monotonic()
            frame = (frame + data)[max(0, (frame + data).rfind(BEGUN)) :]
            shown = (PLACE.findall(frame) or [place])[-1]
            if shown != place:
                place, moved = shown, last
        return moved - released, last - released, seen.count(BEGUN)

    def resident(self) -> float:
        """MB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    def close(self) -> None:
        """Ends it."""
        os.kill(self.pid, signal.SIGKILL)
        os.close(self.master)
        os.waitpid(self.pid, 0)


def milliseconds(values: list[float], share: float = 0.5) -> float:
    """The median, or another share, in milliseconds."""
    ordered = sorted(values)
    if share == 0.5:
        return statistics.median(ordered) * 1000
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000


def starts(trace: Path, rounds: int) -> None:
    """The first paint, in turns with that of a bare app."""
    bare = (sys.executable, str(Path(__file__).parent / "bare.py"))
    app = (sys.executable, "-m", "escope_tui", "replay", str(trace))
    found: dict[str, list[Paint]] = {"bare": [], "escope": []}
    for again in range(rounds + 1):  # the first one writes the bytecode
        for name, command, marker in (("bare", bare, b"painted"), ("escope", app, b"program.py")):
            terminal = Terminal(*command)
            paint = terminal.paint(terminal.began, 0.0, marker)
            terminal.close()
            if again:
                found[name].append(paint)
    for name, paints in found.items():
        first, cpu = [p.first for p in paints], [p.cpu for p in paints]
        print(
            f"first paint of {name:8} median {milliseconds(first):6.0f} ms"
            f", least {min(first) * 1e3:6.0f}"
            f" · cpu median {milliseconds(cpu):6.0f}, least {min(cpu) * 1e3:6.0f}"
            f" · until quiet {milliseconds([p.whole for p in paints]):6.0f}"
        )
    ratio = min(p.cpu for p in found["escope"]) / min(p.cpu for p in found["bare"])
    print(f"escope / bare, processor time: {ratio:.2f}")


def keys(trace: Path, count: int) -> None:
    """One line for each key."""
    app = (sys.executable, "-m", "escope_tui", "replay", f"{trace}@4000000")
    terminal = Terminal(*app)
    terminal.paint(terminal.began, 0.0, b"program.py")
    terminal.press("\x1b")
    terminal.paint(time.monotonic(), 0.0)
    for key in KEYS:
        name = key
        if key.isdigit():
            name, key = f"%{key}", f"%{key}"
        paints = [terminal.press(key) for _ in range(count)]
        paints = [p for p in paints if p.frames] or paints
        first = [p.first for p in paints]
        print(
            f"{name:3} median {milliseconds(first):6.1f} ms  p95 {milliseconds(first, 0.95):6.1f}"
            f"  cpu {milliseconds([p.cpu for p in paints]):6.1f}"
            f"  until quiet {milliseconds([p.whole for p in paints]):6.1f}"
            f"  last paint {milliseconds([p.last for p in paints]):6.1f} ms"
            f"  paints {statistics.mean([p.frames for p in paints]):4.1f}"
            f"  bytes {statistics.median([p.octets for p in paints]):8.0f}",
            flush=True,
        )
    for key in "nsN":
        moved, last, frames = terminal.hold(key)
        print(
            f"held {key}: {frames} paints; the last step {moved * 1000:.0f} ms after its release"
            f", the last paint {last * 1000:.0f} ms"
        )
    print(f"{terminal.resident():.0f} MB resident")
    terminal.close()


def main() -> None:
    """Record, measure, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--statements", type=float, default=2e7)
    parser.add_argument("--rounds", type=int, default=7, help="starts of each app")
    parser.add_argument("--keys", type=int, default=25, help="how often each key is pressed")
    parser.add_argument("--keep", type=Path, help="where the recording is kept for the next time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        trace = record(options.statements, options.keep or Path(folder))
        if options.rounds:
            starts(trace, options.rounds)
        if options.keys:
            keys(trace, options.keys)


if __name__ == "__main__":
    main()
