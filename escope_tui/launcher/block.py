"""``escope.recording``: record a block of this process, from Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Sequence
from types import FrameType, TracebackType
from typing import Any

from escope_tui import __version__
from escope_tui.env import IMPORT_ROOT, python_version
from escope_tui.errors import CoreError, EscopeError
from escope_tui.instrument import compile as compiler
from escope_tui.instrument import hook
from escope_tui.instrument.plan import Plan
from escope_tui.launcher import places, spawn
from escope_tui.launcher.record import RING_SIZE
from escope_tui.recorder import output
from escope_tui.recorder.swap import Swap

MODULE_TABLE = 1
START_SECONDS = 30.0
"""The process beside this one has to be ready after this time."""
END_SECONDS = 120.0
"""It has to have finished the file after this time."""

BESIDE = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from escope_tui.launcher.beside import main; main()"
)

_one = threading.Lock()
"""Held while a block is recorded: there is one capture core in a process."""


def recording(
    path: str | os.PathLike[str] | None = None,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    force: bool = False,
) -> Block:
    """Records what runs inside a ``with`` block of this process; gives the recording's path.

    Recorded are the functions of the caller's own package or folder and of what `include` names, be
    they imported already or inside the block; not the functions that are running when it begins,
    the caller among them.
    """
    frame = sys._getframe(1)
    return Block(path, tuple(include), tuple(exclude), force, home_of(frame))


def home_of(frame: FrameType) -> str:
    """The folder of the outermost package that the code of a frame belongs to, or of its file."""
    file = frame.f_code.co_filename
    if not os.path.isfile(file):
        return os.getcwd()
    folder = os.path.dirname(os.path.abspath(file))
    package = frame.f_globals.get("__package__")
    for _ in package.split(".")[1:] if isinstance(package, str) and package else ():
        folder = os.path.dirname(folder)
    return folder


class Block:
    """One block that is recorded; `recording` makes it."""

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        include: tuple[str, ...],
        exclude: tuple[str, ...],
        force: bool,
        home: str,
    ) -> None:
        self.path = os.path.abspath(path) if path is not None else ""
        """The recording."""
        self.problem = ""
        """Why the recording is missing or ends early; empty if it is whole."""
        self.steps = 0
        """Steps recorded; known when the block is over."""
        self._force = force
        self._plan = Plan((home,), include, exclude)
        self._swap = Swap()
        self._process: subprocess.Popen[bytes] | None = None
        self._began = 0.0
        self._capture: Any = None

    def __enter__(self) -> str:
        try:
            from escope_tui._speedups import capture, check_build
        except ImportError as error:
            raise CoreError(f"the compiled core can't be loaded: {error}") from error
        check_build("capture", capture.ABI)
        if capture.is_recording() or not _one.acquire(blocking=False):
            raise EscopeError(
                "this process is being recorded already",
                slug="already-recording",
                hint="Only one recording can be made at a time.",
            )
        try:
            name = os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else "block"
            self.path = self.path or places.new_recording(name, time.time())
            places.create(self.path, force=self._force)
        except BaseException:
            _one.release()
            raise
        try:
            self._start(capture)
        except Exception as error:
            self._give_up(f"{type(error).__name__}: {error}")
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._capture is None:
            return  # it was given up at the start
        try:
            self._stop(error, trace)
        except Exception as fault:
            self.problem = f"{type(fault).__name__}: {fault}"
        finally:
            self._capture = None
            _one.release()
        if self.problem:
            warnings.warn(f"escope: {self.problem}", RuntimeWarning, stacklevel=2)

    # ---- beginning ------------------------------------------------------------------------------

    def _start(self, capture: Any) -> None:
        from escope_tui._speedups.ring import HEADER_SIZE

        ring_fd = spawn.memory_file("escope-ring", HEADER_SIZE + RING_SIZE)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", BESIDE, IMPORT_ROOT],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                pass_fds=(ring_fd,),
                start_new_session=True,
            )
            config = {"ring_fd": ring_fd, "ring_size": RING_SIZE, "path": self.path}
            self._say({**config, "meta": self._meta()})
            if not self._answer(START_SECONDS).get("ready"):
                raise OSError("the process that writes the recording did not start")
            capture.attach(ring_fd, RING_SIZE)
        finally:
            os.close(ring_fd)
        self._capture = capture
        self._began = time.monotonic()
        if compiler.tables is None:
            compiler.tables = []
        capture.start()
        for table in compiler.tables:
            capture.emit_blob(MODULE_TABLE, table)
        folder = places.cache_folder()
        self._swap.do(self._plan, capture, folder)
        hook.install(self._plan, capture, folder)
        output.install(capture.output)

    def _give_up(self, fault: str) -> None:
        """The block runs unrecorded."""
        self._swap.undo()
        hook.uninstall()
        output.uninstall()
        if self._capture is not None:
            self._capture.disable(fault)
            self._capture.detach()
            self._capture = None
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        places.discard(self.path)
        self.problem = f"the block ran unrecorded: {fault}"
        _one.release()
        warnings.warn(f"escope: {self.problem}", RuntimeWarning, stacklevel=3)

    def _meta(self) -> dict[str, Any]:
        machine = os.uname()
        now = time.time()
        zone = time.strftime("%z", time.localtime(now))
        started = time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(now))
        return {
            "command": list(sys.argv) or [""],
            "program": {"kind": "block", "name": os.path.basename(self.path)},
            "cwd": os.getcwd(),
            "python": python_version(),
            "implementation": sys.implementation.name,
            "executable": sys.executable,
            "platform": " ".join((machine.sysname, machine.release, machine.machine)),
            "started": f"{started}.{int(now * 1000) % 1000:03}{zone[:3]}:{zone[3:]}",
            "versions": {"escope": __version__},
            "plan": {
                "roots": list(self._plan.roots),
                "include": list(self._plan.include),
                "exclude": list(self._plan.exclude),
            },
        }

    # ---- end ------------------------------------------------------------------------------------

    def _stop(self, error: BaseException | None, trace: TracebackType | None) -> None:
        output.uninstall()
        hook.uninstall()
        self._swap.undo()
        facts: dict[str, Any] = {"duration": round(time.monotonic() - self._began, 6)}
        if error is not None and trace is not None:
            from escope_tui._speedups.boot import exception_json

            facts.update(json.loads(exception_json(error, trace)))
        status = 0 if error is None else 1
        facts["exit_status"] = status
        self._capture.stop(status)
        try:
            self._say(facts)
            outcome = self._answer(END_SECONDS)
        finally:
            self._capture.detach()
            if self._process is not None:
                self._process.kill()
                self._process.communicate()
        self.steps = int(outcome.get("steps", 0))
        self.problem = str(outcome.get("problem", "the process that writes the recording died"))

    # ---- talking to the process beside ----------------------------------------------------------

    def _say(self, what: dict[str, Any]) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def _answer(self, seconds: float) -> dict[str, Any]:
        """The next line that it says; empty when there is none in time."""
        import select

        assert self._process is not None
        assert self._process.stdout is not None
        poll = select.poll()
        poll.register(self._process.stdout, select.POLLIN | select.POLLHUP)
        if not poll.poll(seconds * 1000):
            return {}
        line = self._process.stdout.readline()
        found = json.loads(line) if line.strip() else {}
        return found if isinstance(found, dict) else {}
