"""What lies inside a value, and whether it changed: `grid` changes when one of its rows does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.values import Value
from ..replay.recording import EV_OBJECT
from ..replay.state import guarded
from .writes import contents_differ

if TYPE_CHECKING:
    from ..replay.recording import Replay

LOOK_AT = 200
"""How many values inside a variable are looked at."""
SCAN = 1000
"""Among how many members of each they are looked for."""
WINDOW = 512
"""How many steps' touched objects are read at once."""
WHOLE = ("function", "class", "module")
"""Kinds whose contents are not shown as changes of the name."""


def touched(rec: Replay, step: int) -> frozenset[int]:
    """The objects whose contents were recorded between the step before and this one."""
    return rec.remembered("touched", step - 1, WINDOW, _touched_by).get(step - 1, frozenset())


def _touched_by(rec: Replay, start: int, stop: int) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for raw in rec.raw_events(start, stop, EV_OBJECT):
        found.setdefault(raw[0], set()).add(int(raw[5]))
    return {step: frozenset(objects) for step, objects in found.items()}


def changed_objects(rec: Replay, step: int) -> frozenset[int]:
    """The objects whose contents differ from what they were one step before."""
    if step < 1:
        return frozenset()
    with rec.state.lock:
        told = guarded(lambda: rec.scanner.changed(step))
    if told is None:
        told = dict.fromkeys(touched(rec, step))
    return frozenset(
        each
        for each, yes in told.items()
        if (contents_differ(rec, each, step - 1, step) if yes is None else yes)
    )


def objects_in(value: Value, limit: int = LOOK_AT) -> frozenset[int]:
    """The identities of a value and of what is in it, breadth first."""
    if value.kind in WHOLE:
        return frozenset()
    queue = [value]
    seen: set[int] = set()
    for each in queue:
        identity = each.object_id
        if identity is not None:
            if identity in seen:
                continue
            seen.add(identity)
        for role, key, member in each.entries(0, SCAN):
            if len(queue) >= limit:
                break
            parts = (key, member) if role == "pair" else (member,)
            queue += [p for p in parts if p.object_id is not None or p.kind == "tuple"]
    return frozenset(seen)


def objects_held(value: Value) -> frozenset[int]:
    """The identities of what is right inside an object, or in tuples there."""
    found: set[int] = set()
    for role, key, member in value.entries(0, SCAN):
        for part in (key, member) if role == "pair" else (member,):
            if part.object_id is not None:
                found.add(part.object_id)
            elif part.kind == "tuple":
                found |= objects_in(part)
    return frozenset(found)


class Changed:
    """Which values differ inside from one step to another."""

    def __init__(self, rec: Replay, before: int, step: int) -> None:
        self._rec = rec
        self._before = before
        self._known: dict[int, bool] = {}
        self._step = step
        self._changed = changed_objects(rec, step) if before == step - 1 else None
        self._kept = _Kept.of(rec, step, self._changed) if self._changed is not None else None

    def __call__(self, value: Value) -> bool:
        """Whether anything in a value, as it is at the later step, differs."""
        if self._changed is None:
            return any(map(self._differs, objects_in(value)))
        if not self._changed or self._kept is None:
            return False
        return self._kept.changed(value, self._changed)

    def _differs(self, identity: int) -> bool:
        found = self._known.get(identity)
        if found is None:
            found = contents_differ(self._rec, identity, self._before, self._step)
            self._known[identity] = found
        return found


class _Kept:
    """What was found to be in objects, for as long as the steps are asked one after the other: it
    holds until one of the objects in it changes.
    """

    def __init__(self) -> None:
        self.step = -1
        self._inside: dict[int, frozenset[int]] = {}
        self._holders: dict[int, set[int]] = {}
        self._stale: frozenset[int] = frozenset()

    @classmethod
    def of(cls, rec: Replay, step: int, changed: frozenset[int]) -> _Kept:
        kept = rec.kept.get("inside")
        if not isinstance(kept, _Kept) or kept.step not in (step, step - 1):
            kept = rec.kept["inside"] = _Kept()
        if kept.step != step:
            kept.advance(step, changed)
        return kept

    def advance(self, step: int, changed: frozenset[int]) -> None:
        """Forget what is not so any more, but for that it changed."""
        self.step = step
        stale = [each for one in changed for each in self._holders.get(one, ())]
        self._stale = frozenset(stale)
        for holder in self._stale:
            for each in self._inside.pop(holder):
                self._holders[each].discard(holder)

    def changed(self, value: Value, changed: frozenset[int]) -> bool:
        """Whether one of the changed objects is in a value."""
        holder = value.object_id
        if holder is None:
            return not changed.isdisjoint(objects_in(value))
        if holder in self._stale:
            return True
        if holder in changed and value.kind not in WHOLE:
            return True
        if holder not in self._inside:
            inside = objects_in(value)
            if not changed.isdisjoint(inside):
                return True
            self._inside[holder] = inside
            for each in inside:
                self._holders.setdefault(each, set()).add(holder)
        return False
