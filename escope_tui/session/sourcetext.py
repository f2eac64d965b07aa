"""One recorded source file, made safe and ready to be painted."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from ..model.text import clip, safe_text
from .highlight import Highlighted

MAX_LINE = 2000
"""Longer lines are cut, visibly."""
TAB = 4
WHOLE = 5000
"""A file of more lines is parsed by top-level blocks, when one of them is looked at."""
_GOES_ON = ("else", "elif", "except", "finally", ")", "]", "}", "#")
"""What begins a line that belongs to the block above."""
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Loop:
    """A `for` or `while` statement."""

    line: int
    """The header's first line; its last one is in `end`."""
    end: int
    """The last line of the body."""
    targets: tuple[str, ...] = ()
    """What a `for` binds."""


class SourceText:
    """Lines as they are shown, their colours, statements and loops."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        raw = text.split("\n")
        if raw and not raw[-1]:
            raw.pop()
        self._raw = raw
        self.lines = [_shown(line) for line in raw]
        self.colours = Highlighted(self.lines)
        self.width = max(map(len, self.lines), default=0)
        self._read: set[int] = set()
        """First lines of the blocks that are parsed."""
        self._first: dict[int, int] = {}
        self._decorated: dict[int, int] = {}
        """The lines of decorated definitions, from the second on, with the first."""
        self._nodes: dict[int, ast.stmt] = {}
        self._loops: dict[int, list[Loop]] = {}
        """By each line of a loop, outermost first."""
        self._scopes: list[tuple[int, int]] = []
        """First and last lines of functions."""
        self._functions: dict[int, ast.AST] = {}
        self._names: dict[int, tuple[frozenset[str], frozenset[str]]] = {}

    def __len__(self) -> int:
        return len(self.lines)

    def first_line(self, line: int) -> int:
        """First line of the statement that a line is part of."""
        self._parse(line)
        return self._first.get(line, line)

    def counted(self, line: int) -> int:
        """The line that tells how often a line ran: of a decorated definition, its first one."""
        first = self.first_line(line)
        return self._decorated.get(first, first)

    def node(self, line: int) -> ast.stmt | None:
        """The statement that begins on a line; None where the source cannot be parsed."""
        self._parse(line)
        return self._nodes.get(line)

    def loop(self, line: int) -> Loop | None:
        """The innermost loop around a line, of the same function."""
        self._parse(line)
        found = self._loops.get(line)
        return found[-1] if found else None

    def loops(self, line: int) -> list[Loop]:
        """The loops around a line, of the same function, outermost first."""
        self._parse(line)
        return self._loops.get(line, [])

    def definition(self, line: int) -> int | None:
        """Where the function around a line is defined; None at a module's top."""
        self._parse(line)
        around = [scope for scope in self._scopes if scope[0] < line <= scope[1]]
        return max(around)[0] if around else None

    def names(self, line: int) -> tuple[frozenset[str], frozenset[str]] | None:
        """The names that the function around a line binds, and those that its code mentions."""
        first = self.definition(line)
        node = self._functions.get(first) if first is not None else None
        if first is None or node is None:
            return None
        if first not in self._names:
            self._names[first] = _names(node)
        return self._names[first]

    # -- parsing

    def _parse(self, line: int) -> None:
        first, last = self._block(line)
        if first in self._read:
            return
        self._read.add(first)
        text = "\n".join(self._raw[first - 1 : last])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
            self._take(tree, first - 1, [])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return

    def _block(self, line: int) -> tuple[int, int]:
        """First and last line of the part of the file to parse for a line."""
        count = len(self.lines)
        if count <= WHOLE:
            return 1, count
        first = max(1, min(line, count))
        while first > 1 and not self._begins(first):
            first -= 1
        while first > 1 and self.lines[first - 2].startswith("@"):
            first -= 1
        last = max(first, min(line, count))
        while last < count and not self._begins(last + 1):
            last += 1
        return first, last

    def _begins(self, line: int) -> bool:
        text = self.lines[line - 1]
        if not text or text[0].isspace() or text.startswith(_GOES_ON):
            return False
        if line > 1 and self.lines[line - 2].startswith("@"):
            return False
        return not self.colours.in_string(line - 1)

    def _take(self, parent: ast.AST, offset: int, loops: list[Loop]) -> None:
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, ast.ExceptHandler):
                # A handler has no step of its own: its first statement speaks for it.
                first = node.body[0].lineno + offset
                self._first.update((line, first) for line in range(node.lineno + offset, first))
            if isinstance(node, ast.stmt):
                self._statement(node, offset)
            inner = loops
            if isinstance(node, _SCOPES):
                inner = []
                if not isinstance(node, ast.ClassDef):
                    self._functions[node.lineno + offset] = node
                    self._scopes.append((node.lineno + offset, (node.end_lineno or 0) + offset))
            elif isinstance(node, _LOOPS):
                inner = [*loops, _loop(node, offset)]
            if inner and inner is not loops:
                for line in range(inner[-1].line, inner[-1].end + 1):
                    self._loops[line] = inner
            self._take(node, offset, inner)

    def _statement(self, node: ast.stmt, offset: int) -> None:
        line = node.lineno + offset
        self._nodes.setdefault(line, node)
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            above = decorators[0].lineno + offset
            self._decorated.update((each, above) for each in range(above + 1, line + 1))
        last = (node.end_lineno or node.lineno) + offset
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        if body:
            last = min(last, getattr(body[0], "lineno", node.lineno) + offset - 1)
        for each in range(line + 1, last + 1):
            self._first[each] = line


def _shown(line: str) -> str:
    """A line as it is painted; most are, as they are, and need no second copy."""
    shown = clip(safe_text(line.rstrip("\r").expandtabs(TAB)), MAX_LINE)
    return line if shown == line else shown


def _loop(node: ast.AST, offset: int) -> Loop:
    assert isinstance(node, _LOOPS)
    end = max(getattr(each, "end_lineno", 0) or 0 for each in node.body)
    names: list[str] = []
    if not isinstance(node, ast.While):
        names = [each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)]
    return Loop(node.lineno + offset, end + offset, tuple(names))


def _names(function: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
    bound: set[str] = set()
    used: set[str] = set()
    free: set[str] = set()
    waiting: list[tuple[ast.AST, bool]] = [(each, True) for each in ast.iter_child_nodes(function)]
    while waiting:
        node, own = waiting.pop()
        match node:
            case ast.Name(id=name):
                used.add(name)
                if own and not isinstance(node.ctx, ast.Load):
                    bound.add(name)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                used.update(names)
                free.update(names if own else ())
            case ast.arg(arg=name) | ast.ExceptHandler(name=str(name)) if own:
                bound.add(name)
            case ast.alias() if own:
                bound.add(node.asname or node.name.partition(".")[0])
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) if own:
                bound.add(name)
        inner = isinstance(node, (*_SCOPES, ast.Lambda))
        if inner and own and not isinstance(node, ast.Lambda):
            bound.add(node.name)  # type: ignore[attr-defined]
        waiting += [(each, own and not inner) for each in ast.iter_child_nodes(node)]
    return frozenset(bound - free), frozenset(used)
