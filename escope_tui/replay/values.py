"""From what the codec decodes to the model's values."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from .._speedups.unpack import BigInt, Blob, Deep, RawObject, RawTuple, Ref, Text, Unknown
from ..model.values import (
    DEPTH,
    SHAPE_KINDS,
    UNKNOWN,
    Contents,
    CutBytes,
    CutText,
    Heap,
    Value,
)

ITEMS_CUT = 1
ATTRS_CUT = 2
HUGE = 1 << 40

_PLAIN: dict[type, str] = {
    type(None): "None",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    type(...): "ellipsis",
    type(NotImplemented): "notimplemented",
}

Types = dict[int, tuple[str, str]]

SETTLED_MODULES = frozenset(
    {
        "builtins",
        "pathlib",
        "pathlib._local",
        "datetime",
        "_pydatetime",
        "decimal",
        "_pydecimal",
        "enum",
        "ipaddress",
        "re",
        "typing",
        "zoneinfo",
    }
)
"""Modules whose instances do not change, or whose types are not written in Python."""
SETTLED_TYPES = frozenset(
    {
        ("uuid", "UUID"),
        ("fractions", "Fraction"),
        ("functools", "partial"),
        ("types", "SimpleNamespace"),
        ("types", "GenericAlias"),
    }
)


def changes_unseen(found: RawObject, types: Types, recorded: Collection[str]) -> bool:
    """Whether code that is not recorded may change the object: an instance of a class that none
    of the `recorded` modules defines.
    """
    if SHAPE_KINDS.get(found.shape) != "instance":
        return False
    known = types.get(found.type_id)
    if known is None:
        return False
    return (
        known[0] not in SETTLED_MODULES
        and known[0] not in recorded
        and (known not in SETTLED_TYPES)
    )


def make_value(raw: Any, step: int, heap: Heap, types: Types) -> Value:
    """The value that a decoded entry stands for, as it is at a step."""
    kind = _PLAIN.get(type(raw))
    if kind is not None:
        return Value(kind, raw, step=step)
    if isinstance(raw, Ref):
        return Value("", object_id=raw.oid, heap=heap, step=step)
    if isinstance(raw, Text):
        return Value("str", raw.value, size=raw.length, cut=raw.truncated, step=step)
    if isinstance(raw, Blob):
        return Value("bytes", raw.value, size=raw.length, cut=raw.truncated, step=step)
    if isinstance(raw, RawTuple):
        cut = raw.length > len(raw.items)
        return Value("tuple", raw.items, size=raw.length, cut=cut, heap=heap, step=step)
    if isinstance(raw, BigInt):
        return Value("int", None, size=raw.bits, cut=True, step=step)
    if isinstance(raw, Deep):
        return Value(DEPTH, types.get(raw.type_id, ("", ""))[1], cut=True, step=step)
    if isinstance(raw, Unknown):
        return Value(UNKNOWN, None, cut=True, step=step)
    if isinstance(raw, Value):
        return raw
    return Value(UNKNOWN, None, cut=True, step=step)


def make_contents(found: RawObject, types: Types, *, doubtful: bool = False) -> Contents:
    """What the model knows of an object, from what the codec decoded; `doubtful` where the object
    may have changed since it was recorded.
    """
    kind = SHAPE_KINDS.get(found.shape, "opaque")
    module, name = types.get(found.type_id, ("", kind if found.type_id >= 0 else "?"))
    size: int | None = found.size
    if kind in (
        "instance",
        "function",
        "class",
        "module",
        "method",
        "opaque",
        "value",
        "enum",
        "range",
    ):
        size = None
    return Contents(
        kind,
        name,
        "" if module == "builtins" else module,
        size=size,
        items_cut=bool(found.flags & ITEMS_CUT) or found.type_id < 0,
        attrs_cut=bool(found.flags & ATTRS_CUT),
        items=found.items,
        pairs=found.pairs,
        attrs=found.attrs,
        text=_text(found.text),
        recorded_at=found.as_of,
        uncertain=bool(found.uncertain) or doubtful,
        dead=found.dead_at >= 0,
    )


def _text(raw: Any) -> str | bytes | None:
    if isinstance(raw, Text):
        if not raw.truncated:
            return str(raw.value)
        text = CutText(raw.value)
        text.total = raw.length
        return text
    if isinstance(raw, Blob):
        if not raw.truncated:
            return bytes(raw.value)
        piece = CutBytes(raw.value)
        piece.total = raw.length
        return piece
    return None
