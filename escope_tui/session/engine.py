"""The app's questions, put to a real recording."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from .._speedups.unpack import Unbound
from ..errors import EscopeError, FormatError, NotFoundError
from ..model.events import ExceptionEvent, Frame, OutputChunk, Step, Write
from ..model.text import one_line, safe_text
from ..model.values import Value
from ..query import writes
from ..query.hits import statement_counts, statement_sites
from ..query.recording import Recording, open_again, open_recording
from ..replay.recording import EV_RETURN
from ..replay.state import guarded
from . import tail
from .bridge import LoopSteps
from .ownsteps import OwnSteps
from .stops import Reached, Stop, nearest

if TYPE_CHECKING:
    from ..format.reader import RecordingFile

NEAR = 32
"""So many steps are looked at one by one for the objects that they touched."""
KEPT_LOOKING, KEPT_SEARCHING, KEPT_ASKING = 2, 2, 1
"""Chunks that each handle keeps decoded: together they are most of the app's memory."""
INSIDE, RESULTS = 4000, 4
"""How many steps inside a statement are looked through for what its calls gave, and how many of
these are told.
"""
FEW_RAISED = 10_000
"""Up to so many times that exceptions were seen, all that is known of each is kept."""
MARKS = 2000
"""Exceptions that are marked on the timeline at most."""


class RecordingEngine:
    """Two handles on one file: while one searches for long, the panes read the other."""

    def __init__(self, path: str) -> None:
        self._look = open_recording(path, KEPT_LOOKING)
        self._search = open_again(self._look, KEPT_SEARCHING)
        if not len(self._look):
            self.close()
            raise FormatError(
                f"{safe_text(path)} holds no step: no recorded statement ran",
                hint=f"what is in it: escope info {safe_text(path)}",
            )
        self._own = OwnSteps(self._look)
        self.name = one_line(os.path.basename(path), 80)
        self.sites = sum(len(module["sites"]) for module in self._look.file.modules)
        self.ending = ending_text(self._look)
        self._output: Sequence[OutputChunk] | None = None
        self._output_steps: list[int] = []
        self._hits: dict[str, Mapping[int, int]] = {}
        self._raised: dict[int, ExceptionEvent] | None = None
        self._ending: ExceptionEvent | None = None
        self._end_known = False

    @property
    def recording(self) -> Recording:
        return self._look

    def questions(self) -> Recording:
        return open_again(self._look, KEPT_ASKING)

    def close(self) -> None:
        self._search.close()
        self._look.close()

    def __len__(self) -> int:
        return len(self._look)

    # -- moments

    def step(self, index: int) -> Step:
        return self._look[index]

    def threads(self) -> Mapping[int, str]:
        return self._look.threads()

    def tasks(self) -> Mapping[int, str]:
        return self._look.tasks()

    def stack(self, index: int) -> Sequence[Frame]:
        return self._look.stack(index)

    def before_in_frame(self, index: int, frame: int) -> int | None:
        for each in self._look.stack(index):
            if each.frame_id == frame:
                return _found(self._look.next_frame_step(each.last_step - 1, -1, frame))
        return None

    def touched(self, before: int, now: int) -> Collection[int] | None:
        if not 0 <= now - before <= NEAR:
            return None
        found = set[int]()
        with self._look.state.lock:
            for step in range(before + 1, now + 1):
                told = guarded(partial(self._look.scanner.changed, step))
                if told is None:
                    return None
                found.update(told)
        return found

    def own_steps(
        self, frame: int, index: int, back: bool, limit: int
    ) -> Sequence[tuple[int, int]]:
        if back and limit > 1:
            return self._own.before(frame, index, limit)
        rec, way = self._look, _way(back)
        found: list[tuple[int, int]] = []
        at = rec.next_frame_step(index + way, way, frame)
        while at >= 0 and len(found) < limit:
            found.append((at, rec.program.site(rec.site_of(at)).line))
            at = rec.next_frame_step(at + way, way, frame)
        return found

    def loop_steps(
        self, frame: int, header: int, end: int, index: int, back: bool, limit: int
    ) -> LoopSteps:
        rec, way = self._look, _way(back)
        file = rec.program.paths[rec.program.site(rec.site_of(index)).module]
        sites = frozenset(rec.program.sites_at(file, header))
        found: list[int] = []
        edge = index
        while len(found) < limit:
            at = rec.next_site(edge + way, way, sites)
            while at >= 0 and rec.step_info(at).frame != frame:
                # Another frame's loop: this one may have ended long before.
                at = rec.next_frame_step(at, way, frame)
                at = rec.next_site(at, way, sites) if at >= 0 else -1
            # A loop's run begins where the frame comes to the header from outside.
            first = edge if back else at
            if (
                (back or at >= 0)
                and self._line_of(first, header)
                and self._enters(frame, header, end, first)
            ):
                return LoopSteps(found, True)
            if at < 0:
                return LoopSteps(found, True)
            found.append(at)
            edge = at
        return LoopSteps(found, False)

    def _line_of(self, step: int, line: int) -> bool:
        return self._look.program.site(self._look.site_of(step)).line == line

    def _enters(self, frame: int, header: int, end: int, step: int) -> bool:
        before = self.own_steps(frame, step, True, 1)
        return not before or not header <= before[0][1] <= end

    def bound(self, index: int, frame: int) -> Mapping[str, Value | None]:
        rec = self._look
        with rec.state.lock:
            writes = guarded(lambda: rec.scanner.writes_at(index))
            if not any(write[0] == frame for write in writes):
                return {}
        function = rec.state.frame_state(index, frame).function
        hidden = rec.program.comprehension_slots(function)
        names = function.variables
        return {
            names[slot]: None if isinstance(new, Unbound) else rec.state.value(new, index)
            for owner, slot, _, new in writes
            if owner == frame and slot < len(names) and slot not in hidden
        }

    def returned(self, index: int, frame: int) -> Value | None:
        for raw in self._look.raw_events(index, index + 1, EV_RETURN):
            if raw[3] == frame:
                return self._look.passed(raw[5], index, frame, EV_RETURN)
        return None

    def inner_results(self, index: int, moment: int, frame: int) -> Sequence[tuple[str, Value]]:
        rec = self._look
        found: list[tuple[str, Value]] = []
        raws = list(rec.raw_events(max(index, moment - INSIDE), moment + 1, EV_RETURN))
        for raw in reversed(raws):
            if len(found) == RESULTS:
                break
            state = rec.state.frame_state(raw[0], raw[3])
            if state.parent == frame and raw[0] > index:
                value = rec.passed(raw[5], raw[0], raw[3], EV_RETURN)
                found.append((one_line(state.function.name, 60), value))
        return found[::-1]

    def source(self, file: str) -> str | None:
        try:
            return self._look.source(file)
        except NotFoundError:
            return None

    def files(self, name: str) -> Sequence[str]:
        found = [f for f in self._look.files() if f == name or f.endswith(f"/{name}")]
        return sorted(found, key=len)

    def damaged(self, step: int, back: bool) -> tuple[int, int] | None:
        file = cast("RecordingFile", self._search.file)
        number, way = file.chunk_of(step), _way(back)
        while 0 <= number < len(file.chunks) and self._sound(number):
            number += way
        if not 0 <= number < len(file.chunks):
            return None
        first = last = number
        while first > 0 and not self._sound(first - 1):
            first -= 1
        while last + 1 < len(file.chunks) and not self._sound(last + 1):
            last += 1
        end = file.chunks[last]
        return file.chunks[first].first_step, end.first_step + end.n_steps

    def damage(self) -> Iterator[tuple[int, int] | None]:
        file = cast("RecordingFile", self._look.file)
        for info in file.chunks:
            lost = info.n_steps and not file.whole(info.number)
            yield (info.first_step, info.first_step + info.n_steps) if lost else None

    def _sound(self, number: int) -> bool:
        try:
            cast("RecordingFile", self._search.file).load_chunk(number)
        except EscopeError:
            return False
        return True

    def all_files(self) -> Sequence[str]:
        return self._look.files()

    def functions(self) -> Sequence[tuple[str, str, int]]:
        program = self._look.program
        found = []
        for each in program.functions():
            if each.kind != "module" and not each.name.startswith("<"):
                found.append((each.qualname, program.paths[each.module], each.line))
        return found

    def line_hits(self, file: str) -> Mapping[int, int]:
        if file not in self._hits:
            counts = statement_counts(self._look, file)
            self._hits[file] = {line: count for line, count in counts.items() if count}
        return self._hits[file]

    def output(self) -> Sequence[OutputChunk]:
        if self._output is None:
            self._output = tuple(self._look.output())
            self._output_steps = [chunk.moment for chunk in self._output]
        return self._output

    def written(self, upto: int) -> int:
        total = len(self.output())
        return total if upto >= len(self) else bisect_left(self._output_steps, upto)

    def evaluate(self, expression: str, index: int, frame: int) -> Value:
        return self._look.evaluate(expression, at=index, frame=frame)

    # -- movement

    def into(self, index: int, back: bool) -> int | None:
        return self._search.timeline.into(index, _way(back))

    def over(self, index: int, back: bool, frame: int) -> int | None:
        rec = self._search
        if rec.step_info(index).frame == frame:
            return rec.timeline.over(index, _way(back))
        return self._in_frames(index, back, frame, outer=False)

    def out(self, index: int, back: bool, frame: int) -> int | None:
        rec = self._search
        if rec.step_info(index).frame == frame:
            return rec.timeline.out(index, _way(back))
        return self._in_frames(index, back, frame, outer=True)

    def _in_frames(self, index: int, back: bool, frame: int, outer: bool) -> int | None:
        """The nearest step of a frame further out, or of one of its callers."""
        ids = [each.frame_id for each in self._search.stack(index)]
        at = ids.index(frame) if frame in ids else len(ids) - 1
        for number in reversed(ids[: at if outer else at + 1]):
            way = _way(back)
            found = _found(self._search.next_frame_step(index + way, way, number))
            if found is not None:
                return found
        return None

    # -- searches

    def hit(self, places: Collection[tuple[str, int]], index: int, back: bool) -> int | None:
        rec, way = self._search, _way(back)
        sites = frozenset(s for file, line in places for s in statement_sites(rec, file, line))
        return _found(rec.next_site(index + way, way, sites)) if sites else None

    def stop(self, stop: Stop, index: int, back: bool) -> Reached | None:
        return nearest(self._search, stop, index, back)

    def write(self, target: str, index: int, back: bool, frame: int) -> Write | None:
        rec = self._search
        found = writes.next_change(rec, target, index, _way(back), frame)
        if found is not None and not _beyond(found, index, back):
            # The object was only looked at again there; what the name itself means may change.
            if back:
                found = writes.last_write(rec, target, index, frame)
            else:
                found = writes.next_write(rec, target, index, frame)
        return found if found is not None and _beyond(found, index, back) else None

    def exception_at(self, index: int) -> ExceptionEvent | None:
        if self._raised is not None:
            return self._raised.get(index)
        # The list takes a while to read: until it is there, this step's own events have to do,
        # and what ended the program, of which the module itself has none.
        if not self._end_known:
            self._end_known = True
            self._ending = self._ending or tail.uncaught(self._look)
        if self._ending is not None and self._ending.step == index:
            return self._ending
        return tail.raised_at(self._look, index)

    def exception(self, index: int, back: bool) -> ExceptionEvent | None:
        return self._search.next_exception(index, _way(back))

    def uncaught(self) -> ExceptionEvent | None:
        if self._ending is None:
            self._ending = tail.uncaught(self._look) or tail.left(self._search)
        return self._ending

    def exception_steps(self, left: Callable[[], bool] = lambda: False) -> Sequence[int]:
        rec = self._search
        total = sum(chunk.n_exceptions for chunk in rec.file.chunks)
        if total <= FEW_RAISED:
            found = rec.exceptions()[:]
            self._raised = {each.step: each for each in found}
            return [each.step for each in found][:: max(1, len(found) // MARKS)]
        steps: list[int] = []
        for number, chunk in enumerate(rec.file.chunks):
            if chunk.n_exceptions and not left():
                for _, rows in rec.surveyor.beside([number], rec.surveyor.survey.raises):
                    seen = sorted({max(row[0], 0) for row in rows})
                    steps += seen[:: max(1, total // MARKS)]
        return steps

    def function(self, name: str, index: int) -> int | None:
        rec = self._search
        sites = frozenset(rec.program.enter_sites(rec.program.find_functions(name, None)))
        ahead = _found(rec.next_site(index + 1, 1, sites))
        return ahead if ahead is not None else _found(rec.next_site(index - 1, -1, sites))

    def at_time(self, nanoseconds: int) -> int:
        low, high = 0, len(self) - 1
        while low < high:
            middle = (low + high) // 2
            if self._search.step_info(middle).time_ns < nanoseconds:
                low = middle + 1
            else:
                high = middle
        return low


def _way(back: bool) -> int:
    return -1 if back else 1


def _beyond(write: Write, index: int, back: bool) -> bool:
    return 0 <= write.step < index if back else write.step > index


def _found(step: int) -> int | None:
    return step if step >= 0 else None


def ending_text(rec: Recording) -> str:
    """How the program ended, in a few words; or that the recording does not reach so far."""
    problem = rec.meta.get("problem")
    if problem:
        return f"the recording is not whole: {one_line(str(problem), 100)}"
    status = rec.meta.get("exit_status")
    if not isinstance(status, int):
        return "" if rec.complete else "the recording breaks off here"
    if status > 128:
        return f"ended by signal {status - 128}"
    return f"exit status {status}" if status else "the program ended normally"


def open_engine(path: str) -> RecordingEngine:
    """Opens a file; raises an `EscopeError` that a person can act on."""
    try:
        return RecordingEngine(path)
    except EscopeError:
        raise
    except IsADirectoryError as error:
        raise NotFoundError(f"{safe_text(path)} is a folder, not a recording") from error
    except OSError as error:
        raise NotFoundError(f"can't read {safe_text(path)}: {error.strerror}") from error
