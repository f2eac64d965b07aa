"""The methods of builtin types that expressions over a recording may call: those that change
nothing.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from ..errors import EvaluationError
from ..model.values import MAPPING_KINDS, Value
from .bounds import formatted, show
from .operations import (
    Doubt,
    View,
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
    subscript,
)

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
            return _mapping_method(receiver, name, arguments, keywords, doubt)
        if receiver.kind in ("list", "tuple", "namedtuple", "deque"):
            return _sequence_method(receiver, name, arguments, keywords, doubt)
        if receiver.is_scalar or receiver.kind in ("set", "frozenset", "bytearray"):
            return method(plain(receiver, doubt), name, arguments, keywords, doubt)
        raise refuse(f"{receiver.type_name}.{name}()")
    if isinstance(receiver, dict):
        return _mapping_method(receiver, name, arguments, keywords, doubt)
    if isinstance(receiver, list | tuple):
        return _sequence_method(receiver, name, arguments, keywords, doubt)
    if isinstance(receiver, str | bytes | bytearray):
        return _text_method(receiver, name, arguments, keywords, doubt)
    if isinstance(receiver, set | frozenset):
        if name == "copy" and not arguments:
            return receiver
        if name in _SETS and not keywords:
            others = [
                {key(each, doubt) for each in iterate(item, doubt, any_order=True)}
                for item in arguments
            ]
            return getattr(receiver, name)(*others)
    if (
        isinstance(receiver, int | float | complex)
        and name in _NUMBERS
        and not (arguments or keywords)
    ):
        return getattr(receiver, name)()
    raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")


def _mapping_method(
    receiver: Any, name: str, arguments: list[Any], keywords: dict[str, Any], doubt: Doubt
) -> Any:
    if keywords:
        raise EvaluationError(f"{name}() takes no named arguments here")
    if name == "get" and 1 <= len(arguments) <= 2:
        if contains(receiver, arguments[0], doubt):
            return subscript(receiver, arguments[0], doubt)
        return arguments[1] if len(arguments) > 1 else None
    if arguments:
        raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")
    found = pairs(receiver, doubt)
    if name == "keys":
        return View("dict_keys", [each for each, _ in found])
    if name == "values":
        return View("dict_values", [member for _, member in found])
    if name == "items":
        return View("dict_items", list(found))
    if name == "copy":
        return {key(each, doubt): member for each, member in found}
    raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")


def _sequence_method(
    receiver: Any, name: str, arguments: list[Any], keywords: dict[str, Any], doubt: Doubt
) -> Any:
    kind = receiver.kind if isinstance(receiver, Value) else type(receiver).__name__
    if keywords:
        raise EvaluationError(f"{name}() takes no named arguments here")
    if name == "copy" and not arguments and kind == "list":
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
    if name == "join" and len(arguments) == 1 and not keywords:
        parts = as_list(plain(each, doubt) for each in iterate(arguments[0], doubt))
        if not all(isinstance(each, str | bytes | bytearray) for each in parts):
            raise EvaluationError("TypeError: join() takes text only")
        check_length(sum(map(len, parts)) + len(receiver) * len(parts))
        return receiver.join(parts)
    if name == "format" and isinstance(receiver, str):
        return _format(receiver, arguments, keywords, doubt)
    given = [plain(each, doubt) for each in arguments]
    named = {each: plain(value, doubt) for each, value in keywords.items()}
    if name in _TEXT:
        if name == "encode" and (given or named):
            _check_codec([*given, *named.values()])
        return getattr(receiver, name)(*given, **named)
    if name in _PADDING and given and isinstance(given[0], int) and not named:
        check_length(given[0])
        return getattr(receiver, name)(*given)
    if name == "expandtabs" and len(given) <= 1 and not named:
        width = given[0] if given else 8
        if isinstance(width, int):
            check_length(len(receiver) + len(receiver) * max(width, 0))
        return receiver.expandtabs(*given)
    if name == "replace" and 2 <= len(given) <= 3 and not named:
        old, new = given[0], given[1]
        check_length(len(receiver) + receiver.count(old) * len(new))
        return receiver.replace(*given)
    raise EvaluationError(f"the method {name}() cannot be evaluated over a recording")


_CODECS = frozenset({"utf-8", "utf8", "ascii", "latin-1", "latin1", "utf-16", "utf-32", "cp1252"})
_HANDLERS = frozenset({"strict", "ignore", "replace", "backslashreplace", "surrogateescape"})


_CONVERSIONS: dict[str, Callable[[Any], str]] = {"r": repr, "s": str, "a": ascii}


def _check_codec(given: list[Any]) -> None:
    """A program may have registered codecs and handlers of its own."""
    for each in given:
        if not isinstance(each, str) or each.lower() not in _CODECS | _HANDLERS:
            raise EvaluationError("this encoding might run the program's code")


def _format(text: str, arguments: list[Any], keywords: dict[str, Any], doubt: Doubt) -> str:
    """`"{} {name:>5}".format(...)`, each field by itself."""
    parts: list[str] = []
    count = 0
    for literal, field, spec, conversion in string.Formatter().parse(text):
        parts.append(literal)
        if field is None:
            continue
        if spec and "{" in spec:
            raise EvaluationError("a format inside a format cannot be evaluated here")
        if field == "":
            place: Any = count
            count += 1
        elif field.isdecimal():
            place, count = int(field), -(1 << 30)
        else:
            place = field
        known: Any = arguments if isinstance(place, int) else keywords
        if (isinstance(place, int) and not 0 <= place < len(arguments)) or (
            isinstance(place, str) and place not in keywords
        ):
            raise EvaluationError(f"format() is given no {field or 'more'}")
        value = known[place]
        if conversion:
            if conversion not in _CONVERSIONS:
                raise EvaluationError("this conversion is unknown")
            value = show(value, _CONVERSIONS[conversion], doubt)
        parts.append(formatted(value, spec or "", doubt))
        check_length(sum(map(len, parts)))
    return "".join(parts)
