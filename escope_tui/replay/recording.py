"""A recording as a program that can be looked at at any of its moments."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Self, SupportsIndex, TypeVar, cast, overload

from ..errors import FormatError, NotFoundError
from ..model import events
from ..model.events import Event, Frame, Step
from ..model.sites import ENTER
from ..model.text import safe_text
from ..model.values import Value
from .classes import class_with
from .evaluator import evaluate
from .state import ScannerLike, Source, State, guarded
from .survey import Surveyor
from .syntax import Syntax
from .tables import Program
from .timeline import Timeline

if TYPE_CHECKING:
    from ..format.sums import Sums
    from .breakpoints import Breakpoint
    from .state import CursorLike

EV_ENTER, EV_RETURN, EV_YIELD, EV_RESUME, EV_AWAIT, EV_AWAITED = 1, 2, 4, 8, 16, 32
EV_UNWIND, EV_CAUGHT, EV_END, EV_LOST, EV_OUTPUT, EV_GAP = 64, 128, 256, 512, 1024, 2048
EV_TASK, EV_OBJECT = 16384, 65536
EVENT_KINDS = {
    EV_ENTER: events.CALL,
    EV_RETURN: events.RETURN,
    EV_YIELD: events.YIELD,
    EV_RESUME: events.RESUME,
    EV_AWAIT: events.AWAIT,
    EV_AWAITED: events.AWAITED,
    EV_UNWIND: events.UNWIND,
    EV_CAUGHT: events.CAUGHT,
    EV_END: events.END,
    EV_LOST: events.LOST,
    EV_OUTPUT: events.OUTPUT,
    EV_GAP: events.GAP,
}
CHUNK_TASKS = 32
LOST_TEXT = "<damaged>"
"""Stands for output whose text the file does not hold."""
T = TypeVar("T")
WITH_VALUE = EV_RETURN | EV_YIELD | EV_RESUME | EV_UNWIND | EV_CAUGHT


class Info(NamedTuple):
    """What the scanner knows of a step."""

    step: int
    site: int
    thread: int
    frame: int
    depth: int
    time_ns: int


class Replay:
    """Moments, stacks, values and movement; `query.recording.Recording` adds the questions."""

    def __init__(
        self,
        source: Source,
        cursors: list[CursorLike],
        scanner: ScannerLike,
        like: Replay | None = None,
    ) -> None:
        """`like`: another handle on the same file, whose tables this one shares."""
        self.file = source
        self.program: Program = Program(source) if like is None else like.program
        self.scanner = scanner
        self.syntax: Syntax = Syntax(self.program) if like is None else like.syntax
        self.state = State(source, cursors, scanner, self.program, self.syntax)
        self.timeline = Timeline(self)
        self.surveyor = Surveyor(self)
        self._infos: dict[int, Info] = {}
        self._tasks: dict[int, tuple[int, str]] | None = None
        self._task_of: dict[int, int | None] = {}
        self._stretches: dict[str, tuple[int, Any]] = {}
        self.kept: dict[str, Any] = {}
        """Answers that later questions need again, by the question's name."""

    def close(self) -> None:
        """Let go of the file."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    # -- the whole

    @property
    def path(self) -> str:
        """The file's path."""
        return self.file.path

    @property
    def complete(self) -> bool:
        """False: the file has no footer and was read by a scan."""
        return self.file.complete

    @property
    def meta(self) -> dict[str, Any]:
        """Facts about the recorded run: command, python, platform, times, exit status, versions,
        counts.
        """
        meta = dict(self.file.meta)
        meta["steps"] = len(self)
        meta["complete"] = self.file.complete
        if self.file.problem:
            meta["problem"] = self.file.problem
        if self.file.exit_status is not None:
            meta.setdefault("exit_status", self.file.exit_status)
        return meta

    def __len__(self) -> int:
        return self.file.steps

    def __repr__(self) -> str:
        return f"<Recording {safe_text(self.path)!r} of {len(self):,} steps>"

    @overload
    def __getitem__(self, index: SupportsIndex) -> Step: ...
    @overload
    def __getitem__(self, index: slice) -> list[Step]: ...
    def __getitem__(self, index: SupportsIndex | slice) -> Step | list[Step]:
        if isinstance(index, slice):
            wanted = range(len(self))[index]
            if wanted.step == 1:
                return list(self.steps(wanted.start, wanted.stop))
            return [self._step(self.step_info(each)) for each in wanted]
        number = operator.index(index)
        if not -len(self) <= number < len(self):
            raise IndexError(f"step {number} of a recording of {len(self):,} steps")
        return self._step(self.step_info(number % len(self)))

    def __iter__(self) -> Iterator[Step]:
        return self.steps()

    def steps(self, start: int = 0, stop: int | None = None) -> Iterator[Step]:
        """The steps of a stretch, one after the other."""
        end = len(self) if stop is None else min(stop, len(self))
        at = max(start, 0)
        while at < end:
            upto = min(at + 4096, end)
            with self.state.lock:
                infos = guarded(lambda a=at, b=upto: list(self.scanner.steps(a, b)))  # type: ignore[misc]
            if not infos:
                raise FormatError(f"the recording's steps from {at:,} cannot be read")
            for info in infos:
                yield self._step(Info(*info))
            at += len(infos)

    def index(self, step: int, *, end: bool = True) -> int:
        """A step number within the recording: negative ones count from the end; `len(rec)` is the
        end itself.
        """
        number = operator.index(step)
        if number < 0:
            number += len(self)
        if not 0 <= number < len(self) + (1 if end else 0):
            raise IndexError(f"step {step} of a recording of {len(self):,} steps")
        return number

    def _step(self, info: Info) -> Step:
        site = self.program.site(info.site)
        function = self.program.function_of(site)
        return Step(
            info.step,
            self.program.step_kind(info.site),
            self.program.paths[site.module],
            site.line,
            site.end_line,
            function.qualname,
            0,
            info.thread,
            self.task_of(info.frame),
            info.depth,
            info.time_ns,
            info.frame,
            site.column,
            site.end_column,
            bool(site.flags & ENTER),
        )

    def sums(self, chunk: int) -> Sums | None:
        """What a chunk sums up of itself; None: nothing that makes sense."""
        try:
            return self.file.load_sums(chunk)
        except FormatError:
            return None

    # -- what the scanner answers, with damage turned into errors

    def step_info(self, step: int) -> Info:
        """Site, thread, frame, depth and time of a step."""
        found = self._infos.get(step)
        if found is None:
            with self.state.lock:
                found = Info(*guarded(lambda: self.scanner.step_info(step)))
            if len(self._infos) > 20_000:
                self._infos.clear()
            self._infos[step] = found
        return found

    def site_of(self, step: int) -> int:
        """The site that a step ran."""
        return self.step_info(step).site

    def next_site(self, start: int, direction: int, sites: Collection[int]) -> int:
        """The first step at or after (before) `start` at one of the sites; -1 if there is none."""
        if not 0 <= start < len(self) or not sites:
            return -1
        with self.state.lock:
            return guarded(lambda: self.scanner.next_site(start, direction, sites))

    def next_thread_step(self, start: int, direction: int, thread: int) -> int:
        """The first step of a thread at or after (before) `start`; -1 if there is none."""
        if not 0 <= start < len(self):
            return -1
        with self.state.lock:
            return guarded(lambda: self.scanner.next_thread_step(start, direction, thread))

    def next_depth(self, start: int, direction: int, thread: int, depth: int) -> int:
        """The first step of a thread with at most `depth` frames; -1 if there is none."""
        if not 0 <= start < len(self) or depth < 1:
            return -1
        with self.state.lock:
            return guarded(lambda: self.scanner.next_depth(start, direction, thread, depth))

    def next_frame_step(self, start: int, direction: int, frame: int) -> int:
        """The first step in one frame at or after (before) `start`; -1 if there is none."""
        if not 0 <= start < len(self):
            return -1
        with self.state.lock:
            return guarded(lambda: self.scanner.next_frame_step(start, direction, frame))

    def raw_events(self, start: int, stop: int, kinds: int) -> Iterator[tuple[int, ...]]:
        """The codec's events of a stretch of steps."""
        at = start
        while at < stop:
            upto = min(at + 65536, stop) if at >= 0 else min(0, stop)
            upto = max(upto, at + 1)
            with self.state.lock:
                found = guarded(lambda a=at, b=upto: list(self.scanner.events(a, b, kinds)))  # type: ignore[misc]
            yield from found
            at = upto

    def remembered(self, what: str, step: int, size: int, read: Callable[[Self, int, int], T]) -> T:
        """What `read` says of the stretch of `size` steps that a step lies in, kept for the next
        question about it.
        """
        start = (step + 1) // size * size - 1
        kept = self._stretches.get(what)
        if kept is None or kept[0] != start:
            found = read(self, start, min(start + size, len(self)))
            kept = self._stretches[what] = (start, found)
        return cast("T", kept[1])

    # -- stops that the questions' layer knows of

    def special_stop(self, stop: Breakpoint, step: int, direction: int, start: int) -> int | None:
        """The next step at which a stop about exceptions or data may stop."""
        raise NotImplementedError

    def hit_number(self, stop: Breakpoint) -> int | None:
        """The step of a stop's hit of that number."""
        raise NotImplementedError

    # -- moments

    def stack(self, i: int) -> tuple[Frame, ...]:
        """The frames at a step, outermost first."""
        step = self.index(i)
        result = []
        for each in self.state.stack(step):
            function = each.function
            result.append(
                Frame(
                    function.qualname,
                    self.program.paths[function.module],
                    each.line,
                    each.frame,
                    function.kind,
                    step,
                    each.last_step,
                    self.state,
                    each.site.end_line if each.site is not None else function.line,
                )
            )
        return tuple(result)

    def locals(self, i: int, frame: int | Frame | None = None) -> Mapping[str, Value]:
        """The variables of the innermost frame (or of another on the stack) just before step i's
        statement ran.
        """
        step = self.index(i)
        return self.state.frame_locals(step, self._frame_id(step, frame))

    def globals(self, i: int, frame: int | Frame | None = None) -> Mapping[str, Value]:
        """The variables of the frame's module just before step i's statement ran."""
        step = self.index(i)
        number = self._frame_id(step, frame)
        return self.state.frame_globals(step, number) if number else {}

    def _frame_id(self, step: int, frame: int | Frame | None) -> int:
        if frame is None:
            return self.state.current_frame(step)
        return frame.frame_id if isinstance(frame, Frame) else int(frame)

    def scopes(self, i: int, frame: int | None = None) -> list[Mapping[str, Value]]:
        """Where an expression finds its names: the frame's variables, then the module's."""
        number = self._frame_id(i, frame)
        if not number:
            return self._ended(i)
        return [self.state.frame_locals(i, number), self.state.frame_globals(i, number)]

    def _ended(self, i: int) -> list[Mapping[str, Value]]:
        """What is left when no frame runs any more: the variables of the module that began."""
        if not 0 < len(self) <= i:
            return []
        module = self.program.site(self.site_of(0)).module
        raw = self.state.module_bindings(i, module)
        return [{name: self.state.value(each, i) for name, each in raw.items()}]

    def evaluate(self, expression: str, at: int, frame: int | Frame | None = None) -> Value:
        """The value of an expression over the recorded values at a step. No code of the program is
        run.
        """
        step = self.index(at)
        return self.evaluated(expression, step, self._frame_id(step, frame))

    def evaluated(self, tree: str | ast.expr, step: int, frame: int | None) -> Value:
        """As `evaluate`, of an expression that may be parsed already."""
        return evaluate(tree, self.scopes(step, frame), holder=self.class_with)

    def class_with(self, value: Value, name: str) -> Value | None:
        """The class from which an instance has an attribute; None where that is not known."""
        return class_with(self, value, name)

    def passed(self, raw: Any, step: int, frame: int, kind: int) -> Value:
        """A value that a frame handed over while a step ran, as it was then: what the statement
        went on to do with the object does not show.
        """
        value = self.state.passed_value(raw, step)
        identity = value.object_id
        if identity is None or step < 0 or self.state.contents(identity, step) is None:
            return value
        over = False
        before: set[int] = set()
        after: set[int] = set()
        for event in self.raw_events(step, step + 1, EV_OBJECT | kind):
            if event[1] == EV_OBJECT:
                (after if over else before).add(event[5])
            else:
                over = over or event[3] == frame
        if after and (not before or (identity in after and identity not in before)):
            return self.state.value(raw, step)
        return value

    def events(self, i: int) -> list[Event]:
        """What happened while a step ran: calls, returns, yields, exceptions, output, in order."""
        step = self.index(i, end=False)
        kinds = 0
        for each in EVENT_KINDS:
            kinds |= each
        return [self._event(raw) for raw in self.raw_events(step, step + 1, kinds)]

    def _event(self, raw: tuple[Any, ...]) -> Event:
        step, kind, thread, frame, number, value = raw
        function, file, line = "", "", 0
        at = self.next_frame_step(step, -1, frame) if kind & (EV_UNWIND | EV_LOST) else step
        if number < 0 or kind & (EV_UNWIND | EV_LOST | EV_OUTPUT):
            number = self.site_of(at) if at >= 0 else number
        if number >= 0:
            site = self.program.site(number)
            function = self.program.function_of(site).qualname
            file, line = self.program.paths[site.module], site.line
        shown, text = None, ""
        if kind & WITH_VALUE:
            shown = self.passed(value, step, frame, kind)
        elif kind == EV_OUTPUT:
            text = value[1].decode("utf-8", "backslashreplace") if value else LOST_TEXT
        elif kind == EV_GAP:
            text = f"{value or 0:,} events were not recorded"
        return Event(step, EVENT_KINDS[kind], frame, thread, function, file, line, shown, text)

    # -- tasks and threads

    def threads(self) -> dict[int, str]:
        """The names of the threads, by index."""
        return {number: safe_text(str(info.name)) for number, info in self.file.threads.items()}

    def tasks(self) -> dict[int, str]:
        """The names of the asyncio tasks, by identity."""
        return dict(self.task_frames().values())

    def task_frames(self) -> dict[int, tuple[int, str]]:
        """The outermost frame of each asyncio task, with the task's identity and name."""
        if self._tasks is None:
            self._tasks = {}
            for chunk in self.file.chunks:
                if not chunk.flags & CHUNK_TASKS:
                    continue
                start = chunk.first_step if chunk.first_step else -1
                for raw in self.raw_events(start, chunk.first_step + chunk.n_steps, EV_TASK):
                    value: Any = raw[5]
                    self._tasks[raw[3]] = (int(value[0]), safe_text(str(value[1])))
        return self._tasks

    def task_of(self, frame: int) -> int | None:
        """The asyncio task that a frame runs in."""
        tasks = self.task_frames()
        if not tasks:
            return None
        if frame not in self._task_of:
            at: int = frame
            seen = 0
            while at and at not in tasks and seen < 10_000:
                with self.state.lock:
                    try:
                        at = self.scanner.frame_info(at)[2]
                    except (KeyError, IndexError):
                        at = 0
                seen += 1
            self._task_of[frame] = tasks[at][0] if at in tasks else None
        return self._task_of[frame]

    # -- source text

    def files(self) -> list[str]:
        """The recorded source files."""
        return list(dict.fromkeys(self.program.paths))

    def source(self, file: str) -> str:
        """The source text of a recorded file."""
        text = self.program.source(self.program.modules_of(file)[-1])
        if not text:
            raise NotFoundError(f"the source text of {safe_text(file)} is not in the recording")
        return text
