"""One recording from beginning to end: prepare, start, drain, finish the file, tell the outcome."""

from __future__ import annotations

import os
import sys
import time

from escope_tui import __version__
from escope_tui.env import python_version
from escope_tui.errors import CoreError, EscopeError, reason
from escope_tui.instrument.text import source_encoding
from escope_tui.launcher import main_code, places, spawn
from escope_tui.launcher.program import Program, first_path, home_folder, interpreter_options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from escope_tui.instrument.cache import Unit

RING_SIZE = 16 << 20
"""Room between the program and the launcher; a power of two."""

NOTE = 3
"""The kind of a blob that is one line of text about the recording."""


class Options:
    """How to record."""

    def __init__(
        self,
        output: str | None = None,
        include: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
        force: bool = False,
        ring_size: int = RING_SIZE,
        limits: tuple[tuple[str, int], ...] = (),
    ) -> None:
        self.output = output
        """The file to write; None: a readable name in the recordings folder."""
        self.include = include
        self.exclude = exclude
        self.force = force
        self.ring_size = ring_size
        self.limits = limits
        """Bounds of what is captured, other than the usual ones."""


class Outcome:
    """What became of a program and of its recording."""

    def __init__(
        self,
        exit_code: int,
        path: str | None = None,
        *,
        steps: int = 0,
        processes: int = 0,
        size: int = 0,
        duration: float = 0.0,
        signal_name: str = "",
        problem: str = "",
        hint: str = "",
    ) -> None:
        self.exit_code = exit_code
        """What the shell would show: the program's own, or 128 + the signal that ended it."""
        self.path = path
        """The recording; None if there is none."""
        self.steps = steps
        self.processes = processes
        self.size = size
        self.duration = duration
        self.signal_name = signal_name
        self.problem = problem
        """Why the recording is missing or ends early; empty if it is whole, or if Python told."""
        self.hint = hint


def record(program: Program, options: Options | None = None) -> Outcome:
    """Runs the program to its end and records it."""
    options = options or Options()
    _check_core()
    source, unit = b"", None
    if program.kind not in ("module", "folder"):
        source = main_code.main_source(program)
        try:
            unit = main_code.rewritten(source, main_code.main_path(program), places.cache_folder())
        except main_code.NotPython:
            return _run_plain(program, source)
    when = time.time()
    path = os.path.abspath(options.output or places.new_recording(program.name, when))
    places.create(path, force=options.force)
    try:
        outcome = _Session(program, options, path, when).run(source, unit)
    except BaseException:
        places.discard(path)
        raise
    if outcome.path is None:
        places.discard(path)
    else:
        places.announce(path)
    return outcome


def _check_core() -> None:
    from _frozen_importlib_external import PathFinder

    try:
        from escope_tui._speedups import ring  # noqa: F401

        if PathFinder.find_spec("zstandard") is None:
            raise ImportError("No module named 'zstandard'")
    except ImportError as error:
        raise CoreError(
            f"the compiled core can't be loaded: {error}",
            hint="`escope doctor` tells more; in a source tree: make build-ext",
        ) from error


def _run_plain(program: Program, source: bytes) -> Outcome:
    """Lets Python run the program alone, to say in its own words why it cannot."""
    command = [sys.executable, *interpreter_options(), *program.words]
    stdin = None
    if program.kind == "stdin":
        stdin = spawn.memory_file("stdin")
        spawn.write_all(stdin, source)
    with spawn.Signals() as signals:
        child = spawn.start(command, stdin)
        signals.watch(child)
        returncode = child.wait()
    return Outcome(spawn.exit_code(returncode))


def _iso_time(when: float) -> str:
    local = time.localtime(when)
    zone = time.strftime("%z", local)
    thousandth = int(when * 1000) % 1000
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', local)}.{thousandth:03}{zone[:3]}:{zone[3:]}"


class _Session:
    """The state that the parts of one recording share."""

    def __init__(self, program: Program, options: Options, path: str, when: float) -> None:
        self.program = program
        self.options = options
        self.path = path
        self.when = when
        self.flags = interpreter_options()
        self.plan: dict[str, Any] = {
            "roots": [home_folder(program)],
            "include": list(options.include),
            "exclude": list(options.exclude),
        }

    def run(self, source: bytes, unit: Unit | None) -> Outcome:
        from escope_tui._speedups.ring import HEADER_SIZE, Ring

        ring_fd = spawn.memory_file("escope-ring", HEADER_SIZE + self.options.ring_size)
        code_fd = spawn.memory_file("escope-main")
        ring = Ring(ring_fd, self.options.ring_size)
        ring.launcher_pid = os.getpid()
        child: spawn.Child | None = None
        try:
            spawn.write_all(code_fd, main_code.pyc(self._code(source, unit, ring_fd, code_fd)))
            with spawn.Signals() as signals:
                began = time.monotonic()
                command = [sys.executable, *self.flags, spawn.fd_path(code_fd), *self.program.args]
                child = spawn.start(command)
                signals.watch(child)
                os.close(ring_fd)
                os.close(code_fd)
                return self._follow(child, began, ring)
        except BaseException:
            if child is not None and child.poll() is None:
                child.terminate()
            raise
        finally:
            ring.close()

    def _follow(self, child: spawn.Child, began: float, ring: Any) -> Outcome:
        """Writes what the program does until it has ended."""
        # Imported while the program starts: the compressor and its kin take their time.
        from escope_tui.format.writer import RecordingWriter
        from escope_tui.launcher.commit import checkout
        from escope_tui.launcher.drain import Drain
        from escope_tui.launcher.kept_recipes import KeptRecipes

        meta = self._meta()
        if git := checkout(meta["cwd"]):
            meta["git"] = git
        recipes = KeptRecipes(places.cache_folder())
        writer = RecordingWriter(self.path, meta, recipes=recipes)
        try:
            drain = Drain(ring, writer)
            drain.run(child)
            duration = time.monotonic() - began
            return self._finish(child.wait(), duration, ring, writer, drain.problem)
        except BaseException:
            writer.abort()
            raise

    def _meta(self) -> dict[str, Any]:
        program = self.program
        machine = os.uname()
        return {
            "command": program.words,
            "program": {"kind": program.kind, "name": program.name},
            "cwd": os.getcwd(),
            "python": python_version(),
            "implementation": sys.implementation.name,
            "executable": sys.executable,
            "options": self.flags,
            "platform": " ".join((machine.sysname, machine.release, machine.machine)),
            "started": _iso_time(self.when),
            "versions": {"escope": __version__},
            "plan": self.plan,
        }

    def _code(self, source: bytes, unit: Unit | None, ring_fd: int, code_fd: int) -> CodeType:
        """The code of `__main__`, with all that the target must know inside."""
        program = self.program
        path = main_code.main_path(program)
        given = {"command": "-c", "stdin": "-", "module": "-m"}.get(program.kind, program.what)
        warned = unit is not None and unit.warned
        config: dict[str, Any] = {
            "kind": program.kind,
            "ring_fd": ring_fd,
            "ring_size": self.options.ring_size,
            "code_fd": code_fd,
            "file": path,
            "argv0": given,
            "orig_argv": [sys.orig_argv[0], *self.flags, *program.words],
            "first_path": first_path(program),
            "limits": dict(self.options.limits),
            "plan": self.plan,
            "cache": places.cache_folder(),
            "source": source if warned or program.kind == "command" else None,
            "warned": warned,
            "encoding": source_encoding(source),
            "notes": [],
            "main": None,
        }
        if unit is None:
            return main_code.with_config(main_code.module_code(program), config)
        return main_code.recorded_code(unit, path, config)

    def _finish(
        self, returncode: int, duration: float, ring: Any, writer: Any, problem: str
    ) -> Outcome:
        from escope_tui.launcher.drain import TURNED_OFF, fault_of

        code = spawn.exit_code(returncode)
        name = spawn.signal_name(-returncode) if returncode < 0 else ""
        problem = problem or fault_of(ring.state)
        notes = [text.decode("utf-8", "replace") for kind, text in writer.blobs if kind == NOTE]
        if problem == TURNED_OFF and notes:
            problem = notes[-1]
        facts: dict[str, Any] = {
            "duration": round(duration, 6),
            "exit_status": code,
            "waited": round(ring.waited_ns / 1e9, 6),
        }
        if name:
            facts["signal"] = name
        if ring.dropped:
            facts["dropped"] = ring.dropped
        if notes:
            facts["notes"] = notes
        if problem:
            facts["problem"] = problem
        writer.set_meta(**facts)
        if not writer.steps:
            writer.abort()
            return Outcome(
                code,
                signal_name=name,
                duration=duration,
                problem=problem or "; ".join(notes) or "no statement that is to be recorded ran",
                hint="" if problem or notes or code else self._why_nothing(),
            )
        try:
            writer.finish()
        except (EscopeError, OSError) as error:
            problem = problem or reason(error)
        problem = problem or writer.problem
        try:
            size = os.path.getsize(self.path)
        except OSError:
            size, problem = 0, problem or "its file was removed while the program ran"
        if not writer.steps or not size:
            return Outcome(code, signal_name=name, duration=duration, problem=problem)
        return Outcome(
            code,
            self.path,
            steps=writer.steps,
            processes=1,
            size=size,
            duration=duration,
            signal_name=name,
            problem=problem,
        )

    def _why_nothing(self) -> str:
        if self.program.kind == "module":
            top = self.program.what.partition(".")[0]
            return f"installed packages are left out unless you name them: --include {top}"
        return "--include GLOB adds modules to what is recorded"
