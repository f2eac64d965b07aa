"""What a run through the recording stops at: lines, functions, exceptions, changes of data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError, EvaluationError, NotFoundError
from ..model.events import ExceptionEvent, Write
from ..model.text import one_line
from ..query import writes
from ..query.stops import exceptions_from
from ..replay.breakpoints import NEAR, Breakpoint
from ..replay.names import find_targets
from ..replay.sampling import Sampler

if TYPE_CHECKING:
    from ..query.recording import Recording

LINE = "line"
FUNCTION = "function"
EXCEPTION = "exception"
DATA = "data"
FATES = ("", "caught", "uncaught", "left", "swallowed")


@dataclass(frozen=True, slots=True)
class Stop:
    """One of them; only the fields of its kind are used."""

    kind: str
    number: int = 0
    """Given by `Stops.add`, from 1."""
    file: str = ""
    line: int = 0
    name: str = ""
    """The function, the type of the exception ("": any), the variable, attribute or item."""
    fate: str = ""
    """One of `FATES`; "": any."""
    step: int = 0
    frame: int = 0
    """Where the name of data was said: what it means there is what is watched."""
    condition: str = ""
    ignore: int = 0
    """So many times it is passed by in each run."""
    temporary: bool = False
    enabled: bool = True

    def describe(self) -> str:
        """One safe line, without the number."""
        if self.kind == LINE:
            what = f"{one_line(self.file.rpartition('/')[2], 60)}:{self.line}"
        elif self.kind == FUNCTION:
            what = f"function {one_line(self.name, 60)}"
        elif self.kind == EXCEPTION:
            what = f"exception {one_line(self.name, 60) or 'of any type'} {self.fate}".rstrip()
        else:
            what = f"change of {one_line(self.name, 60)}"
        more = f" if {one_line(self.condition, 80)}" if self.condition else ""
        more += f", ignoring {self.ignore:,}" if self.ignore else ""
        more += ", temporary" if self.temporary else ""
        return f"{what}{more}" if self.enabled else f"{what}{more} (disabled)"


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a run comes to a stop."""

    step: int
    stop: Stop
    note: str
    write: Write | None = None
    error: ExceptionEvent | None = None


class Stops:
    """The stops of a session, by number."""

    def __init__(self) -> None:
        self._stops: dict[int, Stop] = {}
        self._last = 0

    def __iter__(self) -> Iterator[Stop]:
        return iter(list(self._stops.values()))

    def __len__(self) -> int:
        return len(self._stops)

    def add(self, stop: Stop) -> Stop:
        """Gives it the next number."""
        self._last += 1
        self._stops[self._last] = found = replace(stop, number=self._last)
        return found

    def get(self, number: int) -> Stop:
        """One by its number."""
        if number not in self._stops:
            known = ", ".join(map(str, self._stops)) or "there are none"
            raise NotFoundError(f"there is no breakpoint {number}", hint=f"breakpoints: {known}")
        return self._stops[number]

    def change(self, number: int, **fields: Any) -> Stop:
        """Changes fields of one."""
        self._stops[number] = found = replace(self.get(number), **fields)
        return found

    def remove(self, number: int) -> Stop:
        """Takes one away."""
        found = self.get(number)
        del self._stops[number]
        return found

    def clear(self) -> None:
        """Takes all away."""
        self._stops.clear()

    @property
    def lines(self) -> frozenset[tuple[str, int]]:
        """(file, line) of those at lines."""
        return frozenset((s.file, s.line) for s in self if s.kind == LINE and s.enabled)

    def toggle(self, file: str, line: int) -> bool:
        """Sets a stop at a line or takes away those that are there; True if there is one now."""
        there = [s.number for s in self if s.kind == LINE and (s.file, s.line) == (file, line)]
        for number in there:
            self.remove(number)
        if not there:
            self.add(Stop(LINE, file=file, line=line))
        return not there


def nearest(rec: Recording, stop: Stop, index: int, back: bool) -> Reached | None:
    """The first step on one side of `index` at which a stop holds."""
    left = stop.ignore
    for reached in _candidates(rec, stop, index, -1 if back else 1):
        problem = _holds(rec, stop, reached)
        if problem is None:
            continue
        if left:
            left -= 1
            continue
        return replace(reached, note=problem) if problem else reached
    return None


def _candidates(rec: Recording, stop: Stop, index: int, way: int) -> Iterator[Reached]:
    if stop.kind == EXCEPTION:
        yield from _exceptions(rec, stop, index, way)
    elif stop.kind == DATA:
        yield from _changes(rec, stop, index, way)
    else:
        sites, note = sites_of(rec, stop), f"breakpoint {stop.number}: {stop.describe()}"
        step, looked = rec.next_site(index + way, way, sites), 0
        while step >= 0:
            yield Reached(step, stop, note)
            looked += 1
            if stop.condition and looked == NEAR:
                break
            step = rec.next_site(step + way, way, sites)
        if step >= 0:  # many hits away: chunk by chunk instead of hit by hit
            span = (step + 1, len(rec)) if way > 0 else (0, step)
            sampler = Sampler(rec, rec.surveyor)
            for hit in sampler.hits(sites, (), stop.condition, *span, way):
                yield Reached(hit.step, stop, note)


def sites_of(rec: Recording, stop: Stop) -> frozenset[int]:
    """The sites at which a stop at a line or function may hold; none of the others."""
    if stop.kind not in (LINE, FUNCTION):
        return frozenset()
    return frozenset(Breakpoint(stop.file, stop.line, function=stop.name).sites(rec))


def _holds(rec: Recording, stop: Stop, reached: Reached) -> str | None:
    """None: the condition does not hold; else what was wrong with it, empty if nothing."""
    if not stop.condition:
        return ""
    at = reached.write.visible if reached.write is not None else reached.step
    try:
        return "" if rec.evaluate(stop.condition, at=at) else None
    except EvaluationError as error:
        if error.slug == "unbound":
            return None
        return f"breakpoint {stop.number}: {one_line(stop.condition, 60)}: {error.message}"


def _exceptions(rec: Recording, stop: Stop, index: int, way: int) -> Iterator[Reached]:
    wanted = Breakpoint(exception=stop.name or "*", fate=stop.fate)
    for error in exceptions_from(rec, wanted, index, way):
        yield Reached(error.step, stop, "", error=error)


def _changes(rec: Recording, stop: Stop, index: int, way: int) -> Iterator[Reached]:
    """Each statement that changes the data, whatever is running there."""
    while True:
        write = change_of(rec, stop, index, way)
        if write is None:
            return
        yield Reached(write.step, stop, "", write=write)
        index = write.step


def change_of(rec: Recording, stop: Stop, index: int, way: int) -> Write | None:
    """The nearest write of what the data was when the stop was set, also of its contents."""
    found: list[Write] = []
    for target in find_targets(rec, stop.name, stop.step, stop.frame or None):
        write = writes.write_beyond(rec, target, index, way)
        if write is not None and write.step >= 0:
            found.append(write)
        write = _content(rec, stop, index, way)
        if write is not None:
            found.append(write)
    if not found:
        return None
    return (min if way > 0 else max)(found, key=lambda each: each.step)


def _content(rec: Recording, stop: Stop, index: int, way: int) -> Write | None:
    """The nearest change in place of the object that is there at a step."""
    try:
        value = rec.evaluate(stop.name, at=index, frame=stop.frame or None)
    except (EscopeError, LookupError):
        return None
    at = index
    while value.object_id is not None and 0 <= at <= len(rec):
        change = writes.object_change(rec, stop.name, value.object_id, at, way)
        if change is None or (change.step - index) * way > 0:
            return change
        at = change.visible if way > 0 else change.visible - 1
    return None
