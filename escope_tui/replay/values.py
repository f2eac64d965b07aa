"""From what the codec decodes to the model's values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, overload

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

TENSORS = frozenset({"torch", "torch.nn.parameter"})
"""Modules of classes whose memory others write, too."""
UNSETTLED_TYPES = frozenset({("builtins", "PyDataFrame"), ("builtins", "PySeries")})
"""Types of polars, which says that they are builtins."""
SETTLED_MODULES = frozenset(
    {
        "_contextvars",
        "_operator",
        "abc",
        "array",
        "builtins",
        "code",
        "collections.abc",
        "_collections_abc",
        "dataclasses",
        "datetime",
        "_pydatetime",
        "decimal",
        "_pydecimal",
        "enum",
        "functools",
        "ipaddress",
        "itertools",
        "numbers",
        "numpy",
        "operator",
        "pathlib",
        "pathlib._abc",
        "pathlib._local",
        "pathlib.types",
        "re",
        "types",
        "typing",
        "zoneinfo",
    }
)
"""Modules whose instances do not change by themselves, or whose types are not written in Python."""
SETTLED_TYPES = frozenset(
    {
        ("collections", "ChainMap"),
        ("collections", "UserDict"),
        ("collections", "UserList"),
        ("collections", "UserString"),
        ("collections", "_deque_iterator"),
        ("collections", "_deque_reverse_iterator"),
        ("_collections", "_deque_iterator"),
        ("_collections", "_deque_reverse_iterator"),
        ("weakref", "CallableProxyType"),
        ("weakref", "ProxyType"),
        ("weakref", "ReferenceType"),
        ("uuid", "UUID"),
        ("uuid", "SafeUUID"),
        ("fractions", "Fraction"),
    }
)
OWN_KINDS = frozenset({"opaque", "iterator", "value"})
"""Kinds of objects whose type alone says whether they change unseen."""


def changes_unseen(
    found: RawObject,
    types: Types,
    recorded: Collection[str],
    bases: Mapping[int, tuple[tuple[str, str], ...]] = MappingProxyType({}),
) -> bool:
    """Whether code that is not recorded may change the object: an instance of a class that none
    of the `recorded` modules defines, or that inherits from one; or of an extension type with a
    state of its own, such as a lock or a file; or an iterator, which whoever reads it moves.
    """
    kind = SHAPE_KINDS.get(found.shape)
    known = types.get(found.type_id)
    if known in UNSETTLED_TYPES:
        return True
    if kind == "iterator" or (kind == "array" and known is not None and known[0] in TENSORS):
        return True
    if known is None or (kind != "instance" and kind not in OWN_KINDS):
        return False
    inherited = () if kind in OWN_KINDS else bases.get(found.type_id, ())
    return any(
        each[0] not in SETTLED_MODULES and each[0] not in recorded and each not in SETTLED_TYPES
        for each in (known, *inherited)
    )


def make_value(raw: Any, step: int, heap: Heap, types: Types) -> Value:
    """The value that a decoded entry stands for, as it is at a step."""
    kind = _PLAIN.get(type(raw))
    if kind is not None:
        return Value(kind, raw, step=step)
    if isinstance(raw, Ref):
        return Value("", object_id=raw.oid, heap=heap, step=step)
    if isinstance(raw, Text):
        return Value("str", _text(raw), size=raw.length, cut=raw.truncated, step=step)
    if isinstance(raw, Blob):
        return Value("bytes", _text(raw), size=raw.length, cut=raw.truncated, step=step)
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


FEW = 64
"""As many members of an object are decoded at first; the others when they are asked for."""
PAGE = 65_536

Stretch = Callable[[int, int], list[Any]]


class Members(Sequence[Any]):
    """Members of a big object, decoded by the stretch when they are asked for."""

    __slots__ = ("_head", "_read", "_size")

    def __init__(self, head: list[Any], size: int, read: Stretch) -> None:
        self._head = head
        self._size = size
        self._read = read

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._size)
            if step != 1:
                return [self[place] for place in range(start, stop, step)]
            if stop <= len(self._head):
                return self._head[start:stop]
            return self._read(start, stop)
        place = index + self._size if index < 0 else index
        if not 0 <= place < self._size:
            raise IndexError(index)
        return self[place : place + 1][0]

    def __iter__(self) -> Iterator[Any]:
        yield from self._head
        at, width = len(self._head), FEW
        while at < self._size:
            found = self._read(at, min(at + width, self._size))
            if not found:
                return
            yield from found
            at += len(found)
            width = min(width * 2, PAGE)


ITEMS, PAIRS, ATTRS = 0, 1, 2
"""The sorts of members, by which the codec is asked for them."""

ReadMembers = Callable[[int, int, int], list[Any]]
"""Sort, start, stop."""


def _members(head: list[Any], size: int, role: int, read: ReadMembers | None) -> Sequence[Any]:
    if read is None or size <= len(head):
        return head
    return Members(head, size, lambda start, stop: read(role, start, stop))


def make_contents(
    found: RawObject, types: Types, *, doubtful: bool = False, read: ReadMembers | None = None
) -> Contents:
    """What the model knows of an object, from what the codec decoded; `doubtful` where the object
    may have changed since it was recorded. `read` gets the members that were not decoded yet.
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
        "iterator",
        "cell",
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
        items=_members(found.items, found.n_items, ITEMS, read),
        pairs=_members(found.pairs, found.n_pairs, PAIRS, read),
        attrs=_members(found.attrs, found.n_attrs, ATTRS, read),
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
        text.digest = raw.digest
        return text
    if isinstance(raw, Blob):
        if not raw.truncated:
            return bytes(raw.value)
        piece = CutBytes(raw.value)
        piece.total = raw.length
        piece.digest = raw.digest
        return piece
    return None
