"""Which variable, attribute or item a text such as "total", "order.lines" or "d['k']" means at a
moment.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import EvaluationError, NotFoundError
from ..model.text import one_line
from ..model.values import Value
from .evaluator import parse
from .near import suggestion
from .tables import Function

if TYPE_CHECKING:
    from .recording import Replay


@dataclass(frozen=True, slots=True)
class Variable:
    """A slot: of one frame, or of any frame of a function (`frame` is 0)."""

    name: str
    frame: int
    function: Function
    slot: int

    @property
    def is_global(self) -> bool:
        """It is a variable of a module."""
        return self.function.kind == "module"


@dataclass(frozen=True, slots=True)
class Part:
    """An attribute or an item of one object."""

    name: str
    owner: Value
    role: str
    """"attr" or "item"."""
    key: Any
    """The attribute's name; the item's index or plain key."""

    def read(self, owner: Value) -> Value | None:
        """The part's value in the owner as it is at another step."""
        return owner.attr(self.key) if self.role == "attr" else owner.item(self.key)


Target = Variable | Part


def find_targets(
    rec: Replay, text: str, step: int | None, frame: int | None = None
) -> list[Target]:
    """What `text` means at a step; without a step, every variable of that name."""
    tree = parse(text)
    if isinstance(tree, ast.Name):
        variables: list[Target] = list(find_variables(rec, tree.id, step, frame))
        if not variables:
            names = [each for one in rec.program.functions() for each in one.variables]
            raise NotFoundError(
                f"no recorded code has a variable {one_line(text)}", hint=suggestion(text, names)
            )
        return variables
    at = len(rec) if step is None else step
    if isinstance(tree, ast.Attribute):
        owner = rec.evaluated(tree.value, at, frame)
        if owner.attr(tree.attr) is None:
            owner = rec.class_with(owner, tree.attr) or owner
        return [_part(text, owner, "attr", tree.attr)]
    if isinstance(tree, ast.Subscript):
        owner = rec.evaluated(tree.value, at, frame)
        key = rec.evaluated(tree.slice, at, frame).python()
        return [_part(text, owner, "item", key)]
    raise EvaluationError(f"{one_line(text)} is not a name, an attribute or an item")


def _part(text: str, owner: Value, role: str, key: Any) -> Part:
    if owner.object_id is None:
        raise EvaluationError(f"{one_line(text)}: {owner.type_name} has no parts that change")
    if role == "item" and isinstance(key, int) and key < 0 and owner.kind in ("list", "deque"):
        key += owner.size or 0
    return Part(text, owner, role, key)


def find_variables(
    rec: Replay, name: str, step: int | None, frame: int | None = None
) -> list[Variable]:
    """The variable of that name as seen from a step's frame; where none is seen, all that are
    called so.
    """
    if step is not None:
        seen = _visible(rec, name, step, frame)
        if seen is not None:
            return [seen]
    found = []
    for function in rec.program.functions():
        for slot, each in enumerate(function.variables):
            if each == name:  # comprehensions have variables of their own
                found.append(Variable(name, 0, function, slot))
    if step is not None:  # no frame runs there: the module's own come first
        shared = [each for each in found if each.is_global]
        if shared:
            return shared
    return found


def _visible(rec: Replay, name: str, step: int, frame: int | None) -> Variable | None:
    frame = rec.state.current_frame(step) if frame is None else frame
    if frame == 0:
        return None
    state = rec.state.frame_state(step, frame)
    function = state.function
    slot = _slot(rec, function, name, rec.program.hidden_slots(function, state.site))
    if slot is not None:
        whole = 0 if function.kind == "module" else frame
        return Variable(name, whole, function, slot)
    module = rec.program.function(function.module, 0)
    slot = _slot(rec, module, name)
    return None if slot is None else Variable(name, 0, module, slot)


def _slot(
    rec: Replay, function: Function, name: str, hidden: frozenset[int] | None = None
) -> int | None:
    if hidden is None:
        hidden = frozenset(rec.program.comprehension_slots(function))
    fallback = None
    for slot, each in reversed(list(enumerate(function.variables))):
        if each == name:
            if slot not in hidden:
                return slot
            fallback = slot
    return fallback
