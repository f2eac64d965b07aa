"""What differs between two moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.events import Change
from ..model.values import Value
from .inside import Changed
from .writes import same_value

if TYPE_CHECKING:
    from ..replay.recording import Replay

_SCALARS = (bool, int, type(None))


def read_changes(rec: Replay, step: int, since: int | None = None) -> list[Change]:
    """The variables of a step's frame and module that differ from what they were at `since`."""
    frame = rec.state.current_frame(step)
    if not frame:
        return []
    before = step - 1 if since is None else since
    old = _bindings(rec, before, frame)
    changes, unchanged = _compare(
        rec, "local", frame, old, rec.state.bindings(step, frame), (before, step)
    )
    inside = Changed(rec, before, step)
    for name, value in unchanged:
        if inside(value):
            changes.append(Change(name, value, "local", frame, True))
    state = rec.state.frame_state(step, frame)
    if state.function.kind != "module":
        module = state.function.module
        old = rec.state.module_bindings(before, module) if before >= 0 else {}
        new = rec.state.module_bindings(step, module)
        shared, unchanged = _compare(rec, "global", frame, old, new, (before, step))
        changes += shared
        for name, value in unchanged:
            if inside(value):
                changes.append(Change(name, value, "global", frame, True))
    return changes


def _bindings(rec: Replay, step: int, frame: int) -> dict[str, Any]:
    return rec.state.bindings(step, frame) if step >= 0 and rec.state.alive(step, frame) else {}


def _compare(
    rec: Replay,
    scope: str,
    frame: int,
    old: dict[str, Any],
    new: dict[str, Any],
    steps: tuple[int, int],
) -> tuple[list[Change], list[tuple[str, Value]]]:
    """The names bound anew, and those that mean the same object or tuple as before."""
    changes: list[Change] = []
    unchanged: list[tuple[str, Value]] = []
    before, now = steps
    for name, raw in new.items():
        if type(raw) in _SCALARS and type(old.get(name, ...)) is type(raw) and old[name] == raw:
            continue
        value = rec.state.value(raw, now)
        was = rec.state.value(old[name], before) if name in old else None
        if was is None or not same_value(was, value):
            changes.append(Change(name, value, scope, frame, False))
        elif not value.is_scalar:
            unchanged.append((name, value))
    changes.extend(Change(name, None, scope, frame, False) for name in old if name not in new)
    return changes, unchanged
