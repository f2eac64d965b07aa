"""Signals reach the recorded program, and whatever its end is, the recording is finished."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("escope_tui._speedups.capture")

WAITS = """
import time
print("ready", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("interrupted")
    raise
"""

# A signal that comes just before signal.pause() is not seen by it, recorded or not.
CATCHES = """
import signal
import sys
import time
def on_signal(number, frame):
    print("got", number)
    sys.exit(3)
for name in ("SIGTERM", "SIGUSR1", "SIGHUP"):
    signal.signal(getattr(signal, name), on_signal)
print("ready", flush=True)
while True:
    time.sleep(0.02)
"""


def hear_ctrl_c() -> None:
    """A shell starts background jobs with SIGINT ignored, and their children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Running:
    """A recording under way."""

    def __init__(self, folder: Path, source: str) -> None:
        script, self.trace = folder / "program.py", folder / "trace.esr"
        script.write_text(source)
        command = [sys.executable, "-m", "escope_tui", "record", "-o", str(self.trace), str(script)]
        self.launcher = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )
        assert self.launcher.stdout
        assert self.launcher.stdout.readline() == b"ready\n"

    @property
    def target(self) -> int:
        pid = self.launcher.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def end(self, timeout: float = 20) -> tuple[int, str, str]:
        try:
            out, err = self.launcher.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self.launcher.pid, signal.SIGKILL)
            self.launcher.communicate()
            raise
        return self.launcher.returncode, out.decode(), err.decode()


def test_ctrl_c_reaches_the_program_and_ends_it_as_without_escope(tmp_path: Path) -> None:
    running = Running(tmp_path, WAITS)
    time.sleep(0.2)
    os.killpg(running.launcher.pid, signal.SIGINT)
    code, out, err = running.end()
    assert (code, out) == (130, "interrupted\n")
    assert err.startswith("Traceback")
    assert "KeyboardInterrupt\n" in err
    assert "exit status 130 (SIGINT)" in err
    assert running.trace.exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGUSR1", "SIGHUP"])
def test_signals_to_the_launcher_are_passed_on(tmp_path: Path, name: str) -> None:
    number = getattr(signal, name)
    running = Running(tmp_path, CATCHES)
    running.launcher.send_signal(number)
    code, out, err = running.end()
    assert (code, out) == (3, f"got {int(number)}\n")
    assert "exit status 3" in err


@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGSEGV"])
def test_a_program_that_is_killed_leaves_a_finished_recording(tmp_path: Path, name: str) -> None:
    import escope_tui as escope

    number = getattr(signal, name)
    running = Running(tmp_path, WAITS)
    time.sleep(0.2)
    os.kill(running.target, number)
    code, _, err = running.end()
    assert code == 128 + number
    assert f"exit status {128 + number} ({name})" in err
    with escope.open(str(running.trace)) as recording:
        assert recording.meta["exit_status"] == 128 + number
        assert recording[len(recording) - 1].line == 5


def test_a_signal_that_the_launcher_was_told_to_ignore_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        running = Running(tmp_path, CATCHES)
    finally:
        signal.signal(signal.SIGHUP, before)
    running.launcher.send_signal(signal.SIGHUP)
    assert running.end()[0] == 3


def test_what_is_ignored_stays_ignored_in_the_program(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("import signal\nprint(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)\n")
    inner = [sys.executable, "-m", "escope_tui", "record", "-q", str(script)]
    code = (
        "import signal, os\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        f"os.execv({sys.executable!r}, {inner!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60)
    assert done.stdout == b"True\n"


def test_the_launcher_ends_with_its_own_child_not_with_grandchildren(tmp_path: Path) -> None:
    source = """
import os, time
print("ready", flush=True)
if os.fork() == 0:
    os.close(1)
    os.close(2)
    time.sleep(20)
    os._exit(0)
"""
    began = time.monotonic()
    code, _, err = Running(tmp_path, source).end()
    assert code == 0
    assert "exit status 0" in err
    assert time.monotonic() - began < 15


def test_a_program_outlives_its_launcher(tmp_path: Path) -> None:
    source = """
import sys, time
print("ready", flush=True)
total = 0
for n in range(1_500_000):
    total += n
with open(sys.argv[0] + ".done", "w") as file:
    file.write(str(total))
"""
    running = Running(tmp_path, source)
    target = running.target
    running.launcher.kill()
    running.end()
    done = tmp_path / "program.py.done"
    until = time.monotonic() + 60
    while not done.exists() or not done.read_text():
        assert time.monotonic() < until, f"the program {target} hangs"
        time.sleep(0.05)
    assert done.read_text() == str(sum(range(1_500_000)))
