"""The variables of a frame at a moment: where they belong, what has changed, their aliases."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..model.events import Frame
from ..model.values import CUT, Value
from .bridge import Engine
from .sourcetext import SourceText
from .way import DULL

SAME = ""
NEW = "new"
CHANGED = "changed"
INSIDE = "inside"
"""The name means the same object, whose contents changed."""

COMPARE_DEPTH = 4
COMPARE_BUDGET = 4000
"""How many values a comparison of two moments looks at before it says "the same"."""

HIDDEN = frozenset({"__name__", "__doc__", "__file__", "__builtins__", "__spec__", "__loader__"})


@dataclass(frozen=True, slots=True)
class Variable:
    """A name, what it is worth at this moment, and what it was worth before the last statement."""

    name: str
    value: Value
    scope: str
    """One of `SCOPES`."""
    change: str = SAME
    old: Value | None = None
    inside: str | None = None
    """What changed in it, in a few words; None if nobody has looked."""


LOCAL, CLOSURE, GLOBAL, MODULE, DEFINITION = "local", "closure", "global", "module", "definition"
SCOPES = (LOCAL, CLOSURE, GLOBAL, MODULE, DEFINITION)
"""The function's own; those of functions around it; the module's that its code names; the
module's others; functions, classes and modules.
"""
FEATURE = "_Feature"
"""The type of what `from __future__ import` binds."""
HOLDERS = 200
HELD = 60
"""How many variables, and how many members of each, are looked through for aliases."""


def variables_of(
    engine: Engine, frame: Frame, now: int, before: int | None, source: SourceText | None
) -> tuple[Variable, ...]:
    """All of a frame's variables at step `now`, by scope; `before` is the frame's statement before
    this one.
    """
    earlier: Frame | None = None
    touched = Touched(engine.touched(before, now) if before is not None else None)
    if before is not None:
        for past in engine.stack(before):
            if past.frame_id == frame.frame_id:
                earlier = past
    module = frame.kind == "module"
    names = source.names(frame.line) if source is not None and not module else None
    found = list(_compared(frame.locals, earlier.locals if earlier else None, LOCAL, touched))
    if not module:
        found += _compared(frame.globals, earlier.globals if earlier else None, GLOBAL, touched)
    placed = [_placed(each, names) for each in found]
    return tuple(sorted(placed, key=lambda v: SCOPES.index(v.scope)))


def _placed(variable: Variable, names: tuple[frozenset[str], frozenset[str]] | None) -> Variable:
    """A module's functions, classes and imports stand apart from its data."""
    outer = variable.scope == GLOBAL or variable.value.kind == "module"
    if variable.value.type_name == FEATURE:
        return replace(variable, scope=DEFINITION)
    if variable.value.kind in DULL and (outer or variable.value.kind in ("class", "function")):
        return replace(variable, scope=DEFINITION)
    if names is None:
        return variable
    bound, used = names
    if variable.scope == LOCAL and variable.name not in bound and variable.name in used:
        return replace(variable, scope=CLOSURE)
    if variable.scope == GLOBAL and (variable.name not in used or variable.name in bound):
        return replace(variable, scope=MODULE)
    return variable


def aliases(variables: Sequence[Variable]) -> dict[int, tuple[str, ...]]:
    """The expressions that mean one object, for each object that more than one of them means."""
    found: dict[int, list[tuple[Variable, int]]] = {}
    for variable in variables[:HOLDERS]:
        value = variable.value
        if value.object_id is None or variable.scope == DEFINITION:
            continue
        found.setdefault(value.object_id, []).append((variable, -1))
        for place, (_, _, child) in enumerate(value.entries(0, HELD)):
            if child.object_id is not None:
                found.setdefault(child.object_id, []).append((variable, place))
    # What a member is called, and what it is, takes longer to say: only where it matters.
    several = {number: _expressions(places) for number, places in found.items() if len(places) > 1}
    return {number: names for number, names in several.items() if len(names) > 1}


def _expressions(places: Sequence[tuple[Variable, int]]) -> tuple[str, ...]:
    """A variable, or the member at a place of its value, as one writes it."""
    names: list[str] = []
    for variable, place in places:
        if place < 0:
            names.append(variable.name)
            continue
        for label, child in variable.value.children(place, place + 1):
            if child.object_id is not None and child.kind not in DULL and "…" not in label:
                names.append(f"{variable.name}{label if label[0] in '[{' else '.' + label}")
    return tuple(names)


class Touched:
    """What may differ between two near moments: an object not touched holds what it held."""

    def __init__(self, objects: Collection[int] | None) -> None:
        self._objects = objects
        self._sound: set[int] = set()
        """Objects in which nothing was touched, as far as was looked."""

    def reaches(self, value: Value) -> bool:
        """Whether something in a value may differ; True where that is not known."""
        if self._objects is None:
            return True
        if not self._objects:
            return False
        queue, seen = [value], set[int]()
        for each in queue:
            number = each.object_id
            if number is not None:
                if number in self._objects:
                    return True
                if number in self._sound or number in seen:
                    continue
                seen.add(number)
            if len(queue) > COMPARE_BUDGET:
                break
            for _, key, member in each.entries():
                if member.object_id is not None or member.kind == "tuple":
                    queue.append(member)
                if isinstance(key, Value) and (key.object_id is not None or key.kind == "tuple"):
                    queue.append(key)
        self._sound |= seen
        return False


def _compared(
    now: Mapping[str, Value], earlier: Mapping[str, Value] | None, scope: str, touched: Touched
) -> Iterator[Variable]:
    budget = [COMPARE_BUDGET]
    for name, value in now.items():
        if name in HIDDEN:
            continue
        if earlier is None:
            yield Variable(name, value, scope, NEW if scope == "local" else SAME)
            continue
        old = earlier.get(name)
        if old is None:
            yield Variable(name, value, scope, NEW)
            continue
        same_object = value.object_id is not None and value.object_id == old.object_id
        if same_object and not touched.reaches(value):
            yield Variable(name, value, scope, SAME, old)
        else:
            yield Variable(name, value, scope, difference(value, old, budget), old)


def difference(new: Value, old: Value, budget: list[int] | None = None) -> str:
    """How a value differs from an earlier one; "the same" once the budget is used up."""
    if budget is None:
        budget = [COMPARE_BUDGET]
    if new.object_id is not None or old.object_id is not None:
        if new.object_id != old.object_id:
            return CHANGED
        return SAME if _same(new, old, COMPARE_DEPTH, budget, set()) else INSIDE
    return SAME if _same(new, old, COMPARE_DEPTH, budget, set()) else CHANGED


def _same(new: Value, old: Value, depth: int, budget: list[int], seen: set[int]) -> bool:
    budget[0] -= 1
    if budget[0] < 0 or depth < 0:
        return True
    if new.object_id != old.object_id or new.kind != old.kind:
        return False
    if new.is_scalar or new.kind == CUT:
        return _identical(new.data, old.data) and new.size == old.size
    if new.object_id is not None:
        if new.object_id in seen:
            return True
        seen.add(new.object_id)
    if new.size != old.size or new.text != old.text:
        return False
    entries = list(new.entries())
    before = list(old.entries())
    if len(entries) != len(before):
        return False
    for (_, key, value), (_, old_key, old_value) in zip(entries, before, strict=True):
        if isinstance(key, Value):
            if not isinstance(old_key, Value) or not _same(key, old_key, 1, budget, seen):
                return False
        elif key != old_key:
            return False
        if not _same(value, old_value, depth - 1, budget, seen):
            return False
        if budget[0] < 0:
            return True
    return True


def _identical(new: Any, old: Any) -> bool:
    return type(new) is type(old) and (new is old or repr(new) == repr(old))
