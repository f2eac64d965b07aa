"""Calls of recorded functions, alone and as a tree."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, takewhile
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError, NotFoundError
from ..model.events import Call, CallEnd
from ..model.rows import Rows
from ..model.sites import BEGINS_STEP, ENTER, LATE
from ..model.text import one_line
from ..model.values import Value
from ..replay.near import suggestion
from ..replay.recording import EV_END, EV_LOST, EV_RETURN, EV_UNWIND
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.state import ScannerLike
    from ..replay.tables import Function

_OUTCOMES = {EV_RETURN: "return", EV_UNWIND: "raise", EV_END: "end", EV_LOST: "lost"}
KEPT = 10_000
HELD = 50_000
"""Calls of the tree that are kept made."""


def functions_called(rec: Replay, function: str | None, file: str | None) -> list[Function]:
    """The functions that a name means; an error that names what is near when there is none."""
    found = rec.program.find_functions(function, file)
    if function is not None and not found:
        names = [each.qualname for each in rec.program.find_functions(None)]
        names += [each.name for each in rec.program.find_functions(None)]
        raise NotFoundError(
            f"no recorded function is called {one_line(function)}",
            hint=suggestion(function, names) or "the function list shows all of them",
        )
    return found


def iter_calls(
    rec: Replay,
    function: str | None = None,
    file: str | None = None,
    start: int = 0,
    direction: int = 1,
) -> Iterator[Call]:
    """Calls from a step on, in either direction, in the order of their first steps."""
    found = functions_called(rec, function, file)
    span = (start, len(rec)) if direction > 0 else (0, start + 1)
    for call, _ in each_call(rec, found, *span, direction, stepping=True):
        yield call


def all_calls(rec: Replay, function: str | None = None, file: str | None = None) -> Rows[Call]:
    """As `iter_calls`, all of them; how many there are is told by the index where it knows."""
    found = functions_called(rec, function, file)
    sites = rec.program.enter_sites(found)

    def walk(direction: int) -> Iterator[Call]:
        rows = each_call(rec, found, 0, len(rec), direction, stepping=True)
        return (call for call, _ in rows)

    def read(number: int) -> list[Call]:
        first, stop = rec.surveyor.span(number)
        return [call for call, _ in each_call(rec, found, first, stop, stepping=True)]

    flags = [rec.program.site(each).flags for each in sites]
    exact = all(each & ENTER and each & BEGINS_STEP for each in flags)
    return Rows(walk, rec.surveyor.counted(sites) if exact else None, read)


def each_call(
    rec: Replay,
    functions: list[Function],
    start: int = 0,
    stop: int | None = None,
    direction: int = 1,
    sites: frozenset[int] | None = None,
    *,
    stepping: bool = False,
) -> Iterator[tuple[Call, int]]:
    """The calls of some functions that begin in a stretch of steps, with the times of their first
    steps; chunk by chunk. `stepping`: without those that end before any statement of theirs.
    """
    view = CallView(rec)
    survey = rec.surveyor.survey
    wanted = rec.surveyor.function_set(functions)
    by_key = {(each.module, each.place): each for each in functions}
    end = len(rec) if stop is None else stop
    if sites is None:
        sites = frozenset(rec.program.enter_sites(functions))
    numbers = rec.surveyor.numbers(start, end, direction, sites)
    read = rec.surveyor.beside(numbers, lambda number: survey.calls(number, wanted, start, end))
    for _, rows in read:
        for row in rows if direction > 0 else reversed(rows):
            site = rec.program.site(row[1])
            if stepping and not site.flags & BEGINS_STEP and rec.step_info(row[4]).frame != row[0]:
                continue
            function = by_key[site.module, site.function]
            yield view.call_of_row(function, row), row[5]


class CallView:
    """Looks up what a `Call` does not carry."""

    def __init__(self, rec: Replay) -> None:
        self._rec = rec
        self._ends: dict[int, CallEnd] = {}
        self._rows: dict[int, tuple[Function, Sequence[Any]]] = {}
        self._children: dict[tuple[int, int], list[Call]] = {}
        self._held = 0
        self._counts: dict[tuple[int, int], int] = {}
        """How many calls a frame made in a chunk."""
        self._callers: dict[int, frozenset[int]] = {}
        """The frames that made calls in a chunk."""

    def call_of_frame(self, frame: int) -> Call | None:
        """The call that a frame stands for; None if none of its steps is there."""
        with self._rec.state.lock:
            try:
                first = guarded(lambda: self._rec.scanner.frame_range(frame)[0])
            except EscopeError as error:
                raise NotFoundError(f"no frame {frame} is in the recording") from error
        return self.call(first) if first < len(self._rec) else None

    def call(self, step: int) -> Call:
        """The call whose first step is `step`."""
        rec = self._rec
        info = rec.step_info(step)
        site = rec.program.site(info.site)
        function = rec.program.function_of(site)
        return Call(
            function.qualname,
            rec.program.paths[site.module],
            function.line,
            info.frame,
            info.thread,
            step,
            self,
        )

    def call_of_row(self, function: Function, row: Sequence[Any]) -> Call:
        """The call that a chunk told of."""
        path = self._rec.program.paths[function.module]
        call = Call(function.qualname, path, function.line, row[0], row[2], row[4], self)
        self.learn(call, function, row)
        return call

    def learn(self, call: Call, function: Function, row: Sequence[Any]) -> None:
        """Keep what a chunk said of a call, for the questions that follow."""
        if len(self._rows) > KEPT:
            self._rows.clear()
        self._rows[call.frame_id] = (function, row)

    def call_args(self, call: Call) -> Mapping[str, Value]:
        """The parameters on entry."""
        rec = self._rec
        known = self._rows.get(call.frame_id)
        if known is not None and known[1][6] is not None:
            function, row = known
            raw = dict(row[6])
            return MappingProxyType(
                {
                    name: rec.state.value(raw[slot], call.enter)
                    for slot, name in enumerate(function.variables[: function.parameters])
                    if slot in raw
                }
            )
        function = rec.program.function_of(rec.program.site(rec.site_of(call.enter)))
        names = function.variables[: function.parameters]
        bound = rec.state.frame_locals(call.enter, call.frame_id)
        return MappingProxyType({name: bound[name] for name in names if name in bound})

    def call_end(self, call: Call) -> CallEnd:
        """How the call ended."""
        found = self._ends.get(call.frame_id)
        if found is None:
            if len(self._ends) > KEPT:
                self._ends.clear()
            known = self._rows.get(call.frame_id)
            if known is not None and known[1][7]:
                found = self._known_end(known[0], known[1])
            else:
                found = self._find_end(call)
            self._ends[call.frame_id] = found
        return found

    def _known_end(self, function: Function, row: Sequence[Any]) -> CallEnd:
        return self._end(row[7], row[8], row[10], row[2], function.kind)

    def _end(self, kind: int, step: int, raw: Any, frame: int, scope: str) -> CallEnd:
        outcome = outcome_of(kind, scope)
        if kind == EV_END and outcome == "return":
            return CallEnd(step, outcome, self._rec.state.value(None, step))
        passed = None
        if kind in (EV_RETURN, EV_UNWIND):
            passed = self._rec.passed(raw, step, frame, kind)
        return CallEnd(
            step,
            outcome,
            passed if kind == EV_RETURN else None,
            passed if kind == EV_UNWIND else None,
        )

    def _find_end(self, call: Call) -> CallEnd:
        rec = self._rec
        with rec.state.lock:
            last = guarded(lambda: rec.scanner.frame_range(call.frame_id)[1])
        kinds = EV_RETURN | EV_UNWIND | EV_END | EV_LOST
        for raw in rec.raw_events(last, last + 1, kinds):
            step, kind, _, frame, _, value = raw
            if frame == call.frame_id and not _is_late(rec, raw):
                scope = rec.program.function(*self._scope(call)).kind
                held = self._held_result(call, last) if kind == EV_END else None
                if held is not None:
                    kind, value = held[1], held[5]
                return self._end(kind, step, value, frame, scope)
        return CallEnd(None, "running")

    def _held_result(self, call: Call, last: int) -> tuple[Any, ...] | None:
        """The newest event that told a result which clean-up held back until the frame's end."""
        rec = self._rec
        if self._scope(call) not in holding_back(rec):
            return None
        step = last
        while step >= call.enter:
            for raw in reversed(list(rec.raw_events(step, step + 1, EV_RETURN | EV_UNWIND))):
                if raw[3] == call.frame_id and _is_late(rec, raw):
                    return raw
            step = rec.next_frame_step(step - 1, -1, call.frame_id)
        return None

    def _scope(self, call: Call) -> tuple[int, int]:
        site = self._rec.program.site(self._rec.site_of(call.enter))
        return site.module, site.function

    def call_duration(self, call: Call) -> int | None:
        """Nanoseconds from the first step to the end."""
        rec = self._rec
        known = self._rows.get(call.frame_id)
        if known is not None and known[1][7]:
            return int(known[1][9]) - int(known[1][5])
        end = self.call_end(call).step
        if end is None:
            return None
        began = rec.step_info(call.enter).time_ns
        after = end + 1
        left = rec.surveyor.left_at(call.frame_id, end)
        if left is not None:
            return max(left - began, 0)
        if after < len(rec):
            return int(rec.step_info(after).time_ns - began)
        return max(int(rec.file.chunks[-1].last_ns) - began, 0)

    def call_site(self, call: Call) -> int | None:
        """The caller's statement that made the call."""
        return caller_step(self._rec, call.frame_id, call.enter)

    # -- the tree

    def _call_of(self, row: tuple[int, ...]) -> Call:
        frame, _, module, place, step, _, thread, _ = row
        function = self._rec.program.function(module, place)
        path = self._rec.program.paths[module]
        return Call(function.qualname, path, function.line, frame, thread, step, self)

    def _entered(self, number: int, parent: int) -> list[Call]:
        """The calls that a frame made in one chunk."""
        key = (parent, number)
        found = self._children.get(key)
        if found is None:
            rec = self._rec
            with rec.state.lock:
                rows = guarded(lambda: rec.surveyor.survey.entered(number, parent))
            found = [self._call_of(row) for row in rows if row[4] < len(rec)]
            self._held += 1 + len(found)
            if self._held > HELD:
                self._children.clear()
                self._held = 1 + len(found)
            self._children[key] = found
        return found

    def _count(self, numbers: Iterable[int], parent: int) -> Iterator[tuple[int, int]]:
        """Chunks, and how many calls a frame made in each."""
        rec, looked = self._rec, False
        survey = rec.surveyor.survey

        def look(number: int) -> int:
            return survey.count_entered(number, parent)

        waiting = iter(numbers)
        for number in waiting:
            known = self._counts.get((parent, number))
            if known is None and looked:
                waiting = chain((number,), waiting)
                break
            if known is None:
                known, looked = guarded(partial(look, number)), True
                known = self._counted(number, parent, known)
            yield number, known
        for number, count in rec.surveyor.beside(waiting, look):
            yield number, self._counted(number, parent, count)

    def _counted(self, number: int, parent: int, count: int) -> int:
        # The program may have ended after a call and before its first statement.
        if count and number == len(self._rec.file.chunks) - 1:
            count = len(self._entered(number, parent))
        if len(self._counts) > HELD:
            self._counts.clear()
        self._counts[parent, number] = count
        return count

    def _chunks_of(self, frame: int, after: int | None = None) -> Iterator[int]:
        """The chunks (after one) in which a frame did anything; of frame 0, those that may begin a
        root.
        """
        rec, number = self._rec, after
        while True:
            with rec.state.lock:
                number = guarded(partial(_next_chunk, rec.scanner, frame, number))
            if number is None:
                return
            yield number

    def roots(self) -> list[Call]:
        """The calls that no recorded call made: modules, the first functions of threads."""
        if not self._rec.file.chunks:
            return []
        return [each for number in self._chunks_of(0) for each in self._entered(number, 0)]

    def call_children(self, call: Call, start: int, stop: int | None) -> list[Call]:
        """A stretch of the calls that a call made itself."""
        if start < 0 or (stop is not None and stop < 0):
            raise IndexError("children are counted from 0")
        found: list[Call] = []
        seen = 0
        numbers = self._chunks_of(call.frame_id)
        if start:
            for number, count in self._count(numbers, call.frame_id):
                seen += count
                if seen > start:
                    seen -= count
                    numbers = chain((number,), self._chunks_of(call.frame_id, number))
                    break
            else:
                return []
        for number in numbers:
            if stop is not None and seen >= stop:
                break
            here = self._entered(number, call.frame_id)
            found += here[max(start - seen, 0) : None if stop is None else stop - seen]
            seen += len(here)
        return found

    def call_child_count(self, call: Call) -> int:
        """How many calls a call made itself."""
        numbers = self._chunks_of(call.frame_id)
        return sum(count for _, count in self._count(numbers, call.frame_id))

    def call_has_children(self, call: Call) -> bool:
        """Whether a call made any itself."""
        numbers = self._chunks_of(call.frame_id)
        return any(call.frame_id in self._calling(number) for number in numbers)

    def _calling(self, number: int) -> frozenset[int]:
        """The frames that made calls in a chunk: one look answers for all of them."""
        found = self._callers.get(number)
        if found is None:
            rec = self._rec
            with rec.state.lock:
                rows = guarded(lambda: rec.surveyor.survey.entered(number))
            found = frozenset(row[1] for row in rows if row[4] < len(rec))
            if sum(map(len, self._callers.values())) > HELD:
                self._callers.clear()
            self._callers[number] = found
        return found

    def call_place(self, call: Call) -> int:
        """Which of its parent's calls it is, or which of the roots, from 0."""
        parent = self.call_parent(call)
        frame = parent.frame_id if parent is not None else 0
        home = self._rec.file.chunk_of(call.enter)
        earlier = takewhile(lambda number: number != home, self._chunks_of(frame))
        before = sum(count for _, count in self._count(earlier, frame))
        siblings = self._entered(home, frame)
        return before + bisect_left(siblings, call.enter, key=lambda each: each.enter)

    def call_parent(self, call: Call) -> Call | None:
        """The call that made it."""
        rec = self._rec
        with rec.state.lock:
            parent = guarded(lambda: rec.scanner.frame_info(call.frame_id)[2])
            if not parent:
                return None
            first = guarded(lambda: rec.scanner.frame_range(parent)[0])
        return self.call(first)


def outcome_of(kind: int, scope: str) -> str:
    """What `Call.outcome` is for an event that ended a call of a function of some kind."""
    if kind == EV_LOST and scope == "genexp":  # nothing is recorded of how one ends
        return "end"
    return "return" if kind == EV_END and scope != "class" else _OUTCOMES[kind]


def holding_back(rec: Replay) -> frozenset[tuple[int, int]]:
    """The functions (module and place) of which a `finally` holds results back."""
    found: frozenset[tuple[int, int]] | None = rec.kept.get("holding back")
    if found is None:
        found = rec.kept["holding back"] = frozenset(
            (module, site.function)
            for module in range(len(rec.program.paths))
            for _, site in rec.program.module_sites(module, LATE)
        )
    return found


def _is_late(rec: Replay, raw: tuple[Any, ...]) -> bool:
    """Whether an event tells a result that clean-up holds back."""
    return raw[1] in (EV_RETURN, EV_UNWIND) and bool(rec.program.site(raw[4]).flags & LATE)


def _next_chunk(scanner: ScannerLike, frame: int, after: int | None) -> int | None:
    if after is None:
        return scanner.birth(frame) if frame else 0
    return scanner.next_chunk_of(frame, after) if frame else scanner.roots_chunk(after)


def call_of(rec: Replay, step: int, frame: int | None = None) -> Call | None:
    """The call that a step's innermost frame, or another frame, stands for."""
    number = rec.state.current_frame(step) if frame is None else frame
    if not number:
        return None
    return CallView(rec).call_of_frame(number)


def caller_step(rec: Replay, frame: int, enter: int) -> int | None:
    """The newest step of a frame's parent before the frame began."""
    with rec.state.lock:
        parent = guarded(lambda: rec.scanner.frame_info(frame)[2])
    if not parent or enter <= 0:
        return None
    step = rec.next_frame_step(enter - 1, -1, parent)
    return step if step >= 0 else None
