"""Every value that a name, a part or an object took."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from .._speedups.unpack import Unbound
from ..errors import EscopeError, EvaluationError, NotFoundError
from ..model.answers import HistoryPoint
from ..model.events import Write
from ..model.sites import ENTER
from ..model.values import UNKNOWN, Value
from ..replay.names import Part, Target, Variable, find_targets
from ..replay.state import guarded
from .calls import caller_step
from .names import suggestion
from .writes import contents_differ, old_value, statement_step, step_to, write_at

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
        writes = _merged(rec, _targets(rec, target, at, frame), start, end, in_place)
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


def _targets(rec: Replay, text: str, at: int | None, frame: int | None) -> list[Target]:
    try:
        return find_targets(rec, text, at, frame)
    except NotFoundError as error:
        names = [name for each in rec.program.functions() for name in each.variables]
        raise NotFoundError(error.message, hint=suggestion(text, names)) from error
    except EvaluationError as error:
        if at is None and not error.hint:
            raise EvaluationError(
                error.message,
                hint="a part of an object is meant as a frame sees it: name the step too",
                slug=error.slug,
            ) from error
        raise


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
        yield from writes
        return
    held: dict[int, Value | None] = {}
    began: dict[int, int] = {}
    before = _value_before(rec, target, start)
    if before is not None:
        held[0], began[0] = before, start
    for write in writes:
        key = write.frame_id if isinstance(target, Variable) and not target.frame else 0
        yield from _between(rec, write.target, held.get(key), began.get(key, start), write.visible)
        if isinstance(target, Variable) and target.is_global:
            key = 0
        yield write
        held[key], began[key] = write.value, write.visible + 1
    for key, value in held.items():
        yield from _between(rec, target.name, value, began[key], end)


def _value_before(rec: Replay, target: Target, start: int) -> Value | None:
    if start <= 0:
        return None
    if isinstance(target, Part):
        return target.read(rec.state.value_of_object(target.owner.object_id or 0, start - 1))
    if not target.frame and not target.is_global:
        return None
    return old_value(rec, target, target.frame, start)


def _between(rec: Replay, name: str, value: Value | None, start: int, stop: int) -> Iterator[Write]:
    if value is None or value.object_id is None or value.kind in ("function", "class", "module"):
        return
    yield from _object(rec, name, value.object_id, start, stop)


def _of_variable(rec: Replay, target: Variable, start: int, end: int) -> Writes:
    scanner, function = rec.scanner, target.function
    fixed = function.module, function.place, target.slot
    inside = target.slot in rec.program.comprehension_slots(function)
    old: dict[int, Value | None] = {}
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
        value = None if isinstance(new, Unbound) else rec.state.value(new, visible)
        before = old[frame] if frame in old else old_value(rec, target, frame, visible)
        kind = "assign" if value is not None else "delete"
        step = writer if inside else statement_step(rec, writer)
        if 0 <= writer == visible and target.slot < function.parameters:
            site = rec.program.site(rec.site_of(writer))
            if site.flags & ENTER:
                kind = "parameter"
                caller = caller_step(rec, frame, writer)
                step = writer if caller is None else caller
        if visible >= start:
            yield write_at(rec, target.name, step, visible, value, before, kind)
        if len(old) > 10_000:
            old.clear()
        old[frame] = value
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


def _of_part(rec: Replay, target: Part, start: int, end: int) -> Writes:
    at = start - 1
    while True:
        write = step_to(rec, target, at, 1)
        if write is None or write.visible >= end:
            return
        if write.visible >= start:
            yield write
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
