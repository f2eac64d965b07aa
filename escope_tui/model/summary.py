"""One line that shows a recorded value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .frames import frame_summary
from .known import known_summary
from .text import clip, safe_text
from .values import CUT, DEPTH, SCALAR_KINDS, SEQUENCE_KINDS, UNKNOWN

if TYPE_CHECKING:
    from .values import Value

MAX_DEPTH = 4
MIN_ROOM = 6
HUGE_BITS = 1024
"""Integers above this are shown by their first digits in hexadecimal."""

_BRACKETS = {
    "list": ("[", "]"),
    "tuple": ("(", ")"),
    "deque": ("deque([", "])"),
    "dict": ("{", "}"),
    "mapping": ("{", "}"),
    "set": ("{", "}"),
    "frozenset": ("frozenset({", "})"),
}
_PLAIN_NAMES = frozenset(
    {"list", "dict", "set", "frozenset", "deque", "tuple", "collections.deque"}
)
_EMPTY = {"set": "set()", "frozenset": "frozenset()", "deque": "deque([])"}

_SAID_BY_ARGS = frozenset(
    {"characters_written", "code", "encoding", "end", "end_lineno", "end_offset", "errno"}
    | {"filename", "filename2"}
    | {"exceptions", "lineno", "message", "msg", "name", "obj", "object", "offset", "path"}
    | {"print_file_and_line", "reason", "start", "strerror", "text", "value"}
)
"""Attributes of builtin exceptions that repeat their arguments, or say less."""

Part = Callable[[int], str]


def summarize(value: Value, width: int = 120) -> str:
    """The line, of about `width` characters at most."""
    width = max(width, MIN_ROOM)
    return clip(_show(value, width, MAX_DEPTH, ()), max(width + width // 4, width + 24))


def _show(value: Value, room: int, depth: int, path: tuple[int, ...]) -> str:
    kind = value.kind
    if kind in SCALAR_KINDS:
        text = _scalar(value, room)
        return text + _doubt(value) if value.uncertain else text
    identity = value.object_id
    if identity is not None and identity in path:
        return f"<cycle #{identity}>"
    if kind == CUT:
        return f"… {value.size:,} more" if value.size is not None else "… more"
    if kind == DEPTH:
        name = value.type_name
        return f"<depth {name}>" if name else "<depth>"
    if kind == UNKNOWN:
        return "<not recorded>" if identity is None else f"<not recorded #{identity}>"
    inner = path if identity is None else (*path, identity)
    text = _object(value, kind, room, depth, inner)
    return text + _doubt(value) if value.uncertain else text


def _doubt(value: Value) -> str:
    seen = value.as_of
    return f" (as of step {seen:,})" if seen is not None else " (may have changed)"


def _scalar(value: Value, room: int) -> str:
    data = value.data
    if isinstance(data, str | bytes):
        return _quoted(data, room, value.truncated, value.size)
    if value.kind == "int":
        if value.truncated or data is None:
            return f"<int of {value.size or 0:,} bits>"
        bits = data.bit_length()
        if bits > HUGE_BITS:
            sign = "-" if data < 0 else ""
            return f"{sign}{abs(data) >> (bits - 64):#x}… ({bits:,} bits)"
    return repr(data)


def _quoted(data: str | bytes, room: int, cut: bool, size: int | None) -> str:
    limit = max(room - 2, 8)
    shown = data[:limit]
    text = repr(shown)
    if len(text) > limit + 2:
        shown = data[: max(limit * len(shown) // len(text), 1)]
        text = repr(shown)
    if cut or len(shown) < len(data):
        text += "…"
        if cut and size is not None:
            text += f" ({size:,} long)"
    return text


def _object(value: Value, kind: str, room: int, depth: int, path: tuple[int, ...]) -> str:
    name = value.type_name
    if kind in ("instance", "opaque") or (kind == "value" and value.module.startswith("pandas")):
        known = known_summary(value) or frame_summary(value)
        if known is not None:
            return clip(known, max(room, MIN_ROOM))
    if kind == "array":
        return _array(value, name, room, depth, path)
    if kind in _BRACKETS:
        return _container(value, kind, name, room, depth, path)
    if kind in (
        "instance",
        "namedtuple",
        "exception",
        "cell",
        "opaque",
        "iterator",
        "range",
    ):
        return _instance(value, kind, name, room, depth, path)
    text = value.text or ""
    if kind == "bytearray":
        raw = value.raw_text
        if isinstance(raw, bytes):
            return f"{name}({_quoted(raw, room, value.truncated, value.size)})"
        return f"<{name} of {value.size or 0:,}>"
    if kind == "enum":
        return _enum(value, name, room)
    if kind == "value":
        if not text:
            return _instance(value, kind, name, room, depth, path)
        shown = clip(text, max(room - len(name) - 2, MIN_ROOM))
        return shown if "(" in text or text.startswith("<") else f"{name}({shown})"
    if kind == "class":
        return f"<class '{clip(text or name, room)}'>"
    if kind == "module":
        return f"<module '{clip(text or name, room)}'>"
    if kind == "method" and not text:
        return _method(value, room, depth, path)
    label = "function" if kind == "function" else "method" if kind == "method" else name
    return f"<{label} {clip(text, room)}>" if text else _labelled(value, label)


def _method(value: Value, room: int, depth: int, path: tuple[int, ...]) -> str:
    """Like `<method C.run of C(x=1)>`."""
    function, owner = value.attr("__func__"), value.attr("__self__")
    if function is None or owner is None or depth <= 0:
        return _labelled(value, "method")
    name = function.text or function.type_name
    shown = f"<method {clip(name, max(room // 2, MIN_ROOM))}"
    if room - len(shown) < MIN_ROOM:
        return f"{shown}>"
    return f"{shown} of {_show(owner, room - len(shown) - 5, depth - 1, path)}>"


def _labelled(value: Value, label: str) -> str:
    return f"<{label}>" if value.object_id is None else f"<{label} #{value.object_id}>"


def _enum(value: Value, name: str, room: int) -> str:
    member, content = value.attr("name") or value.attr("_name_"), value.attr("value")
    content = content if content is not None else value.attr("_value_")
    if (member is None or not isinstance(member.data, str)) and content is not None:
        return f"<{name}: {content.summary(24)}>"
    if member is None or not isinstance(member.data, str):
        return f"<{name}.{clip(value.text or '?', room)}>"
    shown = f"{name}.{safe_text(member.data)}"
    return f"<{shown}: {content.summary(24)}>" if content is not None else f"<{shown}>"


def _array(value: Value, name: str, room: int, depth: int, path: tuple[int, ...]) -> str:
    """Like `ndarray(int64, (2, 3)) [0, 1, … 4 more]`."""
    kind = value.attr("typecode") or value.attr("format")
    known = [safe_text(value.text or "") or (kind.summary(16) if kind is not None else "")]
    extents = value.attr("shape")
    if extents is not None:
        known.append(extents.summary(60))
    said = ", ".join(filter(None, known))
    head = f"{name}({said})" if said else name
    if depth <= 0 or room - len(head) < MIN_ROOM:
        return head
    return f"{head} {_join('[', ']', _parts(value, depth, path), value.size, room - len(head))}"


def _container(
    value: Value, kind: str, name: str, room: int, depth: int, path: tuple[int, ...]
) -> str:
    left, right = _BRACKETS[kind]
    plain = name.rpartition(".")[2] in _PLAIN_NAMES
    if kind == "deque" and not plain:
        left, right = "[", "]"
    if not plain:
        left, right = f"{name}({left}", f"{right})"
    size = value.size or 0
    if size == 0 and not value.truncated:
        return _EMPTY.get(kind, left + right) if plain else f"{name}()"
    if depth <= 0 or room < MIN_ROOM:
        return f"{left}…{right}"
    if kind == "tuple" and size == 1:
        right = ",)"
    return _join(left, right, _parts(value, depth, path), value.size, room)


def _parts(value: Value, depth: int, path: tuple[int, ...]) -> Iterator[Part]:
    known = 0
    for role, key, member in value.entries():
        if role == "item":
            if key > known:
                return
            known = key + 1
            yield lambda room, member=member: _show(member, room, depth - 1, path)  # type: ignore[misc]
        elif role == "pair":
            yield lambda room, key=key, member=member: (  # type: ignore[misc]
                f"{_show(key, room // 2, depth - 1, path)}: {_show(member, room, depth - 1, path)}"
            )


def _join(left: str, right: str, parts: Iterable[Part], size: int | None, room: int) -> str:
    """Show as many parts as there is room for, then how many are missing."""
    shown: list[str] = []
    used = len(left) + len(right)
    for part in parts:
        rest = room - used
        if shown and rest < MIN_ROOM:
            break
        text = part(max(rest * 2 // 3, MIN_ROOM))
        if shown and used + len(text) > room:
            text = part(0)
            if used + len(text) > room + 4:
                break
        shown.append(text)
        used += len(text) + 2
    missing = None if size is None else size - len(shown)
    if missing is None or missing > 0:
        shown.append(f"… {missing:,} more" if missing else "…")
    return f"{left}{', '.join(shown)}{right}"


def _instance(
    value: Value, kind: str, name: str, room: int, depth: int, path: tuple[int, ...]
) -> str:
    text = value.text
    if text and kind == "range" and not value.expandable:
        return clip(text, room)
    if text and kind in ("iterator", "opaque"):
        body = clip(text, max(room - len(name) - 3, MIN_ROOM))
        return body if text.startswith("<") else f"<{name} {body}>"
    if kind in ("iterator", "opaque") and not value.expandable:
        return _labelled(value, name)
    if depth <= 0 or room < MIN_ROOM:
        return f"{name}(…)" if value.expandable else f"{name}()"
    parts = list(_instance_parts(value, kind, depth, path))
    size: int | None = len(parts)
    if value.truncated and kind != "exception":
        size = None
    return _join(f"{name}(", ")", parts, size, room)


def _instance_parts(value: Value, kind: str, depth: int, path: tuple[int, ...]) -> Iterator[Part]:
    if kind == "range" and value.type_name == "range":
        bounds = [value.attr(name) for name in ("start", "stop", "step")]
        if all(bound is not None and bound.is_scalar for bound in bounds):
            shown = [bound.summary(24) for bound in bounds if bound is not None]
            if shown[2] == "1":
                shown.pop()
            for text in shown:
                yield lambda room, text=text: text  # type: ignore[misc]
            return
    positional = kind in ("exception", "cell", "range") or kind in SEQUENCE_KINDS
    attributes_hidden = _SAID_BY_ARGS if kind == "exception" else frozenset()
    attrs = list(_named(value))
    for role, key, member in value.entries():
        if role == "item" and not (kind == "namedtuple" and attrs):
            yield lambda room, member=member: _show(member, room, depth - 1, path)  # type: ignore[misc]
        elif role == "attr":
            if kind == "exception" and (key.startswith("__") or key in attributes_hidden):
                continue
            label = "" if kind == "range" and positional else f"{safe_text(key)}="
            yield lambda room, label=label, member=member: (  # type: ignore[misc]
                label + _show(member, room - len(label), depth - 1, path)
            )


def _named(value: Value) -> Iterator[tuple[str, Any]]:
    return ((key, member) for role, key, member in value.entries() if role == "attr")
