"""Recordings of programs, and of launchers, that are killed at a random moment."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope

LOOP = """
import os
import sys

progress = open(sys.argv[1], "w", buffering=1)
n = 0
total = 0
while True:
    n += 1
    total += n
    if n % 500 == 0:
        progress.write(f"{n}\\n")
"""

HOLD = """
import os
import signal

xs = []
for n in range(1000):
    xs.append(n)
last = "here"
os.kill(os.getpid(), signal.SIGKILL)
never = 1
"""


def start(folder: Path, source: str, *args: str) -> tuple[subprocess.Popen[bytes], Path]:
    """Begin to record a program."""
    script, trace = folder / "victim.py", folder / "trace.esr"
    script.write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "escope_tui", "record", "-o", str(trace), str(script), *args]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE), trace


def target_pid(launcher: int, timeout: float = 20.0) -> int:
    """Find the process of the recorded program."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()
        if children:
            return int(children[0])
        time.sleep(0.01)
    raise AssertionError("the launcher has no child")


def wait_for(path: Path, timeout: float = 20.0) -> None:
    """Wait until the program has written something."""
    until = time.monotonic() + timeout
    while not (path.exists() and path.stat().st_size):
        assert time.monotonic() < until, "the program does not run"
        time.sleep(0.01)


def number(value: Any) -> int:
    """Return a recorded int."""
    found = value.python()
    assert isinstance(found, int)
    return found


def check_loop_state(rec: Any, step: int) -> None:
    """The state of LOOP holds together at a step."""
    found = rec.locals(step)
    if "n" in found and "total" in found:
        n, total = number(found["n"]), number(found["total"])
        assert total in (n * (n + 1) // 2, n * (n - 1) // 2)


def test_a_program_that_kills_itself_ends_at_the_killing_statement(tmp_path: Path) -> None:
    process, trace = start(tmp_path, HOLD)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 137, error.decode()
    with escope.open(str(trace)) as rec:
        last = len(rec) - 1
        assert rec[last].line == HOLD.split("\n").index("os.kill(os.getpid(), signal.SIGKILL)") + 1
        assert rec.locals(last)["last"].python() == "here"
        assert len(rec.locals(last)["xs"].python()) >= 200


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the process through /proc")
@pytest.mark.parametrize("seed", range(4))
def test_a_program_killed_at_random_ends_at_the_statement_that_ran(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    progress = tmp_path / "progress"
    process, trace = start(tmp_path, LOOP, str(progress))
    wait_for(progress)
    time.sleep(chance.uniform(0.0, 0.6))
    os.kill(target_pid(process.pid), signal.SIGKILL)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 137, error.decode()
    written = int(progress.read_text().rsplit("\n", 2)[-2])
    with escope.open(str(trace)) as rec:
        last = len(rec) - 1
        n = number(rec.locals(last)["n"])
        assert written <= n <= written + 501
        check_loop_state(rec, last)
        for _ in range(20):
            check_loop_state(rec, chance.randrange(len(rec)))


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds the process through /proc")
@pytest.mark.parametrize("seed", range(3))
def test_the_file_of_a_killed_launcher_opens(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed + 100)
    progress = tmp_path / "progress"
    process, _ = start(tmp_path, LOOP, str(progress))
    wait_for(progress)
    target = target_pid(process.pid)
    try:
        time.sleep(chance.uniform(1.0, 2.0))
        process.kill()
        process.wait(timeout=20)
        files = [p for p in tmp_path.glob("trace.esr*") if p.stat().st_size]
        assert files, "nothing is on disk"
        with escope.open(str(files[0])) as rec:
            assert len(rec) > 0
            for _ in range(20):
                check_loop_state(rec, chance.randrange(len(rec)))
            check_loop_state(rec, len(rec) - 1)
    finally:
        os.kill(target, signal.SIGKILL)
        process.communicate(timeout=20)


def test_a_program_outlives_its_launcher(tmp_path: Path) -> None:
    if not Path("/proc").is_dir():
        pytest.skip("finds the process through /proc")
    progress = tmp_path / "progress"
    process, _ = start(tmp_path, LOOP, str(progress))
    wait_for(progress)
    target = target_pid(process.pid)
    try:
        process.kill()
        process.wait(timeout=20)
        before = progress.stat().st_size
        until = time.monotonic() + 20
        while progress.stat().st_size <= before + 2000:
            assert time.monotonic() < until, "the program hangs without its launcher"
            time.sleep(0.05)
    finally:
        os.kill(target, signal.SIGKILL)
        process.communicate(timeout=20)
