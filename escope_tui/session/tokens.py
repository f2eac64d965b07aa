"""The expressions in a source line that a person can point at: names and chains of attributes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence

from .highlight import Span

_CHAIN = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_NOT_VALUES = frozenset(keyword.kwlist) - {"None", "True", "False"}

Token = tuple[int, int, str]
"""Where an expression stands in the line, and its text."""


def expressions(text: str, spans: Sequence[Span]) -> list[Token]:
    """`order`, then `order.number`, for each chain outside strings and comments."""
    found: list[Token] = []
    closed = [(start, end) for start, end, style in spans if style in ("string", "comment")]
    for match in _CHAIN.finditer(text):
        start = match.start()
        if any(left <= start < right for left, right in closed) or text[start - 1 : start] == ".":
            continue
        end = start
        for part in match.group().split("."):
            end += len(part) + (end > start)
            chain = text[start:end]
            if chain not in _NOT_VALUES:
                found.append((start, end, chain))
    return found
