"""Values as they stand in rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..._speedups.unpack import Text
from ...model.text import safe_text

if TYPE_CHECKING:
    from ...model.values import Value
    from ..recording import Recording

WIDTH = 200
MAX_NUMBER = 2**63
KEPT = 100_000

Progress = Callable[[float], None]
Shown = tuple[str | None, str | None, int | float | None, int | None]
"""A value as text, its type, itself where it is a number, and its identity."""
Rows = Iterator[tuple[Any, ...]]


class Values:
    """Values as they stand in rows; plain ones that come again and again are made once."""

    def __init__(self, rec: Recording) -> None:
        self._state = rec.state
        self._kept: dict[tuple[type, Any], Shown] = {}

    def plain(self, raw: Any) -> Shown | None:
        """A decoded value that is the same at each step; None for others."""
        kind = type(raw)
        plain = raw
        if kind is Text:
            if raw.truncated or len(raw.value) > WIDTH:
                return None
            plain = raw.value
        elif kind is float:
            if not raw:  # 0.0 and -0.0 are one key
                return None
        elif kind is not int and kind is not bool and raw is not None:
            return None
        found = self._kept.get((kind, plain))
        if found is None:
            if len(self._kept) > KEPT:
                self._kept.clear()
            found = self._kept[kind, plain] = of_value(self._state.value(raw, 0))
        return found

    def at(self, raw: Any, step: int) -> Shown:
        """A decoded value at a step."""
        found = self.plain(raw)
        return of_value(self._state.value(raw, step)) if found is None else found


def number_of(raw: Any) -> int | float | None:
    """A decoded value where it is a number (bool: 0 or 1) that has room in a column."""
    if isinstance(raw, bool):
        return int(raw)
    if isinstance(raw, float):
        return raw
    return raw if isinstance(raw, int) and -MAX_NUMBER <= raw < MAX_NUMBER else None


def of_value(value: Value | None) -> Shown:
    """A value as it stands in a row."""
    if value is None:
        return None, None, None, None
    number: int | float | None = None
    if value.kind in ("int", "float", "bool") and not value.truncated:
        number = number_of(value.data)
    return value.summary(WIDTH), safe_text(value.type_name), number, value.object_id
