"""Attributes that an instance has from its class."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..model.values import CONTAINER_KINDS, SCALAR_KINDS, Value

if TYPE_CHECKING:
    from .recording import Replay

PLAIN = SCALAR_KINDS | CONTAINER_KINDS | {"class", "enum"}
"""Kinds of values that a class hands to its instances as they are, as no descriptor does."""


def class_with(rec: Replay, value: Value, name: str) -> Value | None:
    """The class from which an instance has an attribute that is not its own; None where that is not
    known for sure: a class that is not recorded may come before, or a property of that name.
    """
    if value.kind != "instance":
        return None
    types = rec.file.types
    numbers = [n for n, each in types.items() if each == (value.module, value.type_name)]
    if len(numbers) != 1:
        return None
    for module, called in (types[numbers[0]], *rec.file.bases.get(numbers[0], ())):
        if (module, called) == ("builtins", "object"):
            continue
        found = _class(rec, module, called, value.step)
        if found is None:
            return None
        held = found.attr(name)
        if held is not None:
            return found if held.kind in PLAIN else None
        if found.truncated or _defines(rec, module, called, name):
            return None
    return None


def _module(rec: Replay, name: str) -> int | None:
    found = [n for n, each in enumerate(rec.file.modules) if each.get("modname") == name]
    return found[0] if len(found) == 1 else None


def _class(rec: Replay, module: str, name: str, step: int) -> Value | None:
    """A class that a recorded module defines, by the module's variable of its name."""
    number = _module(rec, module)
    if number is None:
        return None
    raw = rec.state.module_bindings(step, number).get(name)
    found = None if raw is None else rec.state.value(raw, step)
    if found is None or found.kind != "class" or found.text != name:
        return None
    return found


def _defines(rec: Replay, module: str, called: str, name: str) -> bool:
    """Whether the body of a class binds a name: to something of which nothing is recorded."""
    number = _module(rec, module)
    tree = None if number is None else rec.syntax.tree(number)
    if tree is None:
        return True
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == called:
            for each in ast.walk(node):
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    bound = each is not node and each.name == name
                else:
                    bound = isinstance(each, ast.Name) and each.id == name
                    bound = bound and isinstance(getattr(each, "ctx", None), ast.Store)
                if bound:
                    return True
    return False
