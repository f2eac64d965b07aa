"""The state of the program at any step: two cursors over the file, and what was asked of them
lately.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .._speedups.unpack import RawObject
from ..errors import EscopeError, FormatError
from ..model.sites import ITER
from ..model.values import Contents, Value
from .iterating import called_inside
from .syntax import Syntax
from .tables import IS_STEP, Function, Program, Site
from .values import FEW, Types, changes_unseen, make_contents, make_value

if TYPE_CHECKING:
    from ..format.sums import Sums

CACHED_OBJECTS = 8192
T = TypeVar("T")


class Source(Protocol):
    """What the replay needs of an opened file."""

    path: str
    complete: bool
    problem: str
    meta: dict[str, Any]
    steps: int
    exceptions: int
    exit_status: int | None
    size: int
    types: Types
    bases: Mapping[int, tuple[tuple[str, str], ...]]
    unread: set[int]

    @property
    def chunks(self) -> list[Any]: ...
    @property
    def modules(self) -> list[dict[str, Any]]: ...
    @property
    def threads(self) -> dict[int, Any]: ...
    def site(self, site: int) -> tuple[int, list[Any]]: ...
    def chunk_of(self, step: int) -> int: ...
    def site_hits(self) -> dict[int, int]: ...
    def output(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, int, bytes]]: ...
    def damage(self) -> Iterator[tuple[int, int]]: ...
    def pieces(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, int, bytes, int, int]]: ...
    def load_sums(self, number: int) -> Sums | None: ...
    def close(self) -> None: ...


class CursorLike(Protocol):
    """The codec's cursor."""

    step: int

    def seek(self, step: int) -> None: ...
    def seek_end(self) -> None: ...
    def current(self) -> tuple[int, int, int]: ...
    def stack(self, frame: int) -> list[int]: ...
    def frame(self, frame: int) -> tuple[int, int, int, int, int, int]: ...
    def frame_step(self, frame: int) -> int: ...
    def bindings(self, frame: int) -> list[tuple[int, Any]]: ...
    def cell(self, frame: int, slot: int) -> int: ...
    def namespace(self, module: int) -> list[tuple[int, Any]]: ...
    def object(self, oid: int, limit: int) -> Any: ...
    def members(self, oid: int, role: int, start: int, stop: int) -> list[Any]: ...
    def time_ns(self) -> int: ...
    def live_frames(self) -> list[int]: ...


StepInfo = tuple[int, int, int, int, int, int]
RawEvent = tuple[int, int, int, int, int, Any]
RawWrite = tuple[int, int, int, Any]


class ScannerLike(Protocol):
    """The codec's scanner."""

    def next_site(self, start: int, direction: int, sites: Collection[int]) -> int: ...
    def steps(self, start: int, stop: int) -> Iterator[StepInfo]: ...
    def step_info(self, step: int) -> StepInfo: ...
    def next_frame_step(self, start: int, direction: int, frame: int) -> int: ...
    def next_depth(self, start: int, direction: int, thread: int, depth: int) -> int: ...
    def next_thread_step(self, start: int, direction: int, thread: int) -> int: ...
    def next_write(self, start: int, direction: int, frame: int, slot: int) -> RawWrite | None: ...
    def next_function_write(
        self, start: int, direction: int, module: int, function: int, slot: int
    ) -> RawWrite | None: ...
    def next_object_write(
        self, start: int, direction: int, oid: int, key: Any = None
    ) -> RawWrite | None: ...
    def changed(self, step: int) -> dict[int, bool | None] | None: ...
    def writes_at(self, step: int) -> list[tuple[int, int, Any, Any]]: ...
    def events(self, start: int, stop: int, kinds: int) -> Iterator[RawEvent]: ...
    def chunk_events(self, number: int, kinds: int) -> list[RawEvent]: ...
    def next_event(self, start: int, direction: int, kinds: int) -> RawEvent | None: ...
    def frame_range(self, frame: int) -> tuple[int, int]: ...
    def frame_info(self, frame: int) -> tuple[int, int, int, int, int]: ...
    def next_chunk_of(self, frame: int, i: int) -> int | None: ...
    def birth(self, frame: int) -> int: ...
    def roots_chunk(self, i: int) -> int | None: ...


class FrameState:
    """One frame as the codec knows it at a step."""

    __slots__ = ("frame", "function", "last_step", "number", "parent", "site", "thread")

    def __init__(
        self,
        frame: int,
        function: Function,
        parent: int,
        site: Site | None,
        thread: int,
        last: int,
        number: int = -1,
    ) -> None:
        self.frame = frame
        self.function = function
        self.parent = parent
        self.site = site
        self.thread = thread
        self.last_step = last
        self.number = number
        """The site's; -1: the frame has not run a step."""

    @property
    def line(self) -> int:
        """The line that is running in the frame."""
        return self.site.line if self.site is not None else self.function.line


class State:
    """Reads moments. Every method takes the step that it is about; `steps` itself means after the
    end.
    """

    def __init__(
        self,
        source: Source,
        cursors: list[CursorLike],
        scanner: ScannerLike,
        program: Program,
        syntax: Syntax,
    ) -> None:
        self.source = source
        self.scanner = scanner
        self.program = program
        self.syntax = syntax
        self.steps = source.steps
        self.lock = RLock()
        self._cursors = cursors
        self._used = [0] * len(cursors)
        self._clock = 0
        self._placed = [False] * len(cursors)
        self._objects: OrderedDict[tuple[int, int], Contents | None] = OrderedDict()

    def cursor(self, step: int) -> CursorLike:
        """A cursor that stands at a step. Hold the lock while using it."""
        best = min(range(len(self._cursors)), key=lambda k: abs(self._cursors[k].step - step))
        if abs(self._cursors[best].step - step) > 2000:
            best = min(range(len(self._cursors)), key=self._used.__getitem__)
        self._clock += 1
        self._used[best] = self._clock
        cursor = self._cursors[best]
        if cursor.step != step or not self._placed[best]:
            self._placed[best] = True
            if step >= self.steps:
                cursor.seek_end()
            else:
                cursor.seek(step)
        return cursor

    # -- values

    def contents(self, object_id: int, step: int) -> Contents | None:
        """What is known of an object at a step."""
        key = (object_id, step)
        with self.lock:
            if key in self._objects:
                self._objects.move_to_end(key)
                return self._objects[key]
            found = guarded(lambda: self.cursor(step).object(object_id, FEW))
            contents = None if found is None else self._contents(found, step)
            self._objects[key] = contents
            if len(self._objects) > CACHED_OBJECTS:
                self._objects.popitem(last=False)
            return contents

    def _contents(self, found: RawObject, step: int) -> Contents:
        types = self.source.types
        old = found.as_of < step - 1 and changes_unseen(
            found, types, self.program.module_names, self.source.bases
        )

        def read(role: int, start: int, stop: int) -> list[Any]:
            with self.lock:
                return guarded(lambda: self.cursor(step).members(found.oid, role, start, stop))

        return make_contents(found, types, doubtful=old, read=read)

    def value(self, raw: Any, step: int) -> Value:
        """The value of a decoded entry at a step."""
        return make_value(raw, step, self, self.source.types)

    def value_of_object(self, object_id: int, step: int) -> Value:
        """An object as it is at a step."""
        return Value("", object_id=object_id, heap=self, step=step)

    def passed_value(self, raw: Any, step: int) -> Value:
        """A value that was handed over while a step ran: as the next step sees it, if it lived so
        long.
        """
        later = min(step + 1, self.steps)
        value = self.value(raw, later)
        if value.object_id is not None:
            seen = self.contents(value.object_id, later)
            if seen is None or seen.dead:
                earlier = self.value(raw, max(step, 0))
                if self.contents(value.object_id, max(step, 0)) is not None:
                    return earlier
        return value

    # -- frames

    def frame_state(self, step: int, frame: int) -> FrameState:
        """A frame as it is at a step."""
        with self.lock:
            return guarded(lambda: self._frame_state(self.cursor(step), frame))

    def _frame_state(self, cursor: CursorLike, frame: int) -> FrameState:
        module, index, parent, site_number, _, thread = cursor.frame(frame)
        last = cursor.frame_step(frame)
        site = self.program.site(site_number) if site_number >= 0 else None
        if last >= 0 and (site is None or not site.flags & IS_STEP):
            site_number = self.scanner.step_info(last)[1]
            site = self.program.site(site_number)
        function = self.program.function(module, index)
        return FrameState(frame, function, parent, site, thread, last, site_number)

    def alive(self, step: int, frame: int) -> bool:
        """Whether the frame is known at a step."""
        with self.lock:
            try:
                self.cursor(step).frame(frame)
            except KeyError:
                return False
        return True

    def current_frame(self, step: int) -> int:
        """The innermost frame at a step; 0 if there is none."""
        with self.lock:
            return guarded(lambda: self.cursor(step).current()[1])

    def stack(self, step: int) -> list[FrameState]:
        """The frames at a step, outermost first."""
        with self.lock:
            return guarded(lambda: self._stack(step))

    def stack_above(self, step: int, frame: int) -> list[FrameState]:
        """The frames around one that ran at a step and may be over by then, whichever thread runs,
        outermost first.
        """
        with self.lock:
            return guarded(lambda: self._stack_above(step, frame))

    def _stack_above(self, step: int, frame: int) -> list[FrameState]:
        cursor = self.cursor(step)
        thread, current, _ = cursor.current()
        _, _, parent, own, _ = self.scanner.frame_info(frame)
        if thread == own and current:
            above = cursor.stack(current)
            above = above[: above.index(frame)] if frame in above else above
        else:
            above = cursor.stack(parent) if parent in cursor.live_frames() else []
        return [self._frame_state(cursor, each) for each in above]

    def _stack(self, step: int) -> list[FrameState]:
        cursor = self.cursor(step)
        frame = cursor.current()[1]
        if frame == 0:
            return []
        return [self._frame_state(cursor, each) for each in cursor.stack(frame)]

    # -- variables

    def bindings(self, step: int, frame: int) -> dict[str, Any]:
        """The visible names of a frame with what they are bound to, undecoded."""
        if frame == 0:
            return {}
        with self.lock:
            return guarded(lambda: self._bindings(step, frame))

    def _bindings(self, step: int, frame: int) -> dict[str, Any]:
        cursor = self.cursor(step)
        state = self._frame_state(cursor, frame)
        function = state.function
        pairs = cursor.bindings(frame)
        if cursor.current()[1] == frame:
            return self._named(function, pairs, state.site)
        own = self._named(function, pairs, None)
        if not self._iterates(cursor, state):
            return own
        return self._named(function, pairs, state.site) | own

    def _iterates(self, cursor: CursorLike, state: FrameState) -> bool:
        """Whether a comprehension that a caller's newest site belongs to still runs. Nothing tells
        of its end: its variables are shown only while a call that stands in it runs.
        """
        if state.site is None or not state.site.flags & ITER:
            return False
        stack = cursor.stack(cursor.current()[1])
        at = stack.index(state.frame) + 1 if state.frame in stack else len(stack)
        if at >= len(stack):
            return False
        called = self._frame_state(cursor, stack[at]).function
        return called_inside(self.syntax, state.site, called)

    def _named(
        self, function: Function, pairs: list[tuple[int, Any]], site: Site | None
    ) -> dict[str, Any]:
        hidden = self.program.hidden_slots(function, site)
        names = function.variables
        result: dict[str, Any] = {}
        for slot, raw in pairs:
            if slot not in hidden and slot < len(names):
                result[names[slot]] = raw
        return result

    def module_bindings(self, step: int, module: int) -> dict[str, Any]:
        """The variables of a module."""
        with self.lock:
            return guarded(
                lambda: self._named(
                    self.program.function(module, 0), self.cursor(step).namespace(module), None
                )
            )

    def frame_locals(self, step: int, frame: int) -> Mapping[str, Value]:
        """The variables of a frame as values."""
        return self._values(self.bindings(step, frame), step)

    def frame_globals(self, step: int, frame: int) -> Mapping[str, Value]:
        """The variables of a frame's module as values."""
        module = self.frame_state(step, frame).function.module
        return self._values(self.module_bindings(step, module), step)

    def _values(self, raw: dict[str, Any], step: int) -> Mapping[str, Value]:
        return MappingProxyType({name: self.value(each, step) for name, each in raw.items()})

    # -- odds and ends

    def time_ns(self, step: int) -> int:
        """Nanoseconds since the start of the recording."""
        with self.lock:
            return guarded(lambda: self.cursor(step).time_ns())


def guarded(ask: Callable[[], T]) -> T:
    """Ask the codec; what a damaged file makes it raise becomes an `EscopeError`."""
    try:
        return ask()
    except EscopeError:
        raise
    except (KeyError, IndexError, ValueError, TypeError, OverflowError, AttributeError) as error:
        raise FormatError(f"the recording cannot be read at this moment: {error}") from error
