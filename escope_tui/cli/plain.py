"""Answers as JSON has them: values as their one safe line, everything else as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from escope_tui.cli.common import shown
from escope_tui.errors import EscopeError
from escope_tui.model.answers import HistoryPoint
from escope_tui.model.events import Call, ExceptionEvent, OutputChunk, Place
from escope_tui.model.text import safe_text
from escope_tui.model.values import Value

BEHIND = ("cause", "context", "earlier")
"""Fields of an exception that are exceptions too: told by their steps."""
LEFT_OUT = frozenset({"view", "headers", "call", "place", "stands"})
MORE: dict[type, tuple[str, ...]] = {
    Call: ("args", "outcome", "returned", "exception", "exit", "caller"),
    ExceptionEvent: ("step", "fate"),
    HistoryPoint: ("number",),
    OutputChunk: ("step",),
    Place: ("locals",),
}
"""What is looked up besides the fields."""


def plain(data: Any) -> Any:
    """Plain data with every text made safe."""
    if data is None or isinstance(data, bool | int | float):
        return data
    if isinstance(data, str):
        return safe_text(data)
    if isinstance(data, Value):
        return shown(data)
    if isinstance(data, EscopeError):
        return {"error": data.message}
    if isinstance(data, Mapping):
        return {safe_text(str(key)): plain(value) for key, value in data.items()}
    if isinstance(data, tuple | list | frozenset | set):
        return [plain(each) for each in data]
    if is_dataclass(data) and not isinstance(data, type):
        left_out = LEFT_OUT.union(BEHIND if isinstance(data, ExceptionEvent) else ())
        names = [each.name for each in fields(data) if each.name not in left_out]
        more = next((MORE[each] for each in type(data).__mro__ if each in MORE), ())
        row = {name: plain(getattr(data, name)) for name in (*names, *more)}
        if isinstance(data, ExceptionEvent):
            behind = {name: getattr(data, name) for name in BEHIND}
            row |= {name: None if each is None else each.step for name, each in behind.items()}
        if isinstance(data, OutputChunk):
            row["text"] = data.text  # as it was written: JSON escapes what a terminal would obey
        return row
    return safe_text(str(data))
