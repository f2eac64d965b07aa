"""On a terminal a recorded program still writes to a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("escope_tui._speedups.capture")

PROGRAM = """
import os
import sys

for stream in (sys.stdin, sys.stdout, sys.stderr):
    print(stream.isatty(), stream.line_buffering, os.ttyname(stream.fileno()) != "")
sys.stdout.write("no line end, ")
sys.stdout.buffer.write(b"bytes first\\n")
print(os.get_terminal_size().columns > 0, os.getpgrp() == os.tcgetpgrp(0))
print("asked:", input("name? "))
sys.stderr.write("to stderr\\n")
"""


def on_a_terminal(*words: str) -> bytes:
    """What a command shows on a terminal of its own, where someone answers `Ann`."""
    terminal, theirs = pty.openpty()
    login = "import os, sys; os.login_tty(int(sys.argv[1])); os.execv(sys.argv[2], sys.argv[2:])"
    process = subprocess.Popen(
        [sys.executable, "-c", login, str(theirs), *words], pass_fds=[theirs]
    )
    os.close(theirs)
    os.write(terminal, b"Ann\n")
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    assert process.wait() == 0
    return shown


def test_a_terminal_stays_a_terminal(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    plain = on_a_terminal(sys.executable, str(script))
    record = (sys.executable, "-m", "escope_tui", "record", "-q")
    assert plain.count(b"True") >= 6
    assert on_a_terminal(*record, str(script)) == plain


def test_a_reader_that_leaves_gets_pythons_own_complaint(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("for n in range(100000):\n    print(n)\n")
    ends = []
    for start in ([], ["-m", "escope_tui", "record", "-q"]):
        with subprocess.Popen(
            [sys.executable, *start, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout
            assert process.stderr
            process.stdout.readline()
            process.stdout.close()
            ends.append((process.stderr.read(), process.wait()))
    assert b"BrokenPipeError" in ends[0][0]
    assert ends[0] == ends[1]
