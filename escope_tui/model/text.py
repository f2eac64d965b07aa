"""Recorded text is hostile: everything that is shown passes through here."""

from __future__ import annotations

LONG = 1000
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def safe_text(text: str, keep: str = "") -> str:
    """Return `text` with every character that is not plainly printable written as an escape.

    Controls, bidirectional marks, invisible and unassigned characters, odd spaces and lone
    surrogates become ``\\x1b``, ``\\u202e`` and so on. The characters in `keep` pass.
    """
    if text.isprintable():
        return text
    if len(text) > LONG and "\n" in text:  # line by line, for most of them need no closer look
        end = "\n" if "\n" in keep else _SHORT["\n"]
        return end.join(safe_text(line, keep) for line in text.split("\n"))
    return "".join(c if c.isprintable() or c in keep else _escape(c) for c in text)


def _escape(character: str) -> str:
    short = _SHORT.get(character)
    if short is not None:
        return short
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    if code < 0x10000:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


def clip(text: str, width: int) -> str:
    """Cut `text` to `width` characters; a cut shows as an ellipsis."""
    if len(text) <= width:
        return text
    return text[: max(width - 1, 0)] + "…" if width > 0 else ""


def one_line(text: str, width: int = 200) -> str:
    """One safe line of at most `width` characters."""
    return clip(safe_text(text[: width * 4]), width)
