"""Recorded values as plain Python data."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any

from .values import (
    CONTAINER_KINDS,
    CUT,
    DEPTH,
    MAPPING_KINDS,
    SCALAR_KINDS,
    UNKNOWN,
    CutBytes,
    CutText,
    Instance,
    Truncated,
)

if TYPE_CHECKING:
    from .values import Value

_COLLECTIONS = ("deque", "defaultdict", "Counter", "OrderedDict")
_BUILTIN = frozenset(
    ["list", "dict", "set", "frozenset", "bytearray", *_COLLECTIONS]
    + [f"collections.{name}" for name in _COLLECTIONS]
)
"""Types that become the plain container they are a form of."""


_BOUNDS = re.compile(
    r"(?:range|slice)\((-?\d{1,40}|None), (-?\d{1,40}|None)(?:, (-?\d{1,40}|None))?\)"
)


def to_python(value: Value, depth: int = 6) -> Any:
    """Plain data for builtins, `Instance` for the rest, `Truncated` for what is missing."""
    return _convert(value, depth, ())


def _convert(value: Value, depth: int, path: tuple[int, ...]) -> Any:
    kind = value.kind
    if kind in SCALAR_KINDS:
        return _scalar(value)
    if kind in (DEPTH, UNKNOWN):
        reason = "depth" if kind == DEPTH else "not recorded"
        return Truncated(reason, type_name=value.type_name, object_id=value.object_id)
    if kind == CUT:
        return Truncated("items", value.size)
    identity = value.object_id
    if identity is not None:
        if identity in path:
            return Truncated("cycle", type_name=value.type_name, object_id=identity)
        path = (*path, identity)
    if depth <= 0 and value.expandable:
        return Truncated("depth", type_name=value.type_name, object_id=identity)
    if kind in CONTAINER_KINDS and kind != "namedtuple":
        plain = _container(value, depth, path)
        if kind == "tuple" or _is_builtin(value):
            return plain
        return Instance(value.type_name, _attrs(value, depth, path), identity, items=plain)
    if kind == "range":
        bounds = _range(value)
        if bounds is not None:
            return bounds
    items: Any = None
    if kind == "namedtuple":
        items = tuple(_container(value, depth, path))
    elif kind not in ("class", "module", "function"):
        items = [_convert(v, depth - 1, path) for role, _, v in value.entries() if role == "item"]
        missing = _missing(value, len(items)) if kind == "array" else None
        if missing:
            items.append(missing)
    attrs = _attrs(value, depth, path)
    if kind == "exception":
        attrs = {"args": tuple(items or ()), **attrs}
        items = None
    return Instance(value.type_name, attrs, identity, items=items or None, text=value.text)


def _is_builtin(value: Value) -> bool:
    name = value.type_name
    return name in _BUILTIN and value.module in ("", "builtins", "collections")


def _scalar(value: Value) -> Any:
    data = value.data
    if not value.truncated:
        return data
    if isinstance(data, CutText | CutBytes):
        return data
    if isinstance(data, str):
        text = CutText(data)
        text.total = value.size or len(data)
        return text
    if isinstance(data, bytes):
        piece = CutBytes(data)
        piece.total = value.size or len(data)
        return piece
    return Truncated("number", value.size, type_name=value.type_name)


def _attrs(value: Value, depth: int, path: tuple[int, ...]) -> dict[str, Any]:
    attrs = {
        key: _convert(member, depth - 1, path)
        for role, key, member in value.entries()
        if role == "attr"
    }
    if value.truncated and value.kind == "instance":
        attrs["…"] = Truncated("attributes")
    return attrs


def _container(value: Value, depth: int, path: tuple[int, ...]) -> Any:
    kind = value.kind
    if kind == "bytearray":
        return _bytearray(value)
    if kind in MAPPING_KINDS:
        pairs: dict[Any, Any] = {}
        for role, key, member in value.entries():
            if role == "pair":
                pairs[_hashable(_convert(key, depth - 1, path))] = _convert(member, depth - 1, path)
        missing = _missing(value, len(pairs))
        if missing:
            pairs[missing] = missing
        return pairs
    members: list[Any] = []
    known = 0
    for role, key, member in value.entries():
        if role != "item":
            continue
        if key > known:
            members.append(Truncated("items", key - known))
        known = key + 1
        members.append(_convert(member, depth - 1, path))
    missing = _missing(value, known)
    if missing:
        members.append(missing)
    if kind == "tuple":
        return tuple(members)
    if kind == "deque":
        return deque(members)
    if kind in ("set", "frozenset"):
        make = set if kind == "set" else frozenset
        return make(map(_hashable, members))
    return members


def _bytearray(value: Value) -> Any:
    raw = value.raw_text
    if isinstance(raw, CutBytes):
        return raw
    return bytearray(raw) if isinstance(raw, bytes) else Truncated("items", value.size)


def _missing(value: Value, shown: int) -> Truncated | None:
    if value.size is None:
        return Truncated("items") if value.truncated else None
    return Truncated("items", value.size - shown) if value.size > shown else None


def _hashable(plain: Any) -> Any:
    try:
        hash(plain)
    except TypeError:
        return Instance(type(plain).__name__, {}, None, items=repr(plain))
    return plain


def _range(value: Value) -> Any:
    bounds = [value.attr(name) for name in ("start", "stop", "step")]
    plain = [b.data for b in bounds if b is not None and b.is_scalar and not b.truncated]
    if len(plain) != 3:
        found = _BOUNDS.fullmatch(value.text or "")
        if found is None:
            return None
        plain = [None if each in (None, "None") else int(each) for each in found.groups()]
        if value.type_name == "range" and plain[2] is None:
            plain[2] = 1
    if value.type_name == "slice":
        return slice(*plain)
    whole = all(isinstance(each, int) for each in plain)
    if value.type_name != "range" or not whole or not plain[2]:
        return None
    return range(*plain)
