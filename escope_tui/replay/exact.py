"""Numbers and times of the standard library whose comparisons and sums no setting decides."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from typing import Any

from ..errors import EvaluationError
from ..model.values import Contents, Value

DIGITS = 400
"""Longer numbers are not computed with, nor those with so large an exponent."""
PRECISION = 28
"""Digits of the decimal context that a program begins with."""
_NUMBER = re.compile(r"^Decimal\('([-+]?[0-9]*\.?[0-9]*(?:[eE][-+]?[0-9]{1,4})?)'\)$")
_MOMENT = re.compile(
    r"^datetime\.(date|time|datetime)\(([0-9, ]*)(tzinfo=datetime\.timezone\.utc)?\)$"
)


class UnsettledError(Exception):
    """A decimal number was met outside `context`, which few expressions need."""


def exact(value: Value) -> Any:
    """The number or time that a recorded value is, to compute with; None for all others. It is
    exactly of the class of the standard library, of which no program changes the methods.
    """
    place = (value.module, value.type_name.rpartition(".")[2])
    if place == ("decimal", "Decimal"):
        return _decimal(value.text)
    if place == ("fractions", "Fraction"):
        return _fraction(value)
    if place[0] == "datetime":
        return _difference(value) if place[1] == "timedelta" else _moment(value.text, place[1])
    return None


def _decimal(text: str | None) -> Any:
    found = _NUMBER.match(text or "")
    if found is None or len(found[1]) > DIGITS:
        return None
    from decimal import Decimal, Inexact, InvalidOperation, getcontext

    if not getcontext().traps[Inexact]:
        raise UnsettledError
    try:
        number = Decimal(found[1])
    except InvalidOperation:
        return None
    return number if abs(number.adjusted()) <= DIGITS else None


def _fraction(value: Value) -> Any:
    from fractions import Fraction

    parts = [value.attr(name) for name in ("_numerator", "_denominator")]
    numbers = [part.data for part in parts if part is not None and part.kind == "int"]
    if len(numbers) != 2 or not numbers[1] or any(n.bit_length() > 4 * DIGITS for n in numbers):
        return None
    return Fraction(*numbers)


def _moment(text: str | None, name: str) -> Any:
    found = _MOMENT.match(text or "")
    if found is None or found[1] != name:
        return None
    import datetime

    numbers = [int(each) for each in re.findall(r"[0-9]{1,6}", found[2])]
    zone = {"tzinfo": datetime.UTC} if found[3] else {}
    try:
        return getattr(datetime, name)(*numbers, **zone)
    except (TypeError, ValueError, OverflowError):
        return None


def _difference(value: Value) -> Any:
    import datetime

    parts = [value.attr(name) for name in ("days", "seconds", "microseconds")]
    numbers = [part.data for part in parts if part is not None and part.kind == "int"]
    try:
        return datetime.timedelta(*numbers) if len(numbers) == 3 else None
    except OverflowError:
        return None


def contents_of(found: Any) -> Contents | None:
    """What a computed number or time shows as; None for what is none of these."""
    kind = type(found)
    if (kind.__module__, kind.__name__) == ("fractions", "Fraction"):
        parts = (("_numerator", found.numerator), ("_denominator", found.denominator))
        return Contents("instance", kind.__name__, kind.__module__, attrs=parts)
    if kind.__module__ == "decimal" and kind.__name__ == "Decimal":
        return Contents("value", kind.__name__, kind.__module__, text=repr(found))
    if kind.__module__ == "datetime":
        names = ("days", "seconds", "microseconds") if kind.__name__ == "timedelta" else ()
        attrs = tuple((name, getattr(found, name)) for name in names)
        return Contents("value", kind.__name__, kind.__module__, attrs=attrs, text=repr(found))
    return None


def is_number(found: Any) -> bool:
    """Whether something can be added up."""
    return isinstance(found, int | float | complex) or contents_of(found) is not None


def context() -> AbstractContextManager[Any]:
    """Decimals are computed as a program does that has changed no setting, and only as long as
    nothing is rounded.
    """
    import decimal

    traps = [decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Inexact]
    return decimal.localcontext(decimal.Context(prec=PRECISION, traps=traps))


def check_power(name: str, *numbers: Any) -> None:
    """Refuse powers, whose results could be huge."""
    if name == "Pow" and any(contents_of(each) is not None for each in numbers):
        raise EvaluationError("powers of such numbers are not computed")


def refusal(error: Exception) -> str:
    """The reason in the words of the question, where a setting of the program would decide."""
    if type(error).__name__ == "Inexact":
        return "the result would be rounded, as the program's decimal context says"
    return ""
