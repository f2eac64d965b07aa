"""A recorded value: what is known about it, as plain data that any view can read.

A scalar or a plain tuple carries its data. A mutable object is an identity; its contents are asked
of a `Heap` at the value's own step, so a value keeps showing the moment that it was taken at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, final

from ..errors import EvaluationError
from .known import known_text
from .text import safe_text

SCALAR_KINDS = frozenset(
    {"None", "bool", "int", "float", "complex", "str", "bytes", "ellipsis", "notimplemented"}
)
SEQUENCE_KINDS = frozenset({"tuple", "list", "deque", "namedtuple"})
MAPPING_KINDS = frozenset({"dict", "mapping"})
SET_KINDS = frozenset({"set", "frozenset"})
SHAPE_KINDS = {
    1: "list",
    2: "dict",
    3: "set",
    4: "frozenset",
    5: "deque",
    6: "bytearray",
    7: "instance",
    8: "exception",
    9: "function",
    10: "class",
    11: "module",
    12: "cell",
    13: "iterator",
    14: "namedtuple",
    15: "array",
    16: "opaque",
    17: "mapping",
    18: "range",
    19: "enum",
    20: "value",
    21: "method",
}
"""What `Value.kind` is for each shape of object in the file."""

REFERENT = "referent"
"""The attribute by which weak references show what they refer to."""
DEPTH = "depth"
"""Kind of a value that was not captured because it lay too deep."""
UNKNOWN = "unknown"
"""Kind of an object whose contents are not in the recording."""
CUT = "cut"
"""Kind of the last child of a container that was cut: it stands for the missing ones."""
VALUE_KINDS = (*sorted(SCALAR_KINDS), "tuple", *SHAPE_KINDS.values(), DEPTH, UNKNOWN, CUT)


class CutText(str):
    """The first part of a string that was cut when it was recorded."""

    __slots__ = ("digest", "total")
    total: int
    digest: int
    """See `Value.digest`."""

    def __repr__(self) -> str:
        return f"<{str.__repr__(self)}… of {self.total:,}>"


class CutBytes(bytes):
    """The first part of a bytes value that was cut when it was recorded."""

    total: int
    digest: int
    """See `Value.digest`."""

    def __repr__(self) -> str:
        return f"<{bytes.__repr__(self)}… of {self.total:,}>"


@dataclass(frozen=True, slots=True)
class Truncated:
    """Stands in plain data where something is missing."""

    reason: str
    """"items", "attributes", "depth", "cycle", "number" or "not recorded"."""
    missing: int | None = None
    type_name: str = ""
    object_id: int | None = None

    def __repr__(self) -> str:
        parts = [self.reason]
        if self.missing is not None:
            parts.append(f"{self.missing:,} more")
        if self.type_name:
            parts.append(self.type_name)
        if self.object_id is not None:
            parts.append(f"#{self.object_id}")
        return f"Truncated({', '.join(parts)})"


@dataclass(frozen=True, slots=True)
class Instance:
    """An object that is not one of Python's plain containers, as plain data."""

    type_name: str
    attrs: dict[str, Any]
    object_id: int | None = None
    items: Any = None
    """The contents of a subclass of a container."""
    text: str | None = None
    """What a path, a date, a function or the like shows as."""

    def __hash__(self) -> int:
        return hash((self.type_name, self.object_id))


@dataclass(frozen=True, slots=True)
class Contents:
    """What is known of one object at one step. Entries are raw until a value is asked for."""

    kind: str
    type_name: str
    module: str = ""
    size: int | None = None
    items_cut: bool = False
    attrs_cut: bool = False
    items: Sequence[Any] = ()
    pairs: Sequence[tuple[Any, Any]] = ()
    """Key and value; for a sequence that was cut: index and value of items known beyond the cut."""
    attrs: Sequence[tuple[str, Any]] = ()
    text: Any = None
    """str, bytes, or a cut one."""
    recorded_at: int | None = None
    uncertain: bool = False
    dead: bool = False


class Heap(Protocol):
    """Where values find the contents of objects."""

    def contents(self, object_id: int, step: int) -> Contents | None:
        """What is known of an object at a step; None if it was never captured."""

    def value(self, raw: Any, step: int) -> Value:
        """A value for an entry of a `Contents`."""


@final
class Value:
    """One recorded value at one step."""

    __slots__ = (
        "_contents",
        "_cut",
        "_data",
        "_heap",
        "_kind",
        "_seen",
        "_size",
        "_step",
        "object_id",
    )

    def __init__(
        self,
        kind: str,
        data: Any = None,
        *,
        size: int | None = None,
        cut: bool = False,
        object_id: int | None = None,
        heap: Heap | None = None,
        step: int = -1,
        contents: Contents | None = None,
        seen: int | None = None,
    ) -> None:
        self._kind = kind
        self._data = data
        self._size = size
        self._cut = cut
        self.object_id = object_id
        """Identity of a mutable object; None for scalars and plain tuples."""
        self._heap = heap
        self._step = step
        self._contents = contents
        self._seen = seen

    # -- what it is

    def _object(self) -> Contents:
        contents = self._contents
        if contents is None:
            if self._heap is not None and self.object_id is not None:
                contents = self._heap.contents(self.object_id, self._step)
            if contents is None:
                contents = _NEVER_SEEN
            self._contents = contents
        return contents

    @property
    def kind(self) -> str:
        """One of `VALUE_KINDS`."""
        return self._kind or self._object().kind

    @property
    def type_name(self) -> str:
        """The qualified name of the type, made safe to show."""
        if self._kind in _PLAIN_TYPE:
            return _PLAIN_TYPE[self._kind]
        if self._kind == DEPTH:
            return safe_text(str(self._data))
        return safe_text(self._object().type_name)

    @property
    def module(self) -> str:
        """The module of the type; empty for builtins and where it is not known."""
        return "" if self._kind else safe_text(self._object().module)

    @property
    def digest(self) -> int | None:
        """A number that tells a str or bytes that was cut from others: XXH64 over its
        memory (of a long one: over both ends), seeded with its length. None for what is whole.
        """
        return getattr(self._data, "digest", None) if self._kind in ("str", "bytes") else None

    @property
    def size(self) -> int | None:
        """The true length, whatever was cut; None for what has none."""
        return self._size if self._kind else self._object().size

    @property
    def truncated(self) -> bool:
        """Some of the contents are not in the recording."""
        if self._kind:
            return self._cut
        contents = self._object()
        return contents.items_cut or contents.attrs_cut or contents is _NEVER_SEEN

    @property
    def uncertain(self) -> bool:
        """The contents may have changed unseen since `as_of`."""
        if self._seen is not None:
            return True
        return False if self._kind else self._object().uncertain

    @property
    def as_of(self) -> int | None:
        """The step at which uncertain contents were last seen; None where they are known to be
        current.
        """
        if self._kind or self._seen is not None:
            return self._seen
        contents = self._object()
        return contents.recorded_at if contents.uncertain else None

    @property
    def recorded_at(self) -> int | None:
        """The step of the newest record of the contents."""
        return None if self._kind else self._object().recorded_at

    @property
    def text(self) -> str | None:
        """What a function, class, module, path, date or the like shows as, made safe; else None."""
        if self._kind:
            return None
        text = self._object().text
        if text is None and self._object().kind in ("instance", "opaque"):
            text = known_text(self)
        return safe_text(text) if isinstance(text, str) else None

    @property
    def raw_text(self) -> Any:
        """The text as it was recorded: str, bytes or a cut one. Not safe to show."""
        return None if self._kind else self._object().text

    @property
    def step(self) -> int:
        """The moment that the value was taken at; -1 for one that was computed."""
        return self._step

    @property
    def is_scalar(self) -> bool:
        """A number, text, None or the like."""
        return self._kind in SCALAR_KINDS

    @property
    def is_exact(self) -> bool:
        """Nothing of its own contents is missing or uncertain; ask its members one by one."""
        return not self.truncated and not self.uncertain and self.kind not in (DEPTH, UNKNOWN, CUT)

    @property
    def expandable(self) -> bool:
        """It has children."""
        if self._kind:
            return self._kind == "tuple" and bool(self._data)
        contents = self._object()
        return bool(contents.items or contents.pairs or contents.attrs)

    @property
    def data(self) -> Any:
        """The exact Python object of a scalar; None for everything else."""
        return self._data if self._kind in SCALAR_KINDS else None

    def seen_at(self, step: int) -> Value:
        """The same value, marked as known only as of an earlier step."""
        return self._again(self._step, self._contents, step)

    def at(self, step: int) -> Value:
        """The same object, or the same tuple, as it is at another step."""
        return self._again(step)

    def _again(self, step: int, contents: Contents | None = None, seen: int | None = None) -> Value:
        return Value(
            self._kind,
            self._data,
            size=self._size,
            cut=self._cut,
            object_id=self.object_id,
            heap=self._heap,
            step=step,
            contents=contents,
            seen=seen,
        )

    # -- what is in it

    def _wrap(self, raw: Any) -> Value:
        if self._heap is None:
            return raw if isinstance(raw, Value) else value_of(raw)
        return self._heap.value(raw, self._step)

    def entries(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[str, Any, Value]]:
        """The recorded contents as (role, key, value), or a stretch of them: the others are not
        looked at.

        Roles: "item" with an index, "pair" with a key that is a Value, "attr" with a name.
        """
        if self._kind:
            if self._kind == "tuple":
                for index, raw in _stretch(self._data, start, stop):
                    yield "item", index, self._wrap(raw)
            return
        contents = self._object()
        for index, raw in _stretch(contents.items, start, stop):
            yield "item", index, self._wrap(raw)
        start, stop = _behind(contents.items, start, stop)
        by_index = contents.kind in SEQUENCE_KINDS
        for _, (key, raw) in _stretch(contents.pairs, start, stop):
            if by_index:
                yield "item", key, self._wrap(raw)
            else:
                yield "pair", self._wrap(key), self._wrap(raw)
        start, stop = _behind(contents.pairs, start, stop)
        for _, (name, raw) in _stretch(contents.attrs, start, stop):
            yield "attr", name, self._attr(name, raw)

    def _attr(self, name: str, raw: Any) -> Value:
        """An attribute; what a weak reference refers to is None from its death on."""
        value = self._wrap(raw)
        if name == REFERENT and value.object_id is not None and value._object().dead:
            return value_of(None)
        return value

    @property
    def entry_count(self) -> int:
        """How many entries are recorded."""
        if self._kind:
            return len(self._data) if self._kind == "tuple" else 0
        contents = self._object()
        return len(contents.items) + len(contents.pairs) + len(contents.attrs)

    @property
    def child_count(self) -> int:
        """How many children there are, the mark of a cut included."""
        return self.entry_count + (self._missing() != 0)

    def _missing(self) -> int | None:
        """How many members are not recorded; None: some, but it is not known how many."""
        if not self.truncated:
            return 0
        if self.kind not in (*CONTAINER_KINDS, "array") or self.size is None:
            return None
        if self._kind:
            return max(self.size - len(self._data), 0)
        return max(self.size - len(self._object().items) - len(self._object().pairs), 0)

    def children(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[str, Value]]:
        """(label, Value) pairs for people, or a stretch of them; a cut shows as a last one, "…".

        Only what is asked for is decoded: a list of a million shows its first twenty at once.
        """
        braces = self.kind in SET_KINDS
        for role, key, value in self.entries(start, stop):
            if role == "item":
                yield (f"{{{key}}}" if braces else f"[{key}]"), value
            elif role == "pair":
                yield f"[{key.summary(40)}]", value
            else:
                yield safe_text(key), value
        count = self.entry_count
        missing = self._missing()
        if missing != 0 and start <= count and (stop is None or stop > count):
            yield "…", Value(CUT, size=missing, cut=True)

    def attr(self, name: str) -> Value | None:
        """The recorded attribute of that name; None if there is none."""
        if self._kind:
            return None
        for key, raw in self._object().attrs:
            if key == name:
                return self._attr(name, raw)
        return None

    def item(self, key: Any) -> Value | None:
        """The entry at an index or a plain key; None if it is not there or not recorded."""
        if self.kind in MAPPING_KINDS:
            return next((v for k, v in self.under(key) if plain_equal(k, key)), None)
        if isinstance(key, bool) or not isinstance(key, int):
            return None
        items: Sequence[Any] = self._data if self._kind == "tuple" else self._object().items
        if key < 0:
            size = self.size
            if size is None:
                return None
            key += size
        if 0 <= key < len(items):
            return self._wrap(items[key])
        if self.kind in SEQUENCE_KINDS and not self._kind:
            for index, raw in self._object().pairs:
                if index == key:
                    return self._wrap(raw)
        return None

    def under(self, key: Any) -> Iterator[tuple[Value, Value]]:
        """Of a mapping, the pairs whose key may equal a plain one: those that are plain data and
        differ from it are passed over, which takes a hundredth of the time of comparing values.
        """
        plain = type(key) in _SCALAR_TYPES
        for raw_key, raw in self._object().pairs:
            if plain and type(raw_key) in _SCALAR_TYPES and raw_key != key:
                continue
            found = self._wrap(raw_key)
            if type(key) is tuple and found.kind == "tuple" and not found.truncated:
                members = found._data
                if members != key and all(type(each) in _SCALAR_TYPES for each in members):
                    continue
            yield found, self._wrap(raw)

    # -- ways to show it

    def summary(self, width: int = 120) -> str:
        """One safe line of about `width` characters at most, like Python's repr where that is
        known.
        """
        from .summary import summarize

        return summarize(self, width)

    def python(self, depth: int = 6) -> Any:
        """Plain Python data for builtins, `Instance` for the rest; what is missing is a
        `Truncated`.
        """
        from .plain import to_python

        return to_python(self, depth)

    def __repr__(self) -> str:
        return f"<Value {self.summary(80)}>"

    def __str__(self) -> str:
        return self.summary()

    def __eq__(self, other: object) -> bool:
        """Equal to a value with the same recorded contents, and to equal plain Python data."""
        if isinstance(other, Value):
            if self.object_id is not None and other.object_id is not None:
                if self.object_id != other.object_id:
                    return False
                if self._step == other._step:
                    return True
            return bool(self.python() == other.python())
        return bool(self.python() == other)

    def __hash__(self) -> int:
        if self.object_id is not None:
            return hash(("object", self.object_id))
        data = self.python()
        return hash(data)

    def __bool__(self) -> bool:
        """The truth of the recorded value, where it can be known without running the program's
        code.
        """
        if self._kind in SCALAR_KINDS:
            if self._cut:
                return True
            return bool(self._data)
        if self.kind in CONTAINER_KINDS and self.size is not None and not self.uncertain:
            return self.size > 0
        if self.kind in ("function", "class", "module", "method", "exception"):
            return True
        raise EvaluationError(
            f"the truth of {self.type_name} cannot be known without running the program's code"
        )


def _stretch(members: Sequence[Any], start: int, stop: int | None) -> Iterator[tuple[int, Any]]:
    """(place, member) of a stretch; of what comes in pages, only those that are needed."""
    if start == 0 and stop is None:
        yield from enumerate(members)
        return
    end = len(members) if stop is None else min(stop, len(members))
    if start < end:
        yield from enumerate(members[start:end], start)


def _behind(members: Sequence[Any], start: int, stop: int | None) -> tuple[int, int | None]:
    """The same stretch as seen from behind these members."""
    size = len(members)
    return max(start - size, 0), None if stop is None else max(stop - size, 0)


CONTAINER_KINDS = SEQUENCE_KINDS | MAPPING_KINDS | SET_KINDS | {"bytearray"}
_PLAIN_TYPE = {
    "None": "NoneType",
    "bool": "bool",
    "int": "int",
    "float": "float",
    "complex": "complex",
    "str": "str",
    "bytes": "bytes",
    "ellipsis": "ellipsis",
    "notimplemented": "NotImplementedType",
    "tuple": "tuple",
    CUT: "",
}
_NEVER_SEEN = Contents(kind=UNKNOWN, type_name="?")
_SCALAR_TYPES: dict[type, str] = {
    type(None): "None",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    type(...): "ellipsis",
    type(NotImplemented): "notimplemented",
}


def plain_equal(value: Value, plain: Any) -> bool:
    """Whether a value is a scalar or tuple that equals a plain one, as dictionary keys compare."""
    if not value.is_exact:
        return False
    if value.is_scalar:
        return bool(value.data == plain)
    if value.kind == "tuple" and isinstance(plain, tuple):
        members = [member for _, _, member in value.entries()]
        return len(members) == len(plain) and all(map(plain_equal, members, plain))
    return False


def value_of(plain: Any) -> Value:
    """A computed value (no identity, no step) that shows plain Python data."""
    if isinstance(plain, Value):
        return plain
    kind = _SCALAR_TYPES.get(type(plain))
    if kind is not None:
        size = len(plain) if kind in ("str", "bytes") else None
        return Value(kind, plain, size=size)
    if type(plain) is tuple:
        return Value("tuple", plain, size=len(plain))
    return Value("", contents=_contents_of(plain))


def _contents_of(plain: Any) -> Contents:
    name = type(plain).__qualname__
    if isinstance(plain, Instance):
        attrs = tuple(plain.attrs.items())
        return Contents("instance", plain.type_name, attrs=attrs, text=plain.text)
    if isinstance(plain, dict):
        return Contents("dict", name, size=len(plain), pairs=tuple(plain.items()))
    if isinstance(plain, (list, set, frozenset)):
        kind = "list" if isinstance(plain, list) else name
        return Contents(kind, name, size=len(plain), items=tuple(plain))
    if isinstance(plain, range):
        bounds = (("start", plain.start), ("stop", plain.stop), ("step", plain.step))
        return Contents("range", "range", size=len(plain), attrs=bounds)
    if isinstance(plain, bytearray):
        return Contents("bytearray", name, size=len(plain), text=bytes(plain))
    if isinstance(plain, type):
        return Contents("class", "type", text=plain.__qualname__)
    return Contents("opaque", name)
