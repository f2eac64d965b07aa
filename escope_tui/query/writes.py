"""Who wrote a name, an attribute or an item, and when."""

from __future__ import annotations

import ast
import heapq
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .._speedups.unpack import Text, Unbound
from ..errors import EvaluationError, NotFoundError
from ..model.events import Write
from ..model.sites import ENTER, ITER
from ..model.values import MAPPING_KINDS, SET_KINDS, UNKNOWN, Contents, Value
from ..replay.names import Part, Target, Variable, find_targets
from ..replay.near import suggestion
from ..replay.state import guarded
from .calls import caller_step
from .moments import spot_of

if TYPE_CHECKING:
    from ..replay.recording import Replay

_PLAIN = (
    *(ast.Assert, ast.Raise, ast.Expr, ast.Return, ast.Assign, ast.AugAssign, ast.AnnAssign),
    *(ast.If, ast.While, ast.For, ast.With, ast.Delete, ast.Pass, ast.Break, ast.Continue),
)
"""Statements that bind only the names that stand in them to be stored."""


def last_write(
    rec: Replay, text: str, before: int | None = None, frame: int | None = None
) -> Write | None:
    """The newest write that shows at `before`."""
    limit = len(rec) if before is None else rec.index(before)
    targets = meant(rec, text, None if before is None else limit, frame)
    found = [write for each in targets if (write := write_beyond(rec, each, limit, -1))]
    return max(found, key=lambda write: write.visible, default=None)


def next_write(
    rec: Replay, text: str, after: int | None = None, frame: int | None = None
) -> Write | None:
    """The first write by a statement after `after`."""
    start = -1 if after is None else rec.index(after)
    targets = meant(rec, text, None if after is None else start, frame)
    found = [write for each in targets if (write := write_beyond(rec, each, start, 1))]
    return min(found, key=lambda write: write.visible, default=None)


def iter_writes(
    rec: Replay, text: str, at: int | None = None, frame: int | None = None
) -> Iterator[Write]:
    """The writes of a name, attribute or item, in the order in which they show."""
    streams = [writes_of(rec, each) for each in meant(rec, text, at, frame)]
    yield from heapq.merge(*streams, key=lambda write: (write.visible, write.step))


def meant(rec: Replay, text: str, at: int | None, frame: int | None) -> list[Target]:
    """What a text means as a frame sees it; an error says what is near, or what is missing."""
    try:
        return find_targets(rec, text, at, frame)
    except NotFoundError as error:
        names = [name for each in rec.program.functions() for name in each.variables]
        raise NotFoundError(error.message, hint=suggestion(text, names)) from error
    except EvaluationError as error:
        if at is None and not error.hint:
            raise EvaluationError(
                error.message,
                hint="a part of an object is meant as a frame sees it: name the step, as in @1234",
                slug=error.slug,
            ) from error
        raise


def writes_of(rec: Replay, target: Target) -> Iterator[Write]:
    """The writes of one target, in the order in which they show."""
    write = step_to(rec, target, -1, 1)
    while write is not None:
        yield write
        write = step_to(rec, target, write.visible, 1) if write.visible < len(rec) else None


def next_change(
    rec: Replay, text: str, step: int, direction: int, frame: int | None = None
) -> Write | None:
    """The next (or previous) change of what a text means at a step, also in place; go to its
    `visible` step.
    """
    found: list[Write] = []
    for target in find_targets(rec, text, step, frame):
        write = _on_side(rec, step, direction, lambda at, t=target: step_to(rec, t, at, direction))  # type: ignore[misc]
        if write is not None and write.step >= 0:
            found.append(write)
        value = value_now(rec, target, step, frame)
        if value is not None and value.object_id is not None:
            number = value.object_id
            change = _on_side(
                rec,
                step,
                direction,
                lambda at, n=number: object_change(rec, text, n, at, direction),  # type: ignore[misc]
            )
            if change is not None:
                found.append(change)
    pick = min if direction > 0 else max
    return pick(found, key=lambda write: write.visible) if found else None


def _on_side(
    rec: Replay, step: int, direction: int, find: Callable[[int], Write | None]
) -> Write | None:
    """The first write by a statement at or after `step`, or by one before it."""
    at = step
    while 0 <= at <= len(rec):
        write = find(at)
        if write is None or (write.step >= step if direction > 0 else write.step < step):
            return write
        at = write.visible if direction > 0 else write.visible - 1
    return None


def value_now(rec: Replay, target: Target, step: int, frame: int | None) -> Value | None:
    """What a target means at a step."""
    if isinstance(target, Part):
        return target.read(rec.state.value_of_object(target.owner.object_id or 0, step))
    if target.is_global:
        shared = rec.state.module_bindings(step, target.function.module)
        return rec.state.value(shared[target.name], step) if target.name in shared else None
    for scope in rec.scopes(step, frame):
        if target.name in scope:
            return scope[target.name]
    return None


def object_change(
    rec: Replay, text: str, object_id: int, start: int, direction: int
) -> Write | None:
    """The first record of an object that differs from the one before it."""
    while True:
        at = start
        with rec.state.lock:
            raw = guarded(
                lambda at=at: rec.scanner.next_object_write(at, direction, object_id)  # type: ignore[misc]
            )
        if raw is None:
            return None
        writer, visible = raw[0], raw[1]
        end = min(visible, len(rec))
        if writer >= 0 and visible > 0 and contents_differ(rec, object_id, visible - 1, end):
            now = rec.state.value_of_object(object_id, end)
            old = rec.state.value_of_object(object_id, visible - 1)
            return write_at(rec, text, statement_step(rec, writer), visible, now, old, "change")
        start = visible - 1 if direction < 0 else visible
        if start < 0 or start > len(rec):
            return None


def contents_differ(rec: Replay, object_id: int, before: int, now: int) -> bool:
    """Whether an object that was known at one step has other contents at a later one; it may only
    have been looked at again, or have died.
    """
    old, new = rec.state.contents(object_id, before), rec.state.contents(object_id, now)
    if old is None or new is None or UNKNOWN in (old.kind, new.kind):
        return False
    if old.size != new.size or old.text != new.text:
        return True
    if not _agree(dict(old.attrs), dict(new.attrs), old.attrs_cut or new.attrs_cut):
        return True
    cut = old.items_cut or new.items_cut
    if old.kind in SET_KINDS:
        return not cut and not _alike(old.items, new.items)
    if not cut and not old.pairs and not new.pairs:
        return not _alike(old.items, new.items)
    return not _agree(_entries(old), _entries(new), cut)


def _entries(contents: Contents) -> dict[Any, Any]:
    """The recorded items by index, and the pairs by key or index."""
    return {**dict(enumerate(contents.items)), **dict(contents.pairs)}


def _agree(old: dict[Any, Any], new: dict[Any, Any], cut: bool) -> bool:
    """Whether two states hold the same; where a part is missing, what both of them know decides."""
    if not cut:
        return _alike(list(old), list(new)) and _alike(list(old.values()), list(new.values()))
    both = [key for key in old if key in new]
    return _alike([old[key] for key in both], [new[key] for key in both])


def _alike(old: Sequence[Any], new: Sequence[Any]) -> bool:
    """Whether entries are the same, type by type; not-a-number is itself."""
    if len(old) != len(new) or list(map(type, old)) != list(map(type, new)):
        return False
    return list(old) == list(new) or all(
        left == right or (left != left and right != right)
        for left, right in zip(old, new, strict=True)
    )


def write_beyond(rec: Replay, target: Target, limit: int, direction: int) -> Write | None:
    """The first write whose statement lies strictly on the wanted side of `limit`."""
    start = limit
    while True:
        write = step_to(rec, target, start, direction)
        if write is None:
            return None
        if write.step < limit if direction < 0 else write.step > limit:
            return write
        start = write.visible - 1 if direction < 0 else write.visible
        if start < 0 or start > len(rec):
            return None


def step_to(rec: Replay, target: Target, start: int, direction: int) -> Write | None:
    if isinstance(target, Variable):
        return _variable_write(rec, target, start, direction)
    return _part_write(rec, target, start, direction)


def _variable_write(rec: Replay, target: Variable, start: int, direction: int) -> Write | None:
    scanner, function = rec.scanner, target.function
    while True:
        at = start
        with rec.state.lock:
            raw: Any = guarded(
                lambda at=at: (  # type: ignore[misc]
                    scanner.next_write(at, direction, target.frame, target.slot)
                    if target.frame
                    else scanner.next_function_write(
                        at, direction, function.module, function.place, target.slot
                    )
                )
            )
        if raw is None:
            return None
        visible = raw[1]
        old = old_value(rec, target, raw[2], visible)
        write = variable_write(rec, target, raw, old)
        if write is not None and retold(rec, target, raw[0], write.value, old):
            write = None
        if write is not None and old is not None and same_value(write.value, old):
            twin = _twin(rec, target, raw)
            if twin is not None and direction < 0:
                raw = twin
                write = variable_write(rec, target, raw, old_value(rec, target, raw[2], raw[1]))
            elif twin is not None:
                write = None
        if write is not None:
            return write
        start = visible - 1 if direction < 0 else visible
        if start < 0 or start > len(rec):
            return None


def retold(
    rec: Replay, target: Variable, writer: int, value: Value | None, old: Value | None
) -> bool:
    """Whether a record tells again what a variable was (None: not bound), at a statement that does
    not bind it: where an exception ends a frame or is caught, names that may have been bound by
    halves are told again.
    """
    if value is None or old is None:
        return value is old
    return not may_bind(rec, writer, target.name) and same_value(value, old)


def may_bind(rec: Replay, writer: int, name: str) -> bool:
    """Whether the statement, entry or iteration that a step is may bind a name itself."""
    if not 0 <= writer < len(rec):
        return True
    number = rec.site_of(writer)
    known: dict[tuple[int, str], bool] = rec.kept.setdefault("binds", {})
    found = known.get((number, name))
    if found is None:
        site = rec.program.site(number)
        entry = bool(site.flags & (ENTER | ITER))
        found = known[number, name] = entry or binds(rec.syntax.statement(site), name)
    return found


def binds(node: ast.stmt | None, name: str) -> bool:
    """Whether a statement may bind a name itself; what cannot be told from its expressions may."""
    if not isinstance(node, _PLAIN):
        return True
    blocks = ("body", "orelse")
    parts: list[Any] = []
    for field, value in ast.iter_fields(node):
        parts += [] if field in blocks else value if isinstance(value, list) else [value]
    names = [
        each
        for part in parts
        if isinstance(part, ast.AST)
        for each in ast.walk(part)
        if isinstance(each, ast.Name)
    ]
    return any(each.id == name and not isinstance(each.ctx, ast.Load) for each in names)


def _twin(rec: Replay, target: Variable, raw: Any) -> Any:
    """The record of the same write that was made before the statement called something."""
    writer, visible, frame, _ = raw
    with rec.state.lock:
        if target.is_global:
            found = guarded(
                lambda: rec.scanner.next_function_write(
                    visible - 1, -1, target.function.module, target.function.place, target.slot
                )
            )
        else:
            found = guarded(lambda: rec.scanner.next_write(visible - 1, -1, frame, target.slot))
    return found if found is not None and found[0] == writer and found[1] < visible else None


def variable_write(
    rec: Replay, target: Variable, raw: tuple[int, int, int, Any], old: Value | None
) -> Write | None:
    """The write that a record (writer, visible, frame, new) of a variable tells of; None for a
    comprehension's variable that goes out of sight at its end.
    """
    writer, visible, frame, new = raw
    value = None if isinstance(new, Unbound) else rec.state.value(new, visible)
    step = writer
    if target.slot not in rec.program.comprehension_slots(target.function):
        step = statement_step(rec, writer)
    elif value is None:
        return None
    kind = "assign" if value is not None else "delete"
    if 0 <= writer == visible:
        site = rec.program.site(rec.site_of(writer))
        entered = site.flags & ENTER and target.slot < target.function.parameters
        if entered or target.function.kind == "genexp":
            caller = caller_step(rec, frame, writer)
            step = writer if caller is None else caller
            kind = "parameter" if entered else kind
    return write_at(rec, target.name, step, visible, value, old, kind)


def statement_step(rec: Replay, step: int) -> int:
    """The step of the statement that a comprehension's iteration belongs to; other steps are their
    own.
    """
    if not 0 <= step < len(rec) or not rec.program.site(rec.site_of(step)).flags & ITER:
        return step
    info = rec.step_info(step)
    site = rec.program.site(info.site)
    if rec.program.function_of(site).kind == "genexp":
        return step
    statements = rec.program.statement_sites(site)
    while step >= 0:
        step = rec.next_site(step - 1, -1, statements)
        if step >= 0 and rec.step_info(step).frame == info.frame:
            return step
    return info.step


def old_value(rec: Replay, target: Variable, frame: int, visible: int) -> Value | None:
    """What a variable was one step before."""
    if visible <= 0:
        return None
    before = visible - 1
    if target.is_global:
        raw = rec.state.module_bindings(before, target.function.module)
    else:
        with rec.state.lock:
            first = guarded(lambda: rec.scanner.frame_range(frame)[0])
        if before < first:
            return None
        raw = rec.state.bindings(before, frame)
    return rec.state.value(raw[target.name], before) if target.name in raw else None


def _part_write(rec: Replay, target: Part, start: int, direction: int) -> Write | None:
    object_id = target.owner.object_id or 0
    key: Any = None
    if target.role == "attr":
        key = ("attr", target.key)
    elif target.owner.kind in MAPPING_KINDS and isinstance(target.key, str | int | float):
        key = ("item", Text(target.key) if isinstance(target.key, str) else target.key)
    while True:
        at = start
        with rec.state.lock:
            raw = guarded(
                lambda at=at: rec.scanner.next_object_write(at, direction, object_id, key)  # type: ignore[misc]
            )
        if raw is None:
            return None
        writer, visible = raw[0], raw[1]
        now = target.read(rec.state.value_of_object(object_id, min(visible, len(rec))))
        old = None
        if visible > 0:
            old = target.read(rec.state.value_of_object(object_id, visible - 1))
        if key is not None or not same_value(now, old):
            kind = "assign" if now is not None else "delete"
            step = statement_step(rec, writer)
            return write_at(rec, target.name, step, visible, now, old, kind)
        start = visible - 1 if direction < 0 else visible
        if start < 0 or start > len(rec):
            return None


def same_value(left: Value | None, right: Value | None) -> bool:
    """Whether a name or part means the same: the same object, or equal data of the same type."""
    if left is None or right is None:
        return left is right
    if left.object_id is not None or right.object_id is not None:
        return left.object_id == right.object_id
    if left.kind != right.kind or left.size != right.size:
        return False
    if left.kind == "tuple":
        ours, theirs = [m for *_, m in left.entries()], [m for *_, m in right.entries()]
        return len(ours) == len(theirs) and all(map(same_value, ours, theirs))
    return bool(left.data == right.data) or (left.data != left.data and right.data != right.data)


def write_at(
    rec: Replay,
    target: str,
    step: int,
    visible: int,
    value: Value | None,
    old: Value | None,
    kind: str,
) -> Write:
    """A write by the statement of a step."""
    at = spot_of(rec, step)
    return Write(
        target,
        step,
        visible,
        at.file,
        at.line,
        at.function,
        at.thread,
        at.frame_id,
        value,
        old,
        kind,
    )
