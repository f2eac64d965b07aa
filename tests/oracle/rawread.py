"""Reads objects as plain data without running any code of the program.

Attributes come from the descriptors that the interpreter itself put into the classes of an
object; containers are walked by the iterators of their builtin base.
"""

from __future__ import annotations

import array
import collections
import contextlib
import datetime
import decimal
import enum
import functools
import hashlib
import struct
import types
import weakref
from typing import Any

if __package__:
    from . import limits
else:
    import limits  # type: ignore[import-not-found, no-redef]

_MRO = type.__dict__["__mro__"].__get__
_CLASS_DICT = type.__dict__["__dict__"].__get__
_QUALNAME = type.__dict__["__qualname__"].__get__
_FLAGS = type.__dict__["__flags__"].__get__
_HEAPTYPE = 1 << 9
_IMMUTABLE = 1 << 8
_MEMBER = types.MemberDescriptorType
_GETSET = types.GetSetDescriptorType
_MEMBER_GET = types.MemberDescriptorType.__get__
_GETSET_GET = types.GetSetDescriptorType.__get__
_ARGS = BaseException.__dict__["args"].__get__
_CAUSE = BaseException.__dict__["__cause__"].__get__
_CONTEXT = BaseException.__dict__["__context__"].__get__
_FUNC_NAME = types.FunctionType.__dict__["__qualname__"].__get__
_DEFAULTS = types.FunctionType.__dict__["__defaults__"].__get__
_KWDEFAULTS = types.FunctionType.__dict__["__kwdefaults__"].__get__
_CELL_CONTENTS = types.CellType.__dict__["cell_contents"].__get__
_PARTIAL = tuple(
    (name, functools.partial.__dict__[name].__get__) for name in ("func", "args", "keywords")
)
_FACTORY = collections.defaultdict.__dict__["default_factory"].__get__
_METHOD_SELF = types.MethodType.__dict__["__self__"].__get__
_METHOD_FUNC = types.MethodType.__dict__["__func__"].__get__
_ENUM_META = type(enum.Enum)

TEXT_TYPES: tuple[type, ...] = (
    datetime.datetime,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    decimal.Decimal,
)
"""Exact types whose `repr` is written in C and is part of what is compared."""

OPAQUE: tuple[type, ...] = (
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.CodeType,
    types.FrameType,
    types.TracebackType,
    types.MappingProxyType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
    types.MethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    memoryview,
    weakref.ReferenceType,
    property,
    staticmethod,
    classmethod,
)
"""Types of which only the name is compared."""


RACING = frozenset({"threading", "queue", "_queue", "concurrent.futures.thread", "asyncio.events"})
"""Modules whose objects hold what depends on the moment at which threads run."""


def type_name(cls: type) -> str:
    """Return the qualified name of a class, past any metaclass."""
    return str(_QUALNAME(cls))


def mro(cls: type) -> tuple[type, ...]:
    """Return the method resolution order, past any metaclass."""
    result: tuple[type, ...] = _MRO(cls)
    return result


def attributes(obj: object) -> tuple[list[tuple[str, object]], list[tuple[str, object]]]:
    """Return an object's own attributes (instance dict, then slots), and its members in C."""
    found: list[tuple[str, object]] = []
    inner: list[tuple[str, object]] = []
    seen_dict = False
    classes = mro(type(obj))
    for cls in classes:
        members = _CLASS_DICT(cls)
        if not seen_dict:
            entry = members.get("__dict__")
            if type(entry) is _GETSET:
                seen_dict = True
                namespace = _GETSET_GET(entry, obj)
                if has_base(type(namespace), dict):
                    for name, value in dict.items(namespace):
                        shown = _attribute_name(name)
                        if shown is not None and len(found) < limits.ITEMS:
                            found.append((shown, value))
        into = found if "__slots__" in members else inner
        for name, entry in members.items():
            if type(entry) is _MEMBER and not _is_hidden(classes, name, entry):
                try:
                    value = _MEMBER_GET(entry, obj)
                except (AttributeError, TypeError):  # unset, or of another class
                    continue
                if len(into) < limits.ITEMS:
                    into.append((name, value))
    return found, inner


def _is_hidden(classes: tuple[type, ...], name: str, member: object) -> bool:
    """Tell whether an attribute of a class that does not take stores stands before a slot."""
    for cls in classes:
        members = _CLASS_DICT(cls)
        if name in members:
            entry = members[name]
            return entry is not member and (type(entry) is _MEMBER or not _has(entry, "__set__"))
    return False


def _has(entry: object, name: str) -> bool:
    """Tell whether the class of an object has a method."""
    return any(name in _CLASS_DICT(cls) for cls in mro(type(entry)))


def _class_attributes(cls: type) -> list[tuple[str, object]]:
    """Return the data of a class made in Python: no functions, descriptors, underscored names."""
    if not _FLAGS(cls) & _HEAPTYPE or _FLAGS(cls) & _IMMUTABLE:
        return []
    return [
        (name, value)
        for name, value in _CLASS_DICT(cls).items()
        if type(name) is str
        and name[:2] != "__"
        and name != "_value2member_map_"
        and not _has(value, "__get__")
    ]


def _function_attributes(function: types.FunctionType) -> list[tuple[str, object]]:
    """Return defaults, the function's own, and the cells of captured variables by name."""
    found = [("__defaults__", _DEFAULTS(function)), ("__kwdefaults__", _KWDEFAULTS(function))]
    own: list[tuple[str, object]] = [pair for pair in found if pair[1] is not None]
    own += [pair for pair in function.__dict__.items() if type(pair[0]) is str]
    known = {name for name, _ in own}
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    own += [(name, cell) for name, cell in cells if name not in known]
    return own[: limits.ITEMS]


def _attribute_name(key: object) -> str | None:
    """Return the name that a key of an instance's dictionary is shown under; None if under none."""
    if type(key) is str:
        return key
    parts = key if type(key) is tuple else (key,)
    return f"[{key!r}]" if all(type(part) in (int, str, float, bool) for part in parts) else None


def scalar(value: Any) -> tuple[bool, Any]:
    """Return (True, JSON form) for a value without identity, (False, None) for an object."""
    kind = type(value)
    if value is None or kind is bool:
        return True, value
    if kind is int:
        bits = int.bit_length(value)
        if bits <= 62:
            return True, value
        if bits <= limits.INT_BITS:
            return True, ["i", hex(value)]
        return True, ["I", bits, value < 0, hex(abs(value) & ((1 << 64) - 1))]
    if kind is str:
        if len(value) <= limits.STRING:
            return True, value
        return True, ["s", len(value), value[: limits.STRING], _digest(value)]
    if kind is float:
        return True, ["f", struct.pack(">d", value).hex()]
    if kind is bytes:
        return True, ["b", len(value), value[: limits.STRING].hex()]
    if kind is complex:
        return True, ["c", struct.pack(">dd", value.real, value.imag).hex()]
    if value is Ellipsis:
        return True, ["..."]
    if value is NotImplemented:
        return True, ["NI"]
    return False, None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Content:
    """What one object holds: shape, true size, items, pairs, attributes, text, members.

    Members are the attributes that a class written in C keeps in its structure, such as
    `encoding` of a text file. They need not be recorded; what is recorded must be right.
    """

    __slots__ = ("attrs", "items", "members", "pairs", "shape", "size", "text")

    def __init__(self, shape: str) -> None:
        self.shape = shape
        self.size: int | None = None
        self.items: list[Any] | None = None
        self.pairs: list[tuple[Any, Any]] | None = None
        self.attrs: list[tuple[str, Any]] | None = None
        self.text: str | None = None
        self.members: list[tuple[str, Any]] = []


_SHAPES: dict[int, tuple[type, str]] = {}
"""By the address of a class, which is kept: no `__hash__` or `__eq__` of a metaclass runs."""

_BASES: tuple[tuple[type, str], ...] = (
    (list, "list"),
    (tuple, "tuple"),
    (dict, "dict"),
    (set, "set"),
    (frozenset, "set"),
    (collections.deque, "deque"),
    (bytearray, "bytearray"),
    (BaseException, "exception"),
)
_EXACT: tuple[tuple[type, str], ...] = (
    (types.FunctionType, "function"),
    (types.MethodType, "method"),
    (types.CellType, "cell"),
    (functools.partial, "partial"),
)


def has_base(cls: type, base: type) -> bool:
    """Tell whether a class derives from another, past any metaclass."""
    return any(entry is base for entry in mro(cls))


def shape(cls: type) -> str:
    """Return how objects of a class are read."""
    known = _SHAPES.get(id(cls))
    if known is None:
        known = _SHAPES[id(cls)] = (cls, _shape(cls))
    return known[1]


def _shape(cls: type) -> str:
    if has_base(cls, type):
        return "class"
    if has_base(cls, types.ModuleType):
        return "module"
    for kind, name in _EXACT:
        if cls is kind:
            return name
    if any(cls is kind for kind in OPAQUE) or has_base(cls, weakref.ReferenceType):
        return "opaque"
    if has_base(type(cls), _ENUM_META):
        return "enum"
    if _CLASS_DICT(cls).get("__module__") in RACING:
        return "opaque"
    for base, name in _BASES:
        if has_base(cls, base):
            return name
    if cls is range or cls is slice:
        return "range"
    if any(cls is kind for kind in TEXT_TYPES):
        return "text"
    if not _FLAGS(cls) & _HEAPTYPE or cls is array.array:
        return "opaque"
    if any(has_base(cls, base) for base in (int, float, str, bytes, complex)):
        return "scalar"
    if _FLAGS(cls) & _IMMUTABLE:
        return "native"  # made in C, with contents that no descriptor tells of
    return "instance"


def content(obj: Any) -> Content:
    """Read one object, one level deep."""
    cls = type(obj)
    out = Content(shape(cls))
    match out.shape:
        case "class":
            out.text = type_name(obj)
            out.attrs = _class_attributes(obj)[: limits.ITEMS]
        case "function":
            out.text = _FUNC_NAME(obj)
            out.attrs = _function_attributes(obj)
        case "cell":
            with contextlib.suppress(ValueError):
                out.items = []
                out.items = [_CELL_CONTENTS(obj)]
        case "partial":
            out.attrs = [(name, get(obj)) for name, get in _PARTIAL]
        case "method":
            out.attrs = [("__self__", _METHOD_SELF(obj)), ("__func__", _METHOD_FUNC(obj))]
        case "module" | "opaque":
            pass
        case "enum":
            own = dict(attributes(obj)[0])
            out.attrs = [(k, own[k]) for k in ("_name_", "_value_") if k in own]
        case _:
            _container(obj, cls, out)
    return out


def _container(obj: Any, cls: type, out: Content) -> None:
    own: list[tuple[str, Any]] = []
    if _FLAGS(cls) & _HEAPTYPE or out.shape == "exception" or cls is collections.OrderedDict:
        own, out.members = attributes(obj)
    match out.shape:
        case "list":
            out.size = list.__len__(obj)
            out.items = _head(list.__iter__(obj))
        case "tuple":
            out.size = tuple.__len__(obj)
            out.items = _head(tuple.__iter__(obj))
        case "dict":
            out.size = dict.__len__(obj)
            out.pairs = _pairs(obj, cls)
        case "set":
            base: Any = set if has_base(cls, set) else frozenset
            out.size = base.__len__(obj)
            out.items = _head(base.__iter__(obj))
        case "deque":
            out.size = collections.deque.__len__(obj)
            out.items = _head(collections.deque.__iter__(obj))
        case "bytearray":
            out.size = bytearray.__len__(obj)
            out.text = bytes(memoryview(obj)[: limits.STRING]).hex()
        case "exception":
            out.items = _head(iter(_ARGS(obj)))
            own = [*own, ("__cause__", _CAUSE(obj)), ("__context__", _CONTEXT(obj))]
        case "range":
            own = [("start", obj.start), ("stop", obj.stop), ("step", obj.step)]
            if all(bound is None or type(bound) is int for _, bound in own):
                out.text = repr(obj)
        case "text":
            out.text = repr(obj)
    out.attrs = own


def _head(iterator: Any) -> list[Any]:
    found: list[Any] = []
    for item in iterator:
        if len(found) >= limits.ITEMS:
            break
        found.append(item)
    return found


def _pairs(obj: Any, cls: type) -> list[tuple[Any, Any]]:
    if has_base(cls, collections.OrderedDict):
        # The order kept beside the table; entries are found by identity, which hashes nothing.
        entries = {id(key): (key, value) for key, value in dict.items(obj)}
        keys = list(collections.OrderedDict.__iter__(obj))
        return [entries[id(key)] for key in keys[: limits.ITEMS] if id(key) in entries]
    return _head(dict.items(obj))
