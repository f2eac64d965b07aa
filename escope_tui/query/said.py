"""What an exception says, in one safe line."""

from __future__ import annotations

from ..model.text import one_line
from ..model.values import Value

MESSAGE_WIDTH = 300


def message(value: Value | None) -> str:
    """What an exception says, from its arguments; one safe line."""
    if value is None or value.kind != "exception":
        return ""
    arguments = [member for role, _, member in value.entries() if role == "item"]
    if len(arguments) == 2:
        told = _system_error(value) or _group(value)
        if told is not None:
            return told
    return said_of(value.type_name, arguments)


def _system_error(value: Value) -> str | None:
    """What an `OSError` says of its number, text and files."""
    number, text = value.attr("errno"), value.attr("strerror")
    if number is None or text is None or not isinstance(text.data, str):
        return None
    files = [value.attr(name) for name in ("filename", "filename2")]
    shown = [
        each.summary(MESSAGE_WIDTH) for each in files if each is not None and each.data is not None
    ]
    said = f"[Errno {number.summary(20)}] {one_line(text.data, MESSAGE_WIDTH)}"
    return f"{said}: {' -> '.join(shown)}" if shown else said


def _group(value: Value) -> str | None:
    """What an exception group says: its text, and how many exceptions it holds."""
    text, members = value.attr("message"), value.attr("exceptions")
    if text is None or not isinstance(text.data, str) or members is None:
        return None
    if members.kind != "tuple" or members.size is None:
        return None
    count = members.size
    said = one_line(text.data, MESSAGE_WIDTH)
    return f"{said} ({count} sub-exception{'s' if count != 1 else ''})"


def said_of(name: str, arguments: list[Value]) -> str:
    """What an exception of a type that is called so says of its arguments; one safe line."""
    if not arguments:
        return ""
    if len(arguments) == 1:
        text = arguments[0].data
        if isinstance(text, str) and not name.endswith("KeyError"):
            return one_line(text, MESSAGE_WIDTH)
        return arguments[0].summary(MESSAGE_WIDTH)
    return f"({', '.join(each.summary(60) for each in arguments)})"
