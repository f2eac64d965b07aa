"""Source text and JSON, without importing `tokenize` and `json` into the recorded program."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_ESCAPES = {number: f"\\u{number:04x}" for number in range(32)}
_ESCAPES.update({ord('"'): '\\"', ord("\\"): "\\\\"})
_BOM = b"\xef\xbb\xbf"
_NAME = frozenset(b"-_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


def quote(text: str) -> str:
    """`text` as a JSON string."""
    escaped = text.translate(_ESCAPES)
    try:
        escaped.encode()
    except UnicodeEncodeError:  # surrogates, which fit into no encoding
        escaped = "".join(
            [f"\\u{ord(char):04x}" if "\ud800" <= char < "\ue000" else char for char in escaped]
        )
    return f'"{escaped}"'


def json_text(value: Any) -> str:
    """A JSON text of what the tables of a module are made of.

    That is: None, booleans, whole numbers, text, and tuples, lists and dictionaries of those.
    """
    return _json(value, {})


def _json(value: Any, known: dict[str, str]) -> str:
    """`known` holds the texts that were quoted already: names come again and again."""
    kind = type(value)
    if kind is tuple or kind is list:
        items = [str(item) if type(item) is int else _json(item, known) for item in value]
        return f"[{','.join(items)}]"
    if kind is str:
        quoted = known.get(value)
        if quoted is None:
            quoted = known[value] = quote(value)
        return quoted
    if kind is int:
        return str(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is dict:
        pairs = [f"{quote(name)}:{_json(item, known)}" for name, item in value.items()]
        return f"{{{','.join(pairs)}}}"
    raise TypeError(f"{kind.__name__} is not for JSON here")


def decode(source: bytes | str) -> str:
    """The text of a source that compiles, as the tokenizer reads it."""
    if isinstance(source, str):
        return source
    text = source.removeprefix(_BOM).decode(source_encoding(source), "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def source_encoding(source: bytes) -> str:
    """The encoding that a source declares (PEP 263); UTF-8 if it does not."""
    if source.startswith(_BOM):
        return "utf-8"
    head = source[:4096].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    first, second = (*head.split(b"\n", 2), b"")[:2]
    found = _declared(first)
    if not found and not first.strip(b" \t\f").partition(b"#")[0]:
        found = _declared(second)
    # What Python takes for UTF-8 without looking for a codec.
    plain = found[:12].lower().replace("_", "-")
    return found if found and plain != "utf-8" and not plain.startswith("utf-8-") else "utf-8"


def _declared(line: bytes) -> str:
    """The encoding that a line declares: ``coding[:=][ \\t]*([-_.a-zA-Z0-9]+)`` in a comment."""
    line = line.lstrip(b" \t\f")
    if not line.startswith(b"#"):
        return ""
    for piece in line.split(b"coding")[1:]:
        if piece[:1] in (b":", b"="):
            rest = piece[1:].lstrip(b" \t")
            length = next((at for at, byte in enumerate(rest) if byte not in _NAME), len(rest))
            if length:
                return rest[:length].decode()
    return ""
