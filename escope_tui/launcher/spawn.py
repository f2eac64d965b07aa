"""Starts the program's process; signals are what they would be without a launcher in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import Any

FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
"""Sent to the launcher by its number, meant for the program."""

SHARED = ("SIGINT", "SIGQUIT")
"""The terminal sends these to the program too; the launcher has to outlive them."""


def memory_file(name: str, size: int = 0) -> int:
    """A file without a place on disk, inherited by the program."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create(name, os.MFD_CLOEXEC)
    else:
        import tempfile

        with tempfile.NamedTemporaryFile(prefix="escope-") as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    os.set_inheritable(fd, True)
    return fd


def fd_path(fd: int) -> str:
    """A path under which the program can open a file that it inherited."""
    return f"/proc/self/fd/{fd}" if sys.platform.startswith("linux") else f"/dev/fd/{fd}"


def write_all(fd: int, data: bytes) -> None:
    """Writes all of the data to the start of a file."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]
    os.lseek(fd, 0, os.SEEK_SET)


def start(command: Sequence[str], stdin: int | None = None) -> subprocess.Popen[bytes]:
    """Starts a program on this terminal, in this folder, with this environment."""
    # Only what is meant to be inherited is inheritable: the user's own open files and escope's two.
    return subprocess.Popen(list(command), stdin=stdin, close_fds=False)


class Signals:
    """While this holds, signals are for the program; `watch` tells which process that is."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        self._install(ignored=False)
        return self

    def watch(self, child: subprocess.Popen[bytes]) -> None:
        """The program runs now, in `child`."""
        self._child = child
        # What is ignored here is ignored in the program as well (nohup, background jobs), as long
        # as it wants: so the launcher has to ignore it until then, and to pass it on afterwards.
        self._install(ignored=True)

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _install(self, *, ignored: bool) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        for names, handler in ((FORWARDED, self._forward), (SHARED, self._outlive)):
            for name in names:
                number = getattr(signal, name, None)
                if number is None or number in self._before:
                    continue
                before = signal.getsignal(number)
                if before is not None and (before is signal.SIG_IGN) == ignored:
                    self._before[number] = signal.signal(number, handler)

    def _forward(self, number: int, frame: FrameType | None) -> None:
        child = self._child
        if child is not None and child.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(child.pid, number)

    def _outlive(self, number: int, frame: FrameType | None) -> None:
        return None


def exit_code(returncode: int) -> int:
    """What a shell would show for the end of a process."""
    return 128 - returncode if returncode < 0 else returncode
