"""The builtin functions and the methods that expressions over a recording may call."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from ..errors import EvaluationError
from ..model.values import CONTAINER_KINDS, MAPPING_KINDS, SCALAR_KINDS, SET_KINDS, Value
from .bounds import check_operation, formatted, show
from .exact import is_number
from .operations import (
    MAX_BITS,
    TYPE_NAMES,
    Builtin,
    Doubt,
    Stream,
    TypeName,
    View,
    attribute,
    check_length,
    is_set,
    iterate,
    key,
    lazily,
    pairs,
    plain,
    refuse,
    same_object,
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
    if isinstance(item, View):
        return len(item.members)
    if isinstance(item, Stream):
        raise EvaluationError("TypeError: an iterator has no len()")
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


def apply(function: Any, arguments: list[Any], doubt: Doubt) -> Any:
    """What a function that was given as an argument gives."""
    if not isinstance(function, Builtin):
        raise EvaluationError("calling this would run the program's code")
    return function.call(arguments, {}, doubt)


def _keys(members: list[Any], keywords: dict[str, Any], doubt: Doubt) -> list[Any]:
    """What members are compared by."""
    function = keywords.get("key")
    if function is None:
        return [plain(each, doubt) for each in members]
    return [plain(apply(function, [each], doubt), doubt) for each in members]


def _check_ties(keys: list[Any], members: list[Any], *, scrambled: bool) -> None:
    """Members that compare equal stay in the order of a set, which is not recorded."""
    if not scrambled:
        return
    ordered = sorted(range(len(keys)), key=keys.__getitem__)
    for one, other in pairwise(ordered):
        if keys[one] == keys[other] and not _alike(members[one], members[other]):
            raise EvaluationError("the order of a set is not recorded, and decides here")


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, Value) or isinstance(other, Value):
        return isinstance(one, Value) and isinstance(other, Value) and same_object(one, other)
    return repr(one) == repr(other)


def _sorted(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> list[Any]:
    _no_keywords(keywords, "key", "reverse")
    source = _one("sorted", arguments)
    members = iterate(source, doubt, any_order=True)
    keys = _keys(members, keywords, doubt)
    _check_ties(keys, members, scrambled=is_set(source))
    turned = plain(keywords.get("reverse", False), doubt)
    if not isinstance(turned, int):
        raise EvaluationError("reverse= takes a truth value")
    return [
        members[k] for k in sorted(range(len(keys)), key=keys.__getitem__, reverse=bool(turned))
    ]


def _extreme(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
        _no_keywords(keywords, "key", "default")
        if not arguments:
            raise EvaluationError("an argument is missing")
        if len(arguments) > 1 and "default" in keywords:
            raise EvaluationError("default= belongs to one argument")
        source = arguments[0] if len(arguments) == 1 else list(arguments)
        members = iterate(source, doubt, any_order=True)
        if not members and "default" in keywords:
            return keywords["default"]
        keys = _keys(members, keywords, doubt)
        _check_ties(keys, members, scrambled=is_set(source))
        return members[function(range(len(keys)), key=keys.__getitem__)]

    return call


def _sum(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords, "start")
    if not 1 <= len(arguments) <= 2 or (len(arguments) == 2 and keywords):
        raise EvaluationError("sum() takes members and where to start")
    start = arguments[1] if len(arguments) > 1 else keywords.get("start", 0)
    source = arguments[0]
    members = iterate(source, doubt, any_order=True)
    start = plain(start, doubt)
    if isinstance(start, list | tuple) and type(start) in (list, tuple):
        return _joined(members, start, doubt)
    numbers = [plain(each, doubt) for each in members]
    plainly = (isinstance(each, int | float | complex) for each in (start, *numbers))
    if not all(plainly) and not all(map(is_number, (start, *numbers))):
        raise EvaluationError("sum() adds numbers or lists here")
    if is_set(source) and any(not isinstance(each, int) for each in numbers):
        raise EvaluationError("the order of a set is not recorded, and decides how this is rounded")
    bits = sum(each.bit_length() for each in numbers if isinstance(each, int) and each > 1 << 64)
    if bits > MAX_BITS * 10:
        raise EvaluationError("the number would be too large")
    return sum(numbers, start)


def _joined(members: list[Any], start: Any, doubt: Doubt) -> Any:
    result = list(start)
    for each in members:
        kind = each.kind if isinstance(each, Value) else type(each).__name__
        if kind != type(start).__name__:
            raise EvaluationError(f"sum() cannot add {kind} to {type(start).__name__}")
        result += iterate(each, doubt)
        check_length(len(result))
    return type(start)(result)


def _truths(stop: bool) -> Callable[..., bool]:
    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> bool:
        _no_keywords(keywords)
        source = _one("any" if stop else "all", arguments)
        for each in lazily(source, doubt, any_order=True):
            if truth(each, doubt) is stop:
                return stop
        return not stop

    return call


def _collect(make: Callable[[list[Any]], Any], hashed: bool) -> Callable[..., Any]:
    def call(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
        _no_keywords(keywords)
        source = _one("this", arguments) if arguments else []
        members = iterate(source, doubt, any_order=hashed)
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
    if not 1 <= len(arguments) <= 2 or (len(arguments) == 2 and keywords):
        raise EvaluationError("enumerate() takes members and where to start")
    start = plain(arguments[1] if len(arguments) > 1 else keywords.get("start", 0), doubt)
    if not isinstance(start, int):
        raise EvaluationError("enumerate() starts with a whole number")
    return Stream("enumerate", enumerate(_in_order(arguments[0], doubt), int(start)))


def _in_order(item: Any, doubt: Doubt) -> Iterator[Any]:
    """The members one by one, where their order is known."""
    if isinstance(item, Stream):
        return iter(iterate(item, doubt))
    return lazily(item, doubt)


def _zip(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords, "strict")
    strict = truth(keywords.get("strict", False), doubt)
    return Stream("zip", zip(*(_in_order(each, doubt) for each in arguments), strict=strict))


def _reversed(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords)
    item = _one("reversed", arguments)
    if isinstance(item, Stream) or (isinstance(item, Value) and item.kind in SET_KINDS):
        raise EvaluationError("reversed() takes a sequence")
    if isinstance(item, set | frozenset):
        raise EvaluationError("reversed() takes a sequence")
    if isinstance(item, range):
        return Stream("range_iterator", iter(item[::-1]))
    return Stream("", iter(iterate(item, doubt)[::-1]))


def _map(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords)
    if len(arguments) < 2:
        raise EvaluationError("map() takes a function and what it is to go through")
    function, *sources = arguments
    rows = zip(*(_in_order(each, doubt) for each in sources), strict=False)
    return Stream("map", (apply(function, list(row), doubt) for row in rows))


def _filter(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords)
    if len(arguments) != 2:
        raise EvaluationError("filter() takes a function and what it is to go through")
    function, source = arguments

    def keeps(each: Any) -> bool:
        return truth(each if function is None else apply(function, [each], doubt), doubt)

    return Stream("filter", (each for each in _in_order(source, doubt) if keeps(each)))


def _iter(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords)
    item = _one("iter", arguments)
    return item if isinstance(item, Stream) else Stream("", _in_order(item, doubt))


def _next(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords)
    if not 1 <= len(arguments) <= 2:
        raise EvaluationError("next() takes an iterator and perhaps a default")
    if not isinstance(arguments[0], Stream):
        raise EvaluationError("next() would move an iterator of the program")
    for each in arguments[0].iterator:
        if arguments[0].scrambled:
            raise EvaluationError("the order of a set is not recorded")
        return each
    if len(arguments) > 1:
        return arguments[1]
    raise EvaluationError("StopIteration: the iterator has no more members")


def _power(base: Any, exponent: Any, modulus: Any = None) -> Any:
    if modulus is not None:
        bits = max(each.bit_length() for each in (base, exponent, modulus) if isinstance(each, int))
        if bits > 4096:
            raise EvaluationError("the number would be too large")
        return pow(base, exponent, modulus)
    check_operation("Pow", base, exponent)
    return pow(base, exponent)


def _whole(*given: Any) -> int:
    if len(given) > 2:
        raise EvaluationError("int() takes a number or text, and a base")
    return int(*given)


def _format(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> str:
    _no_keywords(keywords)
    if not 1 <= len(arguments) <= 2:
        raise EvaluationError("format() takes a value and a format")
    spec = plain(arguments[1], doubt) if len(arguments) > 1 else ""
    if not isinstance(spec, str):
        raise EvaluationError("a format is text")
    return formatted(arguments[0], spec, doubt)


def _getattr(arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> Any:
    _no_keywords(keywords)
    if len(arguments) != 2 or not isinstance(arguments[1], str):
        raise EvaluationError("getattr() takes an object and an attribute's name here")
    return attribute(arguments[0], arguments[1], doubt)


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
    if isinstance(item, TypeName) or (isinstance(item, Builtin) and item.name in TYPE_NAMES):
        return TypeName("", "type")
    if isinstance(item, Builtin):
        lambdas = item.name == "<lambda>"
        return TypeName("", "function" if lambdas else "builtin_function_or_method")
    if isinstance(item, Stream | View):
        if not item.name:
            raise EvaluationError("the type of this iterator is not known")
        return TypeName("", item.name)
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
        "sum": _sum,
        "sorted": _sorted,
        "map": _map,
        "filter": _filter,
        "iter": _iter,
        "next": _next,
        "pow": _plain_call(_power),
        "bin": _plain_call(bin),
        "oct": _plain_call(oct),
        "hex": _plain_call(hex),
        "ascii": _shown(ascii),
        "format": _format,
        "getattr": _getattr,
        "abs": _plain_call(abs),
        "any": _truths(True),
        "all": _truths(False),
        "range": _plain_call(_range),
        "isinstance": _isinstance,
        "type": _type,
        "str": _shown(str),
        "repr": _shown(repr),
        "int": _plain_call(_whole),
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
