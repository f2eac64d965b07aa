"""The command in a real pseudo-terminal, read with a terminal emulator; and where there is none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect  # type: ignore[import-untyped]
import pyte
import pytest

from escope_tui.cli.common import locate

PROGRAM = """\
import sys

def half(number):
    result = number / 2
    return result

def main(limit):
    total = 0
    for number in range(limit):
        total += half(number)
        print("so far", total)
    print("careful", file=sys.stderr)
    return total / (total - 5.0)

main(5)
"""
FAILURE = "ZeroDivisionError: " + (
    "division by zero" if sys.version_info >= (3, 14) else "float division by zero"
)
ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}


@pytest.fixture
def trace(tmp_path: Path, record: Callable[..., object]) -> Path:
    script = tmp_path / "halves.py"
    script.write_text(PROGRAM)
    found: Path = record(str(script)).trace  # type: ignore[attr-defined]
    return found


def surroundings(**more: str) -> dict[str, str]:
    """The environment of a terminal of its own: a worker of xdist has COLUMNS and LINES."""
    unwanted = ("NO_COLOR", "COLUMNS", "LINES")
    return {k: v for k, v in os.environ.items() if k not in unwanted} | ENVIRONMENT | more


class Terminal:
    """A child process on a pty, and what its screen shows."""

    def __init__(self, arguments: list[str], size: tuple[int, int], **environment: str) -> None:
        env = surroundings(**environment)
        self.screen = pyte.Screen(*size)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(
            sys.executable, ["-m", "escope_tui", *arguments], env=env, dimensions=size[::-1]
        )

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read(self, seconds: float = 0.05) -> None:
        try:
            data = self.child.read_nonblocking(1 << 16, timeout=seconds)
        except (pexpect.TIMEOUT, pexpect.EOF):
            return
        self.raw += data
        # pyte does not know the kitty protocol's private sequences.
        for unknown in (b"\x1b[>1u", b"\x1b[>25u", b"\x1b[<u", b"\x1b[>4;2m", b"\x1b[>4;0m"):
            data = data.replace(unknown, b"")
        self.stream.feed(data)

    def wait(self, wanted: str, seconds: float = 30.0) -> str:
        end = time.monotonic() + seconds
        while wanted not in self.text:
            assert time.monotonic() < end, f"no {wanted!r} on:\n{self.text}"
            self.read()
        return self.text

    def press(self, keys: str) -> None:
        self.child.send(keys)

    def finish(self) -> int:
        self.child.expect(pexpect.EOF, timeout=30)
        self.raw += self.child.before or b""
        self.child.close()
        return int(self.child.exitstatus if self.child.exitstatus is not None else -1)


@pytest.fixture
def terminal(request: pytest.FixtureRequest) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def start(*arguments: str, size: tuple[int, int] = (100, 30), **environment: str) -> Terminal:
        opened.append(Terminal(list(arguments), size, **environment))
        return opened[-1]

    yield start
    for each in opened:
        each.child.close(force=True)


Start = Callable[..., Terminal]


def test_replays_on_a_real_terminal(terminal: Start, trace: Path) -> None:
    app = terminal("replay", str(trace))
    text = app.wait(FAILURE)
    assert "return total / (total - 5.0)" in text
    assert "careful" in text
    app.press("N")
    app.wait('print("careful"')
    app.press("<")
    app.wait("@0 of")
    app.press(":half\r")
    app.wait("1 halves.py · half")
    app.press("n")
    app.wait("result = 0.0")
    app.press("q")
    assert app.finish() == 0
    assert b"left at " in app.raw
    assert b"\x1b[?1049l" in app.raw, "the terminal is put back"


def test_keys_that_come_all_at_once_wait_for_each_other(terminal: Start, trace: Path) -> None:
    app = terminal("replay", str(trace))
    app.wait(FAILURE)
    # A prompt that a pane opens, a number and its move, a mark and its letter.
    app.press("Bhalf() if number > 2\r<")
    app.wait("@0 of")
    app.press('"2n')
    app.wait("@2 of")
    app.press("mac")
    app.wait("number = 3")
    app.press("'a")
    app.wait("@2 of")
    app.press("q")
    assert app.finish() == 0


def test_opens_at_a_position(terminal: Start, trace: Path) -> None:
    app = terminal("replay", f"{trace}@7", size=(80, 24))
    app.wait("@7 of")
    app.press("q")
    assert app.finish() == 0


def test_sixteen_colours_and_none(terminal: Start, trace: Path) -> None:
    for environment in ({"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": ""}):
        app = terminal("replay", str(trace), **environment)
        app.wait("ZeroDivisionError")
        for keys in ("S", "N", "2", "j", "?"):
            app.press(keys)
        app.wait("step into")
        assert b"38;2;" not in app.raw
        app.press("qq")
        assert app.finish() == 0


def test_suspended_and_resumed_it_paints_again(trace: Path) -> None:
    shell = pexpect.spawn("bash", ["--norc", "-i"], env=surroundings(), timeout=30)
    shell.setwinsize(30, 100)
    shell.sendline(f"'{sys.executable}' -m escope_tui replay '{trace}'")
    shell.expect("ZeroDivisionError")
    shell.expect(" % ")
    shell.send("\x1a")
    shell.expect("Stopped")
    shell.sendline("fg")
    shell.expect("1049h")
    shell.expect("halves.py")
    shell.expect("ZeroDivisionError")
    shell.send("q")
    shell.expect("left at")
    shell.close(force=True)


def test_recorded_and_replayed_in_one_go(terminal: Start, trace: Path, tmp_path: Path) -> None:
    made = tmp_path / "again.esr"
    app = terminal("record", "--replay", "-q", "-o", str(made), str(tmp_path / "halves.py"))
    app.wait("halves.py · main")
    app.press("q")
    app.finish()
    assert b"left at again.esr@" in app.raw


def test_after_many_sizes_the_last_one_is_painted(terminal: Start, trace: Path) -> None:
    app = terminal("replay", str(trace))
    app.wait(FAILURE)
    for width, height in ((200, 60), (20, 5), (1, 1), (80, 24), (300, 90), (60, 16), (40, 10)) * 3:
        app.child.setwinsize(height, width)
        app.press("s")
    app.screen.resize(24, 80)
    app.screen.reset()
    app.child.setwinsize(24, 80)
    app.press("N")
    app.wait("halves.py ·")
    app.wait(" of ")
    end = time.monotonic() + 30
    while not app.screen.display[23].strip() and time.monotonic() < end:
        app.read()
    assert app.screen.display[23].strip(), "the last line is painted too"
    app.press("q")
    assert app.finish() == 0


def test_ended_from_outside_it_puts_the_terminal_back(terminal: Start, trace: Path) -> None:
    app = terminal("replay", str(trace))
    app.wait(FAILURE)
    app.child.kill(signal.SIGTERM)
    assert app.finish() == 143
    assert b"\x1b[?1049l" in app.raw


def test_where_nothing_was_recorded_there_is_nothing_to_replay(tmp_path: Path) -> None:
    script = tmp_path / "empty.py"
    script.write_text("")
    trace = str(tmp_path / "empty.esr")
    command = [sys.executable, "-m", "escope_tui", "record", "--replay", "-o", trace, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=surroundings())
    assert "nothing was recorded" in done.stderr
    assert "Traceback" not in done.stderr
    assert replay(trace).returncode != 0


BROKEN = """\
import sys
from escope_tui.cli import main
from escope_tui.tui.looks import Looks

def broken(self):
    recorded = "a recorded secret"
    raise RuntimeError(recorded)

Looks.action_zoom = broken
sys.exit(main(["replay", sys.argv[1]]))
"""


def test_broken_it_puts_the_terminal_back_and_tells_no_value(trace: Path, tmp_path: Path) -> None:
    script = tmp_path / "broken.py"
    script.write_text(BROKEN)
    home = str(tmp_path / "home")
    child = pexpect.spawn(
        sys.executable, [str(script), str(trace)], env=surroundings(ESCOPE_HOME=home), timeout=30
    )
    child.expect("ZeroDivisionError")
    child.send("z")
    child.expect_exact("\x1b[?1049l")
    child.expect("the app broke")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus not in (0, None)
    assert b"secret" not in child.before
    assert "secret" not in "".join(p.read_text() for p in Path(home).rglob("crash.log"))


def replay(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "escope_tui", "replay", *arguments]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60, **more
    )


def test_without_a_terminal_the_end_is_told_as_text(trace: Path) -> None:
    done = replay(str(trace))
    assert done.returncode == 0
    assert "not a terminal" in done.stderr
    assert FAILURE in done.stdout
    assert "->   13      return total / (total - 5.0)" in done.stdout
    assert "Stack (innermost first):\n  main" in done.stdout
    assert "  total = 5.0" in done.stdout.replace("*", " ")
    assert "so far 5.0" in done.stdout
    assert "\x1b" not in done.stdout


def test_on_a_dumb_terminal_too(terminal: Start, trace: Path) -> None:
    app = terminal("replay", str(trace), TERM="dumb")
    assert app.finish() == 0
    assert b"TERM is dumb" in app.raw
    assert b"Stack (innermost first)" in app.raw
    assert b"\x1b" not in app.raw


def test_the_summary_can_be_asked_for_at_any_step(trace: Path) -> None:
    done = replay("--text", f"{trace}@3")
    assert (done.returncode, done.stderr) == (0, "")
    assert "Step @3 of" in done.stdout


def test_the_newest_recording_is_opened_when_none_is_named(trace: Path) -> None:
    folder = Path(os.environ["ESCOPE_HOME"]) / "recordings"
    folder.mkdir(parents=True)
    data = trace.read_bytes()
    trace.unlink()
    missing = replay()
    assert missing.returncode != 0
    assert "escope record" in missing.stderr
    (folder / "newest.esr").write_bytes(data)
    done = replay()
    assert done.returncode == 0
    assert done.stdout.startswith("newest.esr:")


@pytest.mark.parametrize("content", [b"", b"not a recording", b"\x00" * 5000])
def test_what_is_not_a_recording_is_refused_in_a_line(tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad \x1b]2;x\x07.esr"
    bad.write_bytes(content)
    for name in (str(bad), str(tmp_path / "missing.esr"), str(tmp_path)):
        done = replay(name)
        assert done.returncode == 1
        assert done.stderr.startswith("escope: ") or "\nescope: " in done.stderr
        assert "Traceback" not in done.stderr
        assert "\x1b" not in done.stderr


def test_positions_are_told_from_names(tmp_path: Path) -> None:
    odd = tmp_path / "x@12"
    odd.touch()
    assert locate(str(odd)) == (str(odd), None)
    assert locate("a/b.esr@1,234") == ("a/b.esr", 1234)
    assert locate("me@home.esr") == ("me@home.esr", None)
