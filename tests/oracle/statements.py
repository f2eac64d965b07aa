"""Which statement a line of a source file belongs to, for the alignment of two recordings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

_DEFS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_WITH = (ast.With, ast.AsyncWith)
_TRY: tuple[type[ast.stmt], ...] = (ast.Try, ast.TryStar)
_JUMPS = (ast.Return, ast.Break, ast.Continue)


@dataclass
class Scope:
    """A def or class statement."""

    name: str
    first: int
    body: int
    last: int


@dataclass
class Lines:
    """The statements of one scope by line, without those of scopes inside."""

    canon: dict[int, int] = field(default_factory=dict)
    """Line to the first line of the statement that owns it."""
    silent: set[int] = field(default_factory=set)
    """Statement lines that may run without any line event."""
    jumps: set[int] = field(default_factory=set)
    """Lines of return, break and continue."""
    with_bodies: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Line of a with statement to the line range of its body."""
    finals: list[tuple[int, int]] = field(default_factory=list)
    """Line ranges of finally blocks."""
    leading: set[int] = field(default_factory=set)
    """Lines that must stay first: texts stored as `__doc__`, and `from __future__` imports."""
    crowded: set[int] = field(default_factory=set)
    """Lines on which more than one statement starts."""
    loops: set[int] = field(default_factory=set)
    """Lines of loops whose body begins on the same line."""
    clauses: set[int] = field(default_factory=set)
    """Lines of `except` and `case` clauses whose body is there too: their event comes before they
    bind what they bind, the step of their body after it."""

    def in_final(self, line: int) -> bool:
        """Tell whether a line lies in a finally block."""
        return any(first <= line <= last for first, last in self.finals)


@dataclass
class Statements:
    """The statements of one file."""

    lines: dict[int, Lines] = field(default_factory=dict)
    """First line of a scope (0: the module) to its statements."""
    scopes: list[Scope] = field(default_factory=list)
    comprehended: set[str] = field(default_factory=set)
    """Names that comprehensions bind."""

    def scope(self, name: str, line: int) -> Scope | None:
        """Return the innermost def or class of this name around a line."""
        best: Scope | None = None
        for scope in self.scopes:
            around = scope.name == name and scope.first <= line <= scope.last
            if around and (best is None or scope.first >= best.first):
                best = scope
        return best

    def of(self, scope: Scope | None) -> Lines:
        """Return the statements that stand in a scope itself; None is the module."""
        return self.lines[0 if scope is None else scope.first]


def _first_line(node: ast.stmt) -> int:
    if isinstance(node, _DEFS) and node.decorator_list:
        return min(node.lineno, node.decorator_list[0].lineno)
    return node.lineno


def _header_end(node: ast.stmt) -> int:
    if isinstance(node, _TRY):
        return node.lineno
    if isinstance(node, ast.Match):
        return max(node.lineno, node.cases[0].pattern.lineno - 1)
    body = getattr(node, "body", None)
    if isinstance(body, list) and body:
        return max(node.lineno, _first_line(body[0]) - 1)
    return node.end_lineno or node.lineno


def _is_silent(node: ast.stmt) -> bool:
    if isinstance(node, ast.Global | ast.Nonlocal | ast.Pass | ast.Try | ast.TryStar):
        return True
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.AnnAssign) and node.value is None:
        return True
    if isinstance(node, ast.While | ast.If) and isinstance(node.test, ast.Constant):
        return True
    return isinstance(node, ast.Continue | ast.Break)


def read(source: str) -> Statements:
    """Build the table of a source text."""
    table = Statements()
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension):
            names = (n.id for n in ast.walk(node.target) if isinstance(n, ast.Name))
            table.comprehended.update(names)
        if isinstance(node, _DEFS):
            body = _first_line(node.body[0])
            first = _first_line(node)
            table.scopes.append(Scope(node.name, first, body, node.end_lineno or first))
            table.lines[first] = _lines(node)
    table.lines[0] = _lines(tree)
    table.scopes.sort(key=lambda scope: scope.first)
    return table


def _own(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements below a node, without the bodies of the defs and classes there."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        if not isinstance(child, _DEFS):
            yield from _own(child)


def _lines(scope: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Lines:
    table = Lines()
    if isinstance(scope, ast.Module | ast.ClassDef) and ast.get_docstring(scope, False) is not None:
        table.leading.add(scope.body[0].lineno)
    owners = [(_first_line(node), _header_end(node), node) for node in _own(scope)]
    for _, _, node in owners:
        for clause in [*getattr(node, "handlers", ()), *getattr(node, "cases", ())]:
            line = clause.pattern.lineno if isinstance(clause, ast.match_case) else clause.lineno
            if clause.body[0].lineno == line:
                table.clauses.add(line)
    starts: dict[int, int] = {}
    for first, _, _ in owners:
        starts[first] = starts.get(first, 0) + 1
    for first, last, node in owners:
        for line in range(first, last + 1):
            if line not in starts:
                table.canon[line] = first
        table.canon[first] = first
        if starts[first] > 1:
            table.crowded.add(first)
        if _is_silent(node):
            table.silent.add(first)
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            table.leading.add(first)
        if isinstance(node, _JUMPS):
            table.jumps.add(first)
        if isinstance(node, _LOOPS) and _first_line(node.body[0]) == first:
            table.loops.add(first)
        if isinstance(node, _WITH):
            table.with_bodies[first] = (_first_line(node.body[0]), node.end_lineno or first)
        if isinstance(node, _TRY) and node.finalbody:  # type: ignore[attr-defined]
            final = node.finalbody  # type: ignore[attr-defined]
            table.finals.append((_first_line(final[0]), node.end_lineno or first))
    return table
