"""What the evaluator may do with values: bounded, exact, and never by the program's own code.

The evaluator's domain: exact scalars, tuples, lists, dicts, sets, ranges and slices of Python;
recorded objects as `Value`; `Builtin` for functions; `TypeName` for types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import EvaluationError
from ..model.values import (
    CONTAINER_KINDS,
    CUT,
    DEPTH,
    MAPPING_KINDS,
    SCALAR_KINDS,
    SET_KINDS,
    UNKNOWN,
    Contents,
    Value,
)
from .exact import contents_of, exact

MAX_LENGTH = 1_000_000
MAX_BITS = 100_000
MAX_PLAIN_DEPTH = 50
IDENTITY_KINDS = frozenset({"class", "module", "function", "enum"})
"""Kinds of objects that compare by identity."""
_PLAIN_TYPES = frozenset({int, str, float, bool, type(None)})
_BUILTIN_TYPES = frozenset(
    {
        "list",
        "dict",
        "set",
        "frozenset",
        "tuple",
        "bytearray",
        "deque",
        "defaultdict",
        "OrderedDict",
        "Counter",
    }
)

TYPE_NAMES = frozenset(
    {"int", "float", "str", "bool", "list", "tuple", "set", "dict", "bytes", "complex", "range"}
    | {"frozenset", "object", "type", "bytearray", "slice"}
)
"""Builtin types that expressions may name."""


class Doubt:
    """Remembers the oldest step that an uncertain part of an answer was last seen at, and how many
    members of containers were read.
    """

    __slots__ = ("members", "step")

    def __init__(self) -> None:
        self.step: int | None = None
        self.members = 0

    def note(self, value: Value) -> None:
        """Take note of a value whose contents are used."""
        if value.uncertain:
            seen = value.as_of if value.as_of is not None else -1
            self.step = seen if self.step is None else min(self.step, seen)


@dataclass(frozen=True, slots=True)
class TypeName:
    """What `type(x)` gives."""

    module: str
    name: str


@dataclass(frozen=True, slots=True)
class Builtin:
    """A function that expressions may call."""

    name: str
    call: Callable[[list[Any], dict[str, Any], Doubt], Any]


class Stream:
    """An iterator: its members can be had once, and are not computed before."""

    __slots__ = ("iterator", "name", "scrambled")

    def __init__(self, name: str, iterator: Iterator[Any], *, scrambled: bool = False) -> None:
        self.name = name
        """Its type's name; empty where it is not known."""
        self.iterator = iterator
        self.scrambled = scrambled
        """Its members come in the order of a set, which is not recorded."""


@dataclass(frozen=True, slots=True)
class View:
    """What `keys()`, `values()` and `items()` of a dictionary give."""

    name: str
    members: list[Any]


def refuse(what: str) -> EvaluationError:
    """The error for what only the program's own code could answer."""
    return EvaluationError(f"{what} would run the program's code")


def check_length(length: int) -> None:
    """Refuse results that grow too large."""
    if length > MAX_LENGTH:
        raise EvaluationError(f"the result would have more than {MAX_LENGTH:,} parts")


def as_list(items: Iterable[Any]) -> list[Any]:
    """A list, unless it would grow too large."""
    result: list[Any] = []
    for item in items:
        result.append(item)
        check_length(len(result))
    return result


def lift(value: Any) -> Any:
    """From a recorded value to the evaluator's domain."""
    if not isinstance(value, Value) or value.uncertain:
        return value
    if value.kind in SCALAR_KINDS and not value.truncated:
        return value.data
    if value.kind == "tuple" and not value.truncated:
        return tuple(lift(member) for _, _, member in value.entries())
    return value


def lower(result: Any) -> Any:
    """From the evaluator's domain to what `value_of` takes."""
    if isinstance(result, TypeName):
        return f"<class '{result.name}'>"
    if isinstance(result, Builtin):
        return f"<built-in function {result.name}>"
    if isinstance(result, Stream):
        return [lower(each) for each in as_list(result.iterator)]
    if isinstance(result, View):
        return [lower(each) for each in result.members]
    if isinstance(result, list):
        return [lower(each) for each in result]
    if isinstance(result, tuple):
        return tuple(lower(each) for each in result)
    if isinstance(result, dict):
        pairs = tuple((lower(key), lower(each)) for key, each in result.items())
        return Value("", contents=Contents("dict", "dict", size=len(pairs), pairs=pairs))
    if isinstance(result, set | frozenset):
        kind, members = type(result).__name__, tuple(lower(each) for each in result)
        return Value("", contents=Contents(kind, kind, size=len(members), items=members))
    contents = contents_of(result)
    return result if contents is None else Value("", contents=contents)


def check_shown(result: Any) -> None:
    """Refuse a result that stands for nothing known."""
    if isinstance(result, Value) and result.kind in (UNKNOWN, DEPTH, CUT):
        raise EvaluationError("this value was not captured")


def _known(value: Value) -> None:
    if value.kind in (UNKNOWN, DEPTH, CUT):
        raise EvaluationError("this value was not captured")


def _builtin(value: Value) -> bool:
    name = value.type_name.rpartition(".")[2]
    return name in _BUILTIN_TYPES and value.module in ("", "builtins", "collections")


def _complete(value: Value, doubt: Doubt) -> None:
    _known(value)
    doubt.note(value)
    if value.truncated:
        size = value.size
        raise EvaluationError(
            f"only a part of this {value.type_name} is in the recording"
            + (f" (its length is {size:,})" if size is not None else "")
        )


# -- reading containers


def is_set(item: Any) -> bool:
    """Whether the members have an order that only the program's own run knows."""
    if isinstance(item, Stream):
        return item.scrambled
    if isinstance(item, set | frozenset):
        return len(item) > 1
    return isinstance(item, Value) and item.kind in SET_KINDS and (item.size or 0) > 1


def lazily(item: Any, doubt: Doubt, *, any_order: bool = False) -> Iterator[Any]:
    """The members of something, one by one as they are asked for."""
    if isinstance(item, Stream):
        return item.iterator
    if isinstance(item, range):
        return iter(item)
    return iter(iterate(item, doubt, any_order=any_order))


def iterate(item: Any, doubt: Doubt, *, any_order: bool = False) -> list[Any]:
    """The members of something, in order; `any_order`: the order does not matter."""
    if isinstance(item, Stream):
        found = as_list(item.iterator)
        if item.scrambled and not any_order and len(found) > 1:
            raise no_order()
        return found
    if isinstance(item, View):
        return list(item.members)
    if is_set(item) and not any_order:
        raise no_order()
    if isinstance(item, range):
        check_length(len(item))
        return list(item)
    if isinstance(item, str | bytes | list | tuple | dict | set | frozenset):
        check_length(len(item))
        return list(item)
    if not isinstance(item, Value):
        raise EvaluationError(f"{type(item).__name__} is not iterable")
    kind = item.kind
    if kind == "range" and item.type_name == "range":
        return iterate(item.python(), doubt)
    if kind not in CONTAINER_KINDS:
        _known(item)
        raise refuse(f"iterating over {item.type_name}")
    if kind not in ("tuple", "namedtuple") and not _builtin(item):
        raise refuse(f"iterating over {item.type_name}")
    _complete(item, doubt)
    doubt.members += item.size or 0
    if kind == "bytearray":
        return list(item.raw_text or b"")
    if kind in MAPPING_KINDS:
        return [lift(key) for role, key, _ in item.entries() if role == "pair"]
    return [lift(member) for role, _, member in item.entries() if role == "item"]


def no_order() -> EvaluationError:
    """The error for what would show the order of a set."""
    return EvaluationError("the order of a set is not recorded", hint="sorted(...) gives it one")


def pairs(item: Any, doubt: Doubt) -> list[tuple[Any, Any]]:
    """The keys and values of a dictionary."""
    if isinstance(item, dict):
        return list(item.items())
    if isinstance(item, Value) and item.kind in MAPPING_KINDS and _builtin(item):
        _complete(item, doubt)
        doubt.members += item.size or 0
        return [(lift(k), lift(v)) for role, k, v in item.entries() if role == "pair"]
    raise EvaluationError("this is not a dictionary whose contents are known")


def plain(item: Any, doubt: Doubt, depth: int = 0) -> Any:
    """Builtin Python data all the way down; fails where there is anything else."""
    if depth > MAX_PLAIN_DEPTH:
        raise EvaluationError("the value is nested too deeply")
    if isinstance(item, Value):
        if item.kind in SCALAR_KINDS or item.kind == "tuple":
            _complete(item, doubt)
            if item.kind != "tuple":
                return item.data
            return tuple(plain(m, doubt, depth + 1) for _, _, m in item.entries())
        if item.kind in CONTAINER_KINDS and _builtin(item):
            return _plain_container(item, doubt, depth)
        if item.kind == "namedtuple":
            return tuple(plain(each, doubt, depth + 1) for each in iterate(item, doubt))
        if item.kind == "range":
            return item.python()
        _known(item)
        found = exact(item)
        if found is not None:
            return found
        raise refuse(f"computing with {item.type_name}")
    if type(item) in _PLAIN_TYPES:
        return item
    if isinstance(item, list):
        return [plain(each, doubt, depth + 1) for each in item]
    if isinstance(item, tuple):
        return tuple(plain(each, doubt, depth + 1) for each in item)
    if isinstance(item, dict):
        return {each: plain(member, doubt, depth + 1) for each, member in item.items()}
    if isinstance(item, Builtin):
        raise EvaluationError(f"{item.name} is a function")
    if isinstance(item, Stream):
        raise EvaluationError("an iterator is used up by looking at it: list(...) makes a list")
    if isinstance(item, View):
        members = [plain(each, doubt, depth + 1) for each in item.members]
        if item.name == "dict_keys":
            return dict.fromkeys(members).keys()
        if item.name == "dict_items":
            return dict(members).items()
        return dict(enumerate(members)).values()
    return item


def _plain_container(item: Value, doubt: Doubt, depth: int) -> Any:
    if item.kind in MAPPING_KINDS:
        return {
            key(each, doubt): plain(member, doubt, depth + 1) for each, member in pairs(item, doubt)
        }
    found = iterate(item, doubt, any_order=True)
    members = [plain(each, doubt, depth + 1) for each in found]
    if item.kind == "bytearray":
        return bytearray(members)
    if item.kind in SET_KINDS:
        return set(members) if item.kind == "set" else frozenset(members)
    return members


def key(item: Any, doubt: Doubt) -> Any:
    """A member of a set or a key of a dictionary."""
    found = plain(item, doubt)
    try:
        hash(found)
    except TypeError as error:
        raise EvaluationError(str(error)) from error
    return found


# -- truth and comparison


def truth(item: Any, doubt: Doubt) -> bool:
    """What `bool()` gives."""
    if isinstance(item, Value):
        _known(item)
        doubt.note(item)
        if item.kind in SCALAR_KINDS:
            return True if item.truncated else bool(item.data)
        if item.kind in CONTAINER_KINDS and (_builtin(item) or item.kind == "namedtuple"):
            return bool(item.size)
        if item.kind in ("function", "class", "module", "method"):
            return True
        if item.kind == "range":
            return bool(item.python())
        found = exact(item)
        if found is not None:
            return bool(found)
        raise refuse(f"the truth of {item.type_name}")
    return bool(item.members) if isinstance(item, View) else bool(item)


def identical(left: Any, right: Any) -> bool:
    """What `is` gives, where it can be known."""
    if isinstance(left, Value) and isinstance(right, Value):
        if left.object_id is not None and right.object_id is not None:
            return left.object_id == right.object_id
        if (left.object_id is None) != (right.object_id is None):
            return False
    singles = (None, True, False, ..., NotImplemented)
    if any(left is each for each in singles) or any(right is each for each in singles):
        return left is right
    if isinstance(left, TypeName) or isinstance(right, TypeName):
        return _same_type(left, right)
    if isinstance(left, Value) or isinstance(right, Value):
        return False
    raise EvaluationError("the identity of numbers and text is not recorded")


def _same_type(left: Any, right: Any) -> bool:
    """Whether two types are one. Of a recorded class only the name is known, not the module."""
    ours, theirs = _type_name(left), _type_name(right)
    if ours is None or theirs is None:
        return False
    if ours[0] is None or theirs[0] is None:
        return ours[1].rpartition(".")[2] == theirs[1].rpartition(".")[2]
    return ours == theirs


def _type_name(item: Any) -> tuple[str | None, str] | None:
    if isinstance(item, TypeName):
        return (item.module, item.name)
    if isinstance(item, Builtin) and item.name in TYPE_NAMES:
        return ("", item.name)
    if isinstance(item, Value) and item.kind == "class":
        return (None, item.text or "")
    return None


def equal(left: Any, right: Any, doubt: Doubt, depth: int = 0) -> bool:
    """What `==` gives, where no code of the program decides it."""
    if type(left) in _PLAIN_TYPES and type(right) in _PLAIN_TYPES:
        return bool(left == right)
    if depth > MAX_PLAIN_DEPTH:
        raise EvaluationError("the values are nested too deeply")
    if isinstance(left, TypeName) or isinstance(right, TypeName):
        return _same_type(left, right)
    for each in (left, right):
        if isinstance(each, Value):
            _known(each)
            if not _comparable(each):
                if depth and same_object(left, right):
                    return True
                raise refuse(f"comparing {each.type_name}")
    if same_object(left, right):
        return True
    if _by_identity(left) or _by_identity(right):
        return False
    left_items, right_items = _ordered(left, doubt), _ordered(right, doubt)
    if left_items is not None and right_items is not None:
        if left_items[0] != right_items[0] or len(left_items[1]) != len(right_items[1]):
            return False
        both = zip(left_items[1], right_items[1], strict=True)
        return all(equal(a, b, doubt, depth + 1) for a, b in both)
    if (left_items is None) != (right_items is None):
        return False
    return bool(plain(left, doubt) == plain(right, doubt))


def _comparable(value: Value) -> bool:
    return (
        value.kind in SCALAR_KINDS
        or value.kind in IDENTITY_KINDS
        or value.kind in ("namedtuple", "range", "tuple")
        or (value.kind in CONTAINER_KINDS and _builtin(value))
        or exact(value) is not None
    )


def same_object(left: Any, right: Any) -> bool:
    """Whether two values are one object."""
    if isinstance(left, Value) and isinstance(right, Value) and left.object_id is not None:
        return left.object_id == right.object_id
    return False


def _by_identity(item: Any) -> bool:
    return isinstance(item, Builtin | Stream) or (
        isinstance(item, Value) and item.kind in IDENTITY_KINDS
    )


def _ordered(item: Any, doubt: Doubt) -> tuple[str, list[Any]] | None:
    """Sequences compare member by member, so that members may be objects."""
    if isinstance(item, list | tuple):
        return type(item).__name__, list(item)
    if isinstance(item, Value) and item.kind in ("list", "tuple", "namedtuple", "deque"):
        kind = "tuple" if item.kind == "namedtuple" else item.kind
        return kind, iterate(item, doubt)
    return None


def contains(container: Any, item: Any, doubt: Doubt) -> bool:
    """What `in` gives."""
    if isinstance(container, Stream):
        return any(equal(each, item, doubt, 1) for each in container.iterator)
    recorded = isinstance(container, Value) and container.kind in MAPPING_KINDS | SET_KINDS
    if recorded or isinstance(container, dict | set | frozenset):
        _check_hashable(item)
    if isinstance(container, str | bytes | range):
        return plain(item, doubt) in container
    if isinstance(container, Value) and (
        container.kind in MAPPING_KINDS
        or (container.kind in CONTAINER_KINDS and container.truncated)
    ):
        if not _builtin(container):
            raise refuse(f"searching {container.type_name}")
        doubt.note(container)
        if container.kind in MAPPING_KINDS:
            found = (each for each, _ in container.under(item))
        else:
            found = (member for role, _, member in container.entries() if role == "item")
        if any(equal(lift(each), item, doubt, 1) for each in found):
            return True
        _complete(container, doubt)
        return False
    if isinstance(container, Value) and container.kind in ("str", "bytes"):
        _complete(container, doubt)
        return plain(item, doubt) in container.data
    members = iterate(container, doubt, any_order=True)
    return any(equal(each, item, doubt, 1) for each in members)


def _check_hashable(item: Any) -> None:
    kind = item.kind if isinstance(item, Value) else type(item).__name__
    if kind in ("list", "dict", "bytearray", "deque") or (kind == "set" and type(item) is set):
        raise EvaluationError(f"TypeError: unhashable type: {kind!r}")
    if isinstance(item, tuple):
        for each in item:
            _check_hashable(each)


# -- parts


def attribute(item: Any, name: str, doubt: Doubt) -> Any:
    """What `item.name` gives, from the recorded attributes."""
    if isinstance(item, TypeName) and name in ("__name__", "__qualname__"):
        return item.name
    if isinstance(item, TypeName) and name == "__module__":
        return item.module or "builtins"
    if isinstance(item, Value):
        _known(item)
        found = item.attr(name)
        if found is not None:
            doubt.note(item)
            return lift(found)
        if item.kind == "exception" and name == "args":
            doubt.note(item)
            return tuple(lift(m) for role, _, m in item.entries() if role == "item")
        if (
            item.kind in ("class", "function")
            and name in ("__name__", "__qualname__")
            and item.text
        ):
            return item.text.rpartition(".")[2] if name == "__name__" else item.text
        raise EvaluationError(
            f"{item.type_name} has no recorded attribute {name}",
            hint="properties are not recorded",
        )
    if isinstance(item, int | float | complex) and name in ("real", "imag"):
        return getattr(item, name)
    if isinstance(item, range | slice) and name in ("start", "stop", "step"):
        return getattr(item, name)
    raise EvaluationError(f"{type(item).__name__} has no attribute {name} that can be evaluated")


def subscript(item: Any, index: Any, doubt: Doubt) -> Any:
    """What `item[index]` gives."""
    if isinstance(index, slice):
        index = slice(*(plain(each, doubt) for each in (index.start, index.stop, index.step)))
    if not isinstance(item, Value):
        if isinstance(item, dict):
            return item[key(index, doubt)]
        if not isinstance(item, str | bytes | list | tuple | range):
            raise EvaluationError(f"{type(item).__name__} cannot be subscripted")
        return item[plain(index, doubt)]
    _known(item)
    if item.kind in ("str", "bytes", "range", "bytearray"):
        if item.kind in ("str", "bytes"):
            return _cut_text(item, plain(index, doubt), doubt)
        return plain(item, doubt)[plain(index, doubt)]
    if item.kind not in CONTAINER_KINDS or not (_builtin(item) or item.kind == "namedtuple"):
        raise refuse(f"subscripting {item.type_name}")
    doubt.note(item)
    if item.kind in MAPPING_KINDS:
        return _dictionary_item(item, index, doubt)
    if item.kind in SET_KINDS:
        raise EvaluationError("a set cannot be subscripted")
    return _sequence_item(item, plain(index, doubt), doubt)


def _cut_text(item: Value, index: Any, doubt: Doubt) -> Any:
    doubt.note(item)
    known, size = len(item.data), item.size or 0
    span = range(size)[index]
    wanted = span if isinstance(span, range) else range(span, span + 1)
    if len(wanted) and max(wanted[0], wanted[-1]) >= known:
        _complete(item, doubt)
    return item.data[index] if not isinstance(span, range) else item.data[:known][_slice(span)]


def _slice(span: range) -> slice:
    stop: int | None = span.stop
    if span.step < 0 and span.stop < 0:
        stop = None
    return slice(span.start, stop, span.step)


def _dictionary_item(item: Value, index: Any, doubt: Doubt) -> Any:
    for each, member in item.under(index):
        lifted = lift(each)
        if isinstance(lifted, Value) and not _comparable(lifted):
            if same_object(lifted, index):
                return lift(member)
            if isinstance(index, Value):
                raise refuse(f"comparing {lifted.type_name}")
            continue
        if equal(lifted, index, doubt, 1):
            return lift(member)
    _complete(item, doubt)
    raise EvaluationError("KeyError: there is no such key")


def _sequence_item(item: Value, index: Any, doubt: Doubt) -> Any:
    size = item.size or 0
    if isinstance(index, slice):
        wanted = [item.item(k) for k in range(*index.indices(size))[: MAX_LENGTH + 1]]
        check_length(len(wanted))
        if any(each is None for each in wanted):
            _complete(item, doubt)
        members = [lift(each) for each in wanted]
        return tuple(members) if item.kind in ("tuple", "namedtuple") else members
    if isinstance(index, bool):
        index = int(index)
    if not isinstance(index, int):
        raise EvaluationError("an index must be a whole number")
    if not -size <= index < size:
        raise EvaluationError(f"IndexError: {index} is outside a length of {size:,}")
    found = item.item(index)
    if found is None:
        raise EvaluationError(f"item {index} is not in the recording: the contents were cut")
    return lift(found)
