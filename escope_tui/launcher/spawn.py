"""Starts the program's process; signals are what they would be without a launcher in between."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Sequence
    from types import FrameType
    from typing import Any
else:
    import _signal

# `subprocess`, `signal` and `threading` would take longer to import than all that is done here.

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


class Child:
    """The program's process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        """Once it has ended: its exit status, or the negative number of the signal."""

    def poll(self) -> int | None:
        """The return code, if the process has ended."""
        return self._ended(os.WNOHANG)

    def wait(self) -> int:
        """Waits for the end; returns the return code."""
        while (code := self._ended(0)) is None:
            pass
        return code

    def _ended(self, options: int) -> int | None:
        if self.returncode is None:
            try:
                pid, status = os.waitpid(self.pid, options)
            except ChildProcessError:
                # Whoever started us has said that no one waits for our children.
                self.returncode = 0
            else:
                if pid == self.pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def terminate(self) -> None:
        """Asks the process to end."""
        if self.poll() is None:
            os.kill(self.pid, _signal.SIGTERM)


def start(command: Sequence[str], stdin: int | None = None) -> Child:
    """Starts a program on this terminal, in this folder, with this environment."""
    # Only what is meant to be inherited is inheritable: the user's own open files and escope's two.
    moves = [] if stdin is None else [(os.POSIX_SPAWN_DUP2, stdin, 0)]
    # Python itself ignores these; the program finds them as Python's own parent has left them.
    usual = [getattr(_signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(_signal, name)]
    return Child(
        os.posix_spawn(command[0], list(command), os.environ, file_actions=moves, setsigdef=usual)
    )


class Signals:
    """While this holds, signals are for the program; `watch` tells which process that is."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        self._install(ignored=False)
        return self

    def watch(self, child: Child) -> None:
        """The program runs now, in `child`."""
        self._child = child
        # What is ignored here is ignored in the program as well (nohup, background jobs), as long
        # as it wants: so the launcher has to ignore it until then, and to pass it on afterwards.
        self._install(ignored=True)

    def __exit__(self, *exc: object) -> None:
        for number, handler in self._before.items():
            _signal.signal(number, handler)

    def _install(self, *, ignored: bool) -> None:
        for names, handler in ((FORWARDED, self._forward), (SHARED, self._outlive)):
            for name in names:
                number = getattr(_signal, name, None)
                if number is None or number in self._before:
                    continue
                before = _signal.getsignal(number)
                if before is None or (before == _signal.SIG_IGN) != ignored:
                    continue
                try:
                    self._before[number] = _signal.signal(number, handler)
                except ValueError:
                    return  # not in the main thread: signals are someone else's business

    def _forward(self, number: int, frame: FrameType | None) -> None:
        child = self._child
        if child is not None and child.returncode is None:
            try:
                os.kill(child.pid, number)
            except ProcessLookupError:
                return

    def _outlive(self, number: int, frame: FrameType | None) -> None:
        return None


def signal_name(number: int) -> str:
    """The name of a signal; real-time signals have none of their own."""
    import signal

    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def exit_code(returncode: int) -> int:
    """What a shell would show for the end of a process."""
    return 128 - returncode if returncode < 0 else returncode
