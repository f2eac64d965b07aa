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


_ACROSS = re.compile(
    r"""\#[^\n]*
    | [rRbBuUfFtT]{0,2}(?:'''(?:\\.|[^\\])*?(?:'''|\Z) | \"\"\"(?:\\.|[^\\])*?(?:\"\"\"|\Z))
    | '(?:\\.|[^\\'\n])*'? | "(?:\\.|[^\\"\n])*"?
    """,
    re.VERBOSE | re.DOTALL,
)
"""What has to be known of a whole file: the strings that span lines."""

Span = tuple[int, int, str]
"""Start, end, style."""


class Highlighted:
    """Styles of each line's characters, found when a line is looked at."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._strings = _strings_across(lines)
        self._spans: dict[int, list[Span]] = {}

    def spans(self, line: int) -> list[Span]:
        """The styles in a line counted from 0."""
        found = self._spans.get(line)
        if found is None:
            found = self._spans[line] = self._find(line)
        return found

    def in_string(self, line: int) -> bool:
        """Whether a line counted from 0 begins inside a string."""
        return any(start == 0 for start, _ in self._strings.get(line, ()))

    def _find(self, line: int) -> list[Span]:
        text = self._lines[line][:_MAX_LINE]
        found: list[Span] = []
        at = 0
        for start, end in (*self._strings.get(line, ()), (len(text), len(text))):
            found += [(at + s, at + e, style) for s, e, style in _spans(text[at:start])]
            if end > start:
                found.append((start, end, "string"))
            at = end
        return found


def _strings_across(lines: list[str]) -> dict[int, list[tuple[int, int]]]:
    """For each line that a longer string touches: from where to where."""
    found: dict[int, list[tuple[int, int]]] = {}
    text = "\n".join(line[:_MAX_LINE] for line in lines)
    if "'''" not in text and '"""' not in text:
        return found
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + min(len(line), _MAX_LINE) + 1)
    for match in _ACROSS.finditer(text):
        start, end = match.span()
        if "\n" not in match.group():
            continue
        number = bisect_right(starts, start) - 1
        while start < end and number < len(lines):
            edge = starts[number + 1]
            inside = (start - starts[number], min(end, edge - 1) - starts[number])
            found.setdefault(number, []).append(inside)
            start = edge
            number += 1
    return found


def _spans(text: str) -> list[Span]:
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
