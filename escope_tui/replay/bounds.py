"""What operators and text make of values, within bounds and never by the program's own code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import EvaluationError
from ..model.values import CONTAINER_KINDS, Value
from .operations import (
    MAX_BITS,
    MAX_PLAIN_DEPTH,
    Doubt,
    TypeName,
    View,
    check_length,
    is_set,
    iterate,
    lift,
    no_order,
    plain,
)

_EXACT = frozenset({"list", "dict", "set", "frozenset", "tuple", "bytearray"})


def joined(left: Any, right: Any, doubt: Doubt) -> Any:
    """Two lists or two tuples behind each other, whatever is in them; None for anything else."""
    kinds = []
    for each in (left, right):
        exact = not isinstance(each, Value) or each.type_name in ("list", "tuple")
        kind = each.kind if isinstance(each, Value) else type(each).__name__
        kinds.append(kind if exact and kind in ("list", "tuple") else "")
    if kinds[0] != kinds[1] or not kinds[0]:
        return None
    result = iterate(left, doubt) + iterate(right, doubt)
    check_length(len(result))
    return result if kinds[0] == "list" else tuple(result)


def operand(item: Any, doubt: Doubt) -> Any:
    """What an operator computes with: builtin data, whose class is exactly the builtin one."""
    if isinstance(item, Value) and not item.is_scalar:
        _check_exact(item)
    return plain(item, doubt)


def _check_exact(item: Value) -> None:
    """Refuse subclasses of builtin containers: they compute and show in their own ways."""
    if item.kind in CONTAINER_KINDS and item.type_name not in _EXACT:
        raise EvaluationError(f"what {item.type_name} makes of this is not known")


def check_operation(name: str, left: Any, right: Any) -> None:
    """Refuse an operation whose result could be huge, before it is done."""
    if isinstance(left, int) and isinstance(right, int):
        _check_numbers(name, left, right)
        return
    if name == "Mult":
        for many, times in ((left, right), (right, left)):
            if isinstance(many, str | bytes | list | tuple) and isinstance(times, int):
                check_length(len(many) * max(times, 0))
    if name == "Add" and hasattr(left, "__len__") and hasattr(right, "__len__"):
        check_length(len(left) + len(right))
    if name == "Mod" and isinstance(left, str | bytes):
        text = left if isinstance(left, str) else left.decode("latin-1")
        _check_widths(text)


def _check_numbers(name: str, left: int, right: int) -> None:
    bits = left.bit_length()
    if name == "Mult":
        bits += right.bit_length()
    elif name == "Pow":
        bits = bits * max(right, 0) if abs(left) > 1 else 1
    elif name == "LShift":
        bits += max(right, 0)
    else:
        return
    if bits > MAX_BITS:
        raise EvaluationError("the number would be too large")


def _check_widths(text: str) -> None:
    if "*" in text or re.search(r"\d{5,}", text):
        raise EvaluationError("the format asks for too much")


def show(item: Any, function: Callable[[Any], str], doubt: Doubt) -> str:
    """What repr(), str() or ascii() gives."""
    found = lift(item)
    if isinstance(found, TypeName):
        return f"<class '{found.name}'>"
    _check_text(found)
    text = function(plain(found, doubt))
    check_length(len(text))
    return text


def formatted(item: Any, spec: str, doubt: Doubt) -> str:
    """What format() gives."""
    if re.search(r"\d{5,}", spec):
        raise EvaluationError("the format asks for too much")
    found = lift(item)
    if isinstance(found, TypeName):
        return show(found, str, doubt)
    _check_text(found)
    return format(plain(found, doubt), spec)


def _check_text(item: Any, depth: int = 0) -> None:
    """Text would show the order of a set, and the names of classes."""
    if depth > MAX_PLAIN_DEPTH:
        return
    contained = isinstance(item, Value) and item.kind in (*CONTAINER_KINDS, "namedtuple")
    if contained and (item.kind == "namedtuple" or item.type_name not in _EXACT):
        raise EvaluationError(f"how {item.type_name} shows is not known")
    if is_set(item):
        raise no_order()
    inside: Iterable[Any] = ()
    if isinstance(item, Value) and not item.is_scalar:
        inside = (m for role, k, v in item.entries() for m in ((k, v) if role == "pair" else (v,)))
    elif isinstance(item, dict):
        inside = (*item, *item.values())
    elif isinstance(item, list | tuple | set | frozenset):
        inside = item
    elif isinstance(item, View):
        inside = item.members
    for each in inside:
        if isinstance(each, Value | list | tuple | dict | set | frozenset):
            _check_text(each, depth + 1)
