"""One recorded source file, made safe and ready to be painted."""

from __future__ import annotations

import ast

from ..model.text import clip, safe_text
from .highlight import Highlighted

MAX_LINE = 2000
"""Longer lines are cut, visibly."""
TAB = 4


class SourceText:
    """Lines as they are shown, their colours, and which lines belong to which statement."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        raw = text.split("\n")
        if raw and not raw[-1]:
            raw.pop()
        self.lines = [clip(safe_text(line.rstrip("\r").expandtabs(TAB)), MAX_LINE) for line in raw]
        self.colours = Highlighted(self.lines)
        self.statement = _statements(text)
        """First line of the statement that a line is part of; lines that begin one are absent."""
        self.width = max(map(len, self.lines), default=0)

    def __len__(self) -> int:
        return len(self.lines)

    def first_line(self, line: int) -> int:
        return self.statement.get(line, line)


def _statements(text: str) -> dict[int, int]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    owner: dict[int, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            # A handler has no step of its own: its first statement speaks for it.
            first = node.body[0].lineno
            owner.update((line, first) for line in range(node.lineno, first))
        if not isinstance(node, ast.stmt):
            continue
        last = node.end_lineno or node.lineno
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        if body:
            last = min(last, getattr(body[0], "lineno", node.lineno) - 1)
        for line in range(node.lineno + 1, last + 1):
            owner[line] = node.lineno
    return owner
