"""The builtin functions and the methods that expressions over a recording may call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import EvaluationError
from ..model.values import CONTAINER_KINDS, MAPPING_KINDS, SCALAR_KINDS, Value
from .operations import (
    MAX_BITS,
    TYPE_NAMES,
    Builtin,
    Doubt,
    TypeName,
    as_list,
    check_length,
    contains,
    equal,
    iterate,
    key,
    lift,
    pairs,
    plain,
    refuse,
    show,
    subscript,
    truth,
)

MAX_DIGITS = 10_000


def _no_keywords(keywords: dict[str, Any], *allowed: str) -> None:
    for name in keywords:
        if name not in allowed:
            raise EvaluationError(f"the argument {name}= cannot be evaluated over a recording")


def _one(name: str, arguments: list[Any]) -> Any:
    if len(arguments) != 1:
        raise EvaluationError(f"{name}() takes one argument here")
    return arguments[0]


def _len(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> int:
    item = _one("len", arguments)
    _no_keywords(keywords)
    if isinstance(item, Value):
        known = item.kind in CONTAINER_KINDS or item.kind in ("str", "bytes")
        if known and item.size is not None:
            name = item.type_name.rpartition(".")[2]
            if item.kind in SCALAR_KINDS or item.kind == "namedtuple" or name in _SIZED:
                doubt.note(item)
                return item.size
        if item.kind == "range":
            return len(item.python())
        raise refuse(f"the length of {item.type_name}")
    return len(item)


_SIZED = frozenset(
    [
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
    ]
)


def _plain_call(
    function: Callable[..., Any], *allowed: str
) -> Callable[[list[Any], dict[str, Any], Doubt], Any]:
    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
        _no_keywords(keywords, *allowed)
        given = [plain(each, doubt) for each in arguments]
        for each in given:
            if isinstance(each, range):
                check_length(len(each))
        return function(*given, **{name: plain(each, doubt) for name, each in keywords.items()})

    return call


def _member_call(function: Callable[..., Any]) -> Callable[..., Any]:
    """For functions that look at the members of their one argument."""

    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
        _no_keywords(keywords, "reverse", "default", "start")
        named = {name: plain(each, doubt) for name, each in keywords.items()}
        if not arguments:
            raise EvaluationError("an argument is missing")
        first = [plain(each, doubt) for each in iterate(arguments[0], doubt)]
        rest = [plain(each, doubt) for each in arguments[1:]]
        result = function(first, *rest, **named)
        if isinstance(result, int) and result.bit_length() > MAX_BITS:
            raise EvaluationError("the number would be too large")
        return result

    return call


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    over_members = _member_call(function)
    over_arguments = _plain_call(function)

    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
        chosen = over_members if len(arguments) == 1 else over_arguments
        return chosen(arguments, keywords, doubt)

    return call


def _sum(first: list[Any], start: Any = 0) -> Any:
    total = start
    for item in first:
        if not isinstance(item, int | float | complex):
            raise EvaluationError("sum() adds numbers here")
        total += item
    return total


def _truths(stop: bool) -> Callable[..., bool]:
    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> bool:
        _no_keywords(keywords)
        for each in iterate(_one("any" if stop else "all", arguments), doubt):
            if truth(each, doubt) is stop:
                return stop
        return not stop

    return call


def _collect(make: Callable[[list[Any]], Any], hashed: bool) -> Callable[..., Any]:
    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
        _no_keywords(keywords)
        members = iterate(_one("this", arguments), doubt) if arguments else []
        return make([key(each, doubt) for each in members] if hashed else members)

    return call


def _dict(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    result: dict[Any, Any] = {}
    for each in arguments[:1]:
        if isinstance(each, dict) or (isinstance(each, Value) and each.kind in MAPPING_KINDS):
            found = pairs(each, doubt)
        else:
            found = [tuple(iterate(pair, doubt)) for pair in iterate(each, doubt)]
        for pair in found:
            if len(pair) != 2:
                raise EvaluationError("dict() takes pairs")
            result[key(pair[0], doubt)] = pair[1]
    return {**result, **keywords}


def _enumerate(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords, "start")
    start = arguments[1] if len(arguments) > 1 else keywords.get("start", 0)
    return list(enumerate(iterate(arguments[0], doubt), plain(start, doubt)))


def _zip(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords, "strict")
    strict = bool(keywords.get("strict", False))
    return list(zip(*(iterate(each, doubt) for each in arguments), strict=strict))


def _reversed(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    return iterate(_one("reversed", arguments), doubt)[::-1]


def _round(number: Any, digits: Any = None) -> Any:
    if isinstance(digits, int) and abs(digits) > MAX_DIGITS:
        raise EvaluationError("round() to so many digits is refused")
    return round(number) if digits is None else round(number, digits)


def _range(*bounds: Any) -> range:
    return range(*bounds)


def _shown(function: Callable[[Any], str]) -> Callable[..., str]:
    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> str:
        _no_keywords(keywords)
        if not arguments:
            return ""
        return show(_one(function.__name__, arguments), function, doubt)

    return call


def type_of(item: Any) -> TypeName:
    """The type of a domain value."""
    if isinstance(item, Value):
        if item.kind == "class":
            raise EvaluationError("the type of a class is not recorded")
        return TypeName(item.module, item.type_name)
    if isinstance(item, Builtin | TypeName):
        return TypeName("", "type")
    return TypeName("", type(item).__name__)


def _type(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> TypeName:
    _no_keywords(keywords)
    return type_of(_one("type", arguments))


_PARENTS = {"bool": {"bool", "int", "object"}}


def _isinstance(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> bool:
    _no_keywords(keywords)
    if len(arguments) != 2:
        raise EvaluationError("isinstance() takes two arguments")
    item, wanted = arguments
    choices = list(wanted) if isinstance(wanted, tuple) else [wanted]
    unsure = False
    for choice in choices:
        answer = _is_a(item, choice)
        if answer:
            return True
        unsure = unsure or answer is None
    if unsure:
        raise EvaluationError("the base classes of this type are not recorded")
    return False


def _is_a(item: Any, choice: Any) -> bool | None:
    """Whether `item` is a `choice`; None if the recording cannot tell."""
    found = type_of(item)
    builtin = isinstance(choice, Builtin) and choice.name in TYPE_NAMES
    if builtin and choice.name == "object":
        return True
    if not isinstance(item, Value) or (found.module == "" and found.name in TYPE_NAMES):
        parents = _PARENTS.get(found.name, {found.name, "object"})
        if builtin:
            return choice.name in parents
        return False if isinstance(choice, Value) and choice.kind == "class" else None
    if builtin:
        if choice.name in ("list", "dict", "set", "frozenset", "tuple", "bytearray"):
            same = item.kind == choice.name or (
                item.kind == "namedtuple" and choice.name == "tuple"
            )
            return same if item.kind in CONTAINER_KINDS else False
        return None if item.kind in ("enum", "opaque", "value", "instance") else False
    if isinstance(choice, Value) and choice.kind == "class":
        text = choice.text or ""
        if text and found.name.rpartition(".")[2] == text.rpartition(".")[2]:
            return True
        return None
    raise EvaluationError("isinstance() takes a type or a tuple of types")


def _builtin(name: str, call: Callable[[list[Any], dict[str, Any], Doubt], Any]) -> Builtin:
    return Builtin(name, call)


BUILTINS: dict[str, Builtin] = {
    name: _builtin(name, call)
    for name, call in {
        "len": _len,
        "min": _extreme(min),
        "max": _extreme(max),
        "sum": _member_call(_sum),
        "sorted": _member_call(sorted),
        "abs": _plain_call(abs),
        "any": _truths(True),
        "all": _truths(False),
        "range": _plain_call(_range),
        "isinstance": _isinstance,
        "type": _type,
        "str": _shown(str),
        "repr": _shown(repr),
        "int": _plain_call(int),
        "float": _plain_call(float),
        "complex": _plain_call(complex),
        "bool": lambda arguments, keywords, doubt: truth(_one("bool", arguments), doubt),
        "bytes": _plain_call(lambda item=b"": bytes(_bytes_like(item))),
        "list": _collect(list, False),
        "tuple": _collect(tuple, False),
        "set": _collect(set, True),
        "frozenset": _collect(frozenset, True),
        "dict": _dict,
        "round": _plain_call(_round),
        "enumerate": _enumerate,
        "zip": _zip,
        "reversed": _reversed,
        "divmod": _plain_call(divmod),
        "ord": _plain_call(ord),
        "chr": _plain_call(chr),
        "object": lambda *_: _never(),
        "bytearray": lambda *_: _never(),
        "slice": lambda *_: _never(),
    }.items()
}


def _bytes_like(item: Any) -> Any:
    if not isinstance(item, bytes | bytearray | list | tuple):
        raise EvaluationError("bytes() takes bytes or numbers here")
    return item


def _never() -> Any:
    raise EvaluationError("this type can be compared with, but not made")


_TEXT = frozenset(
    [
        "capitalize",
        "casefold",
        "count",
        "endswith",
        "find",
        "index",
        "isalnum",
        "isalpha",
        "isascii",
        "isdecimal",
        "isdigit",
        "isidentifier",
        "islower",
        "isnumeric",
        "isprintable",
        "isspace",
        "istitle",
        "isupper",
        "lower",
        "lstrip",
        "partition",
        "removeprefix",
        "removesuffix",
        "rfind",
        "rindex",
        "rpartition",
        "rsplit",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "swapcase",
        "title",
        "upper",
        "encode",
        "decode",
        "hex",
    ]
)
_PADDING = frozenset({"ljust", "rjust", "center", "zfill"})
_SETS = frozenset(
    [
        "union",
        "intersection",
        "difference",
        "symmetric_difference",
        "issubset",
        "issuperset",
        "isdisjoint",
    ]
)
_NUMBERS = frozenset({"bit_length", "bit_count", "is_integer", "conjugate", "as_integer_ratio"})


def method(
    receiver: Any, name: str, arguments: list[Any], keywords: dict[str, Any], doubt: Doubt
) -> Any:
    """What `receiver.name(...)` gives, for methods of builtins that change nothing."""
    if isinstance(receiver, Value):
        if receiver.kind in MAPPING_KINDS or isinstance(lift(receiver), dict):
            return _mapping_method(receiver, name, arguments, doubt)
        if receiver.kind in ("list", "tuple", "namedtuple", "deque"):
            return _sequence_method(receiver, name, arguments, doubt)
        if receiver.kind in ("set", "frozenset", "str", "bytes", "bytearray"):
            return method(plain(receiver, doubt), name, arguments, keywords, doubt)
        raise refuse(f"{receiver.type_name}.{name}()")
    if isinstance(receiver, dict):
        return _mapping_method(receiver, name, arguments, doubt)
    if isinstance(receiver, list | tuple):
        return _sequence_method(receiver, name, arguments, doubt)
    if isinstance(receiver, str | bytes | bytearray):
        return _text_method(receiver, name, arguments, keywords, doubt)
    if isinstance(receiver, set | frozenset):
        if name == "copy":
            return receiver
        if name in _SETS:
            others = [{key(each, doubt) for each in iterate(item, doubt)} for item in arguments]
            return getattr(receiver, name)(*others)
    if isinstance(receiver, int | float | complex) and name in _NUMBERS and not arguments:
        return getattr(receiver, name)()
    raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")


def _mapping_method(receiver: Any, name: str, arguments: list[Any], doubt: Doubt) -> Any:
    if name == "get" and arguments:
        if contains(receiver, arguments[0], doubt):
            return subscript(receiver, arguments[0], doubt)
        return arguments[1] if len(arguments) > 1 else None
    if arguments:
        raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")
    found = pairs(receiver, doubt)
    if name == "keys":
        return [each for each, _ in found]
    if name == "values":
        return [member for _, member in found]
    if name == "items":
        return found
    if name == "copy":
        return {key(each, doubt): member for each, member in found}
    raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")


def _sequence_method(receiver: Any, name: str, arguments: list[Any], doubt: Doubt) -> Any:
    if name == "copy" and not arguments:
        return iterate(receiver, doubt)
    if name == "count" and len(arguments) == 1:
        return sum(equal(each, arguments[0], doubt, 1) for each in iterate(receiver, doubt))
    if name == "index" and len(arguments) == 1:
        for index, each in enumerate(iterate(receiver, doubt)):
            if equal(each, arguments[0], doubt, 1):
                return index
        raise EvaluationError("ValueError: it is not in there")
    raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")


def _text_method(
    receiver: Any, name: str, arguments: list[Any], keywords: dict[str, Any], doubt: Doubt
) -> Any:
    given = [plain(each, doubt) for each in arguments]
    named = {each: plain(value, doubt) for each, value in keywords.items()}
    if name in _TEXT:
        return getattr(receiver, name)(*given, **named)
    if name in _PADDING and given and isinstance(given[0], int):
        check_length(given[0])
        return getattr(receiver, name)(*given)
    if name == "join" and len(arguments) == 1:
        parts = as_list(plain(each, doubt) for each in iterate(arguments[0], doubt))
        check_length(sum(map(len, parts)) + len(receiver) * len(parts))
        return receiver.join(parts)
    if name == "replace" and len(given) >= 2:
        old, new = given[0], given[1]
        check_length(len(receiver) + receiver.count(old) * len(new))
        return receiver.replace(*given)
    raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")
