"""What differs between two moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..model.events import Change
from ..model.values import Value
from ..replay.recording import EV_OBJECT
from ..replay.state import guarded
from .writes import contents_differ, same_value

if TYPE_CHECKING:
    from ..replay.recording import Replay

_SCALARS = (bool, int, type(None))
_WHOLE = ("function", "class", "module")
"""Kinds whose contents are not shown as changes of the name."""
LOOK_AT = 200
"""How many values inside a variable are looked at to find out whether it changed in place."""


WINDOW = 512
"""How many steps' touched objects are read at once."""


def touched(rec: Replay, step: int) -> frozenset[int]:
    """The objects whose contents were recorded between the step before and this one."""
    return rec.remembered("touched", step - 1, WINDOW, _touched_by).get(step - 1, frozenset())


def _touched_by(rec: Replay, start: int, stop: int) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for raw in rec.raw_events(start, stop, EV_OBJECT):
        found.setdefault(raw[0], set()).add(int(raw[5]))
    return {step: frozenset(objects) for step, objects in found.items()}


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
    if unchanged:
        inside = _Inside(rec, before, step)
        for name, value in unchanged:
            if inside.changed(value):
                changes.append(Change(name, value, "local", frame, True))
    state = rec.state.frame_state(step, frame)
    if state.function.kind != "module":
        module = state.function.module
        old = rec.state.module_bindings(before, module) if before >= 0 else {}
        new = rec.state.module_bindings(step, module)
        changes.extend(_compare(rec, "global", frame, old, new, (before, step))[0])
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
        elif scope == "local" and not value.is_scalar:
            unchanged.append((name, value))
    changes.extend(Change(name, None, scope, frame, False) for name in old if name not in new)
    return changes, unchanged


class _Inside:
    """Whether anything that can be reached from a value differs between two steps."""

    def __init__(self, rec: Replay, before: int, step: int) -> None:
        self._rec = rec
        self._before = before
        self._step = step
        self._known: dict[int, bool] = {}
        self._changed: frozenset[int] | None = None
        """The objects that differ, where they are few enough to know them beforehand."""
        if before == step - 1:
            self._changed = self._changed_at(step)

    def _changed_at(self, step: int) -> frozenset[int]:
        with self._rec.state.lock:
            told = guarded(lambda: self._rec.scanner.changed(step))
        if told is None:
            told = dict.fromkeys(touched(self._rec, step))
        return frozenset(
            each for each, yes in told.items() if (self._differs(each) if yes is None else yes)
        )

    def _differs(self, identity: int) -> bool:
        found = self._known.get(identity)
        if found is None:
            found = contents_differ(self._rec, identity, self._before, self._step)
            self._known[identity] = found
        return found

    def _is_changed(self, identity: int) -> bool:
        if self._changed is not None:
            return identity in self._changed
        return self._differs(identity)

    def changed(self, value: Value) -> bool:
        """Looks at the value and at what is in it, breadth first."""
        if self._changed is not None and not self._changed:
            return False
        if value.kind in _WHOLE:
            return False
        queue = [value]
        seen: set[int] = set()
        for each in queue:
            identity = each.object_id
            if identity is not None:
                if identity in seen:
                    continue
                seen.add(identity)
                if self._is_changed(identity):
                    return True
            for role, key, member in each.entries():
                if len(queue) >= LOOK_AT:
                    break
                parts = (key, member) if role == "pair" else (member,)
                queue += [p for p in parts if p.object_id is not None or p.kind == "tuple"]
        return False
