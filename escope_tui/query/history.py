"""Every value that a name, a part or an object took."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError, NotFoundError
from ..model.answers import HistoryPoint
from ..model.events import Write
from ..model.values import UNKNOWN, Value
from ..replay.names import Part, Target, Variable
from ..replay.state import guarded
from .inside import WHOLE, objects_held, objects_in
from .writes import (
    contents_differ,
    meant,
    old_value,
    retold,
    same_value,
    statement_step,
    step_to,
    variable_write,
    write_at,
)

if TYPE_CHECKING:
    from ..replay.recording import Replay

Writes = Iterator[Write]


def iter_history(
    rec: Replay,
    target: str | Value | int,
    at: int | None = None,
    start: int = 0,
    stop: int | None = None,
    limit: int | None = None,
    frame: int | None = None,
    in_place: bool = True,
) -> Iterator[HistoryPoint]:
    """The values in order of time. `target` is a name, attribute or item as the frame of step `at`
    sees it (without a step: every variable of the name), or an object: a value that has an
    identity, or the identity's number. With `in_place`, changes of the contents of what a name
    means are there too. `start` and `stop` bound the steps that first show a value.
    """
    end = len(rec) + 1 if stop is None else stop
    if isinstance(target, str):
        writes = _merged(rec, meant(rec, target, at, frame), start, end, in_place)
    else:
        identity = target.object_id if isinstance(target, Value) else target
        if identity is None:
            raise EscopeError("this value has no identity: it cannot change", slug="bad-question")
        if rec.state.contents(identity, len(rec)) is None:
            known = next(_object(rec, f"#{identity}", identity, 0, len(rec) + 1), None)
            if known is None:
                raise NotFoundError(f"no object #{identity} is in the recording")
        writes = _object(rec, f"#{identity}", identity, start, end)
    points = (_point(each) for each in writes)
    return points if limit is None else islice(points, max(limit, 0))


def _point(write: Write) -> HistoryPoint:
    return HistoryPoint(
        write.step,
        write.visible,
        write.value,
        write.old,
        write.kind,
        write.file,
        write.line,
        write.function,
        write.frame_id,
        write.thread,
    )


def _merged(
    rec: Replay, targets: list[Target], start: int, end: int, in_place: bool
) -> Iterator[Write]:
    """The writes of all targets, in order of time."""
    streams = [_of_target(rec, each, start, end, in_place) for each in targets]
    if len(streams) == 1:
        yield from streams[0]
        return
    heads = [(write, stream) for stream in streams if (write := next(stream, None))]
    while heads:
        place = min(range(len(heads)), key=lambda k: (heads[k][0].visible, heads[k][0].step))
        write, stream = heads[place]
        yield write
        later = next(stream, None)
        if later is None:
            del heads[place]
        else:
            heads[place] = (later, stream)


def _of_target(rec: Replay, target: Target, start: int, end: int, in_place: bool) -> Writes:
    writes = (
        _of_variable(rec, target, start, end)
        if isinstance(target, Variable)
        else _of_part(rec, target, start, end)
    )
    if not in_place:
        yield from (write for _, write in writes)
        return
    pending = _Pending(rec, target.name)
    before = _value_before(rec, target, start)
    if before is not None:
        pending.hold(0, before, start, _life(rec, target, 0, start, end))
    whole = isinstance(target, Part) or target.is_global or bool(target.frame)
    for frame, write in writes:
        key = 0 if whole else frame
        yield from pending.upto(write.visible)
        yield write
        pending.drop(key)
        if write.value is not None and _has_inside(write.value):
            life = _life(rec, target, key, write.visible, end)
            pending.hold(key, write.value, write.visible + 1, life)
    yield from pending.upto(end)


def _life(rec: Replay, target: Target, frame: int, start: int, end: int) -> int:
    """The step before which a variable that was bound at `start` has ended with its frame; one that
    a closure shares lives on.
    """
    if not isinstance(target, Variable) or target.is_global or start > len(rec):
        return end
    number = frame or target.frame
    with rec.state.lock:
        if not number or guarded(lambda: rec.state.cursor(start).cell(number, target.slot)):
            return end
        return min(end, guarded(lambda: rec.scanner.frame_range(number)[1]) + 1)


def _has_inside(value: Value) -> bool:
    return not value.is_scalar and value.kind not in WHOLE


class _Pending:
    """The changes inside what the variables of a name hold, in order of time."""

    def __init__(self, rec: Replay, name: str) -> None:
        self._rec = rec
        self._name = name
        self._heap: list[tuple[int, int, int]] = []
        self._held: dict[int, tuple[int, Write, Writes]] = {}
        self._serial = 0
        self._told: tuple[int, set[Any]] = (-1, set())

    def drop(self, key: int) -> None:
        """A variable holds something else now."""
        self._held.pop(key, None)

    def hold(self, key: int, value: Value, start: int, stop: int) -> None:
        """From a step on a variable holds this."""
        self._serial += 1
        self._go_on(key, self._serial, _between(self._rec, self._name, value, start, stop))

    def _go_on(self, key: int, serial: int, stream: Writes) -> None:
        write = next(stream, None)
        if write is not None:
            self._held[key] = (serial, write, stream)
            heapq.heappush(self._heap, (write.visible, serial, key))

    def upto(self, stop: int) -> Writes:
        """The changes that show before a step."""
        while self._heap and self._heap[0][0] < stop:
            visible, serial, key = heapq.heappop(self._heap)
            held = self._held.get(key)
            if held is None or held[0] != serial:
                continue
            _, write, stream = held
            yield from self._once(visible, write)
            del self._held[key]
            self._go_on(key, serial, stream)

    def _once(self, visible: int, write: Write) -> Writes:
        """One object that several calls hold by that name changes once."""
        if self._told[0] != visible:
            self._told = (visible, set())
        identity = None if write.value is None else write.value.object_id
        if identity is None or identity not in self._told[1]:
            self._told[1].add(identity)
            yield write


def _value_before(rec: Replay, target: Target, start: int) -> Value | None:
    if start <= 0:
        return None
    if isinstance(target, Part):
        return target.read(rec.state.value_of_object(target.owner.object_id or 0, start - 1))
    if not target.frame and not target.is_global:
        return None
    return old_value(rec, target, target.frame, start)


def _between(rec: Replay, name: str, value: Value, start: int, stop: int) -> Iterator[Write]:
    """The changes inside a value from a step on, and before another."""
    if not _has_inside(value):
        return
    watched = _Watched(rec, value, start)
    for visible in watched.visible_before(stop):
        writer, now = watched.writer, watched.value
        step = statement_step(rec, max(writer, 0))
        yield write_at(rec, name, step, visible, now, watched.old, "change")


class _Watched:
    """A value and all that is in it, from change to change."""

    def __init__(self, rec: Replay, value: Value, start: int) -> None:
        self._rec = rec
        self._next: list[tuple[int, int, int]] = []
        self._inside: frozenset[int] = frozenset()
        self._held: dict[int, frozenset[int]] = {}
        self.value = value
        self.old: Value | None = None
        self.writer = -1
        self._watch(start - 1)

    def _watch(self, at: int) -> None:
        """Look for the next records of what is newly inside."""
        known, self._inside = self._inside, objects_in(self.value)
        for identity in self._inside - known:
            self._look(identity, at)

    def _look(self, identity: int, at: int) -> None:
        with self._rec.state.lock:
            raw: Any = guarded(lambda: self._rec.scanner.next_object_write(at, 1, identity))
        if raw is not None:
            heapq.heappush(self._next, (raw[1], raw[0], identity))

    def visible_before(self, stop: int) -> Iterator[int]:
        """The steps that show a change first, until a step."""
        rec = self._rec
        while self._next and self._next[0][0] < stop:
            visible = self._next[0][0]
            differs = False
            moved = self.value.object_id is None
            while self._next and self._next[0][0] == visible:
                _, writer, identity = heapq.heappop(self._next)
                if identity not in self._inside:
                    continue
                here = min(visible, len(rec))
                if self._is_change(identity, visible, here):
                    self.writer = self.writer if differs else writer
                    differs = True
                    moved = self._holds_others(identity, here) or moved
                if visible <= len(rec):
                    self._look(identity, visible)
            if differs:
                here = min(visible, len(rec))
                self.old = self.value.at(visible - 1) if visible > 0 else None
                self.value = self.value.at(here)
                if moved:
                    self._watch(visible)
                yield visible

    def _holds_others(self, identity: int, step: int) -> bool:
        """Whether other objects are in an object than when this was asked before."""
        now = objects_held(self._rec.state.value_of_object(identity, step))
        before = self._held.get(identity)
        self._held[identity] = now
        return now != before

    def _is_change(self, identity: int, visible: int, here: int) -> bool:
        new = self._rec.state.contents(identity, here)
        if new is None or new.kind == UNKNOWN or new.dead:
            return False
        old = self._rec.state.contents(identity, visible - 1) if visible > 0 else None
        if old is None or old.kind == UNKNOWN:
            return identity == self.value.object_id
        return _changed(self._rec, identity, visible, here)


def _of_variable(
    rec: Replay, target: Variable, start: int, end: int
) -> Iterator[tuple[int, Write]]:
    """The writes with the frames that have the variable."""
    scanner, function = rec.scanner, target.function
    fixed = function.module, function.place, target.slot
    old: dict[int, Value | None] = {}
    writers: dict[int, int] = {}
    at = max(start - 1, 0) if start > 0 else -1
    while True:
        with rec.state.lock:
            raw: Any = guarded(
                lambda at=at: (  # type: ignore[misc]
                    scanner.next_write(at, 1, target.frame, target.slot)
                    if target.frame
                    else scanner.next_function_write(at, 1, *fixed)
                )
            )
        if raw is None:
            return
        writer, visible, frame, new = raw
        if visible >= end:
            return
        new = _shown(rec, target, frame, visible, new)
        if frame in old:
            before = _as_at(old[frame], visible - 1)
        else:
            before = old_value(rec, target, frame, visible)
        write = variable_write(rec, target, (writer, visible, frame, new), before)
        # What a statement wrote before it called something is recorded again at its end.
        again = write is not None and before is not None and writers.get(frame) == writer
        if (
            write is not None
            and visible >= start
            and not (again and same_value(write.value, before))
            and not retold(rec, target, writer, write.value, before)
        ):
            yield frame, write
        if len(old) > 10_000:
            old.clear()
            writers.clear()
        writers[frame] = writer
        old[frame] = None if write is None else write.value
        at = visible
        if at > len(rec):
            return


def _shown(rec: Replay, target: Variable, frame: int, visible: int, new: Any) -> Any:
    """Of several writes of a slot that show first at one step, the last."""
    owner = -1 - target.function.module if target.is_global else frame
    with rec.state.lock:
        writes = guarded(lambda: rec.scanner.writes_at(visible))
    for each, slot, _, value in reversed(writes):
        if each == owner and slot == target.slot:
            return value
    return new


def _of_part(rec: Replay, target: Part, start: int, end: int) -> Iterator[tuple[int, Write]]:
    at = start - 1
    while True:
        write = step_to(rec, target, at, 1)
        if write is None or write.visible >= end:
            return
        if write.visible >= start:
            yield 0, write
        at = write.visible
        if at > len(rec):
            return


def _object(rec: Replay, name: str, identity: int, start: int, end: int) -> Writes:
    """The changes of an object's own contents; first of all what it was when it was first seen."""
    at = start - 1
    while True:
        with rec.state.lock:
            raw: Any = guarded(lambda at=at: rec.scanner.next_object_write(at, 1, identity))  # type: ignore[misc]
        if raw is None:
            return
        writer, visible = raw[0], raw[1]
        if visible >= end:
            return
        at = visible
        if visible >= start:
            here = min(visible, len(rec))
            old = rec.state.contents(identity, visible - 1) if visible > 0 else None
            new = rec.state.contents(identity, here)
            first = old is None or old.kind == UNKNOWN
            known = new is not None and new.kind != UNKNOWN and not new.dead
            if known and (first or _changed(rec, identity, visible, here)):
                before = None if first else rec.state.value_of_object(identity, visible - 1)
                value = rec.state.value_of_object(identity, here)
                step = statement_step(rec, max(writer, 0))
                yield write_at(rec, name, step, visible, value, before, "change")
        if at > len(rec):
            return


def _changed(rec: Replay, identity: int, visible: int, here: int) -> bool:
    if here < len(rec):
        with rec.state.lock:
            told = guarded(lambda: rec.scanner.changed(here))
        if told is not None and told.get(identity) is not None:
            return bool(told[identity])
    return contents_differ(rec, identity, visible - 1, here)


def _as_at(value: Value | None, step: int) -> Value | None:
    return None if value is None else value if value.is_scalar else value.at(step)
