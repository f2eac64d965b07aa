"""Syntax colours for Python source, of any version and half-written: one regular expression."""

from __future__ import annotations

import builtins
import keyword
import re
from bisect import bisect_right

Part = tuple[str, str]

_PREFIX = r"(?:[rRbBuUfFtT]{1,2})?"
_TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\n]*)
    | (?P<string>{_PREFIX}(?:'''(?:\\.|[^\\])*?(?:'''|\Z) | \"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z)
                 | '(?:\\.|[^\\'\n])*'? | "(?:\\.|[^\\"\n])*"?))
    | (?P<number>\b(?:0[xXbBoO][0-9a-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?[jJ]?)\b)
    | (?P<decorator>^[ \t]*@[\w.]+)
    | (?P<define>\b(?:def|class)[ \t]+)(?P<defined>\w+)
    | (?P<word>[^\W\d]\w*)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_KEYWORDS = frozenset(keyword.kwlist) | {"match", "case", "type"}
_SOFT = frozenset({"match", "case", "type"})
_CONSTANTS = frozenset({"True", "False", "None", "self", "cls", "__debug__"})
_BUILTINS = frozenset(n for n in dir(builtins) if not n.startswith("_")) - _CONSTANTS
_MAX_LINE = 2000


class Highlighted:
    """Styles of each line's characters, as spans."""

    def __init__(self, lines: list[str]) -> None:
        text = "\n".join(line[:_MAX_LINE] for line in lines)
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + min(len(line), _MAX_LINE) + 1)
        self._spans: dict[int, list[tuple[int, int, str]]] = {}
        for start, end, style in _spans(text):
            self._add(start, end, style)

    def _add(self, start: int, end: int, style: str) -> None:
        starts = self._starts
        line = bisect_right(starts, start) - 1
        while start < end and line < len(starts) - 1:
            edge = starts[line + 1]
            begin = start - starts[line]
            self._spans.setdefault(line, []).append((begin, min(end, edge) - starts[line], style))
            start = edge
            line += 1

    def spans(self, line: int) -> list[tuple[int, int, str]]:
        """(start, end, style) in a line counted from 0."""
        return self._spans.get(line, [])


def _spans(text: str) -> list[tuple[int, int, str]]:
    found = []
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        start, end = match.span()
        if kind == "word":
            word = match.group()
            if word in _CONSTANTS:
                kind = "constant"
            elif word in _KEYWORDS:
                if word in _SOFT and not _statement(text, start, end):
                    continue
                kind = "keyword"
            elif word in _BUILTINS and text[start - 1 : start] != ".":
                kind = "builtin"
            else:
                continue
        elif kind == "defined":
            found.append((start, match.start("defined"), "keyword"))
            start = match.start("defined")
        found.append((start, end, kind))
    return found


def _statement(text: str, start: int, end: int) -> bool:
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    rest = text[end : line_end if line_end >= 0 else len(text)]
    if text[line_start:start].strip():
        return False
    return bool(re.match(r"[ \t]+[^=\s.,)\]]", rest)) and (":" in rest or "=" in rest)


def coloured(text: str, spans: list[tuple[int, int, str]], plain: str = "") -> list[Part]:
    """A line as parts; text between spans gets the style `plain`."""
    parts: list[Part] = []
    at = 0
    for start, end, style in spans:
        if start > at:
            parts.append((text[at:start], plain))
        if end > start:
            parts.append((text[start:end], style))
        at = max(at, end)
    if at < len(text):
        parts.append((text[at:], plain))
    return parts
