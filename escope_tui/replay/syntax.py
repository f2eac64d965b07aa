"""The syntax trees of recorded sources: which statement a step ran, and what it reads."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_right
from collections.abc import Iterator
from threading import RLock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tables import Program, Site

MAX_SOURCE = 4_000_000
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
WHOLE = 5000
"""Modules of more lines are not parsed as a whole for one statement."""
Statements = dict[int, list[ast.stmt]]
"""By their first line."""


class Syntax:
    """Parses each module once, for all threads; a source that this Python cannot parse has no
    statements.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._statements: dict[int, Statements] = {}
        self._blocks: dict[tuple[int, int], Statements] = {}
        """Of long modules: what stands in the top-level block that begins on a line."""
        self._scopes: dict[int, list[tuple[int, int]]] = {}
        self._parents: dict[int, dict[ast.AST, ast.AST]] = {}
        self._fresh: dict[int, list[ast.Module]] = {}
        """Trees whose nodes are not among the `_parents` yet."""
        self._trees: dict[int, ast.Module] = {}
        self._lock = RLock()

    def _by_line(self, module: int) -> Statements:
        found = self._statements.get(module)
        if found is None:
            with self._lock:
                found = self._statements.get(module)
                if found is None:
                    tree = self._parse(module, 1, None)
                    if tree is not None:
                        self._trees[module] = tree
                    found = self._statements[module] = _statements(tree)
        return found

    def _parse(self, module: int, first: int, last: int | None) -> ast.Module | None:
        """The tree of some lines, with the line numbers of the module."""
        text = self._program.source(module)
        if len(text) > MAX_SOURCE:
            return None
        if last is not None:
            text = "\n".join(self._program.lines(module)[first - 1 : last])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        if first > 1:
            ast.increment_lineno(tree, first - 1)
        self._fresh.setdefault(module, []).append(tree)
        return tree

    def _around(self, site: Site) -> Statements:
        """The statements near a site: of a long module only those of its function's block, as the
        tree of the whole would take far more memory than the recording.
        """
        long = len(self._program.lines(site.module)) > WHOLE
        scope = self._scope(site) if long and site.module not in self._trees else None
        if scope is None:
            return self._by_line(site.module)
        key = (site.module, scope[0])
        with self._lock:
            if key not in self._blocks:
                tree = self._parse(site.module, *scope)
                self._blocks[key] = _statements(tree)
            found = self._blocks[key]
        return found if site.line in found else self._by_line(site.module)

    def _scope(self, site: Site) -> tuple[int, int] | None:
        """First and last line of the function or class at the module's top that a site lies in."""
        scopes = self._scopes.get(site.module)
        if scopes is None:
            lines = self._program.lines(site.module)
            tops: dict[int, int] = {}
            for each in self._program.functions():
                first = lines[each.line - 1] if 0 < each.line <= len(lines) else ""
                if each.module == site.module and first[:1].strip() and each.kind != "module":
                    tops[each.line] = max(tops.get(each.line, 0), each.end_line)
            scopes = self._scopes[site.module] = sorted(tops.items())
        at = bisect_right(scopes, (site.line, MAX_SOURCE)) - 1
        return scopes[at] if at >= 0 and site.line <= scopes[at][1] else None

    def tree(self, module: int) -> ast.Module | None:
        """The module's syntax tree; None where this Python cannot parse it."""
        self._by_line(module)
        return self._trees.get(module)

    def parents(self, module: int) -> dict[ast.AST, ast.AST]:
        """The parents of all nodes that `statement` and `tree` have given of a module."""
        with self._lock:
            if module not in self._fresh and module not in self._parents:
                self._by_line(module)
            found = self._parents.setdefault(module, {})
            for tree in self._fresh.pop(module, ()):
                for node in ast.walk(tree):
                    for child in ast.iter_child_nodes(node):
                        if not isinstance(child, ast.expr_context | ast.operator | ast.cmpop):
                            found[child] = node
        return found

    def statement(self, site: Site) -> ast.stmt | None:
        """The statement that a site serves."""
        near = self._around(site)
        nodes = near.get(site.line, [])
        for node in nodes:
            if node.col_offset == site.column:
                return node
        if nodes:
            return nodes[0]
        for line, others in near.items():
            for node in others:
                first = min((d.lineno for d in getattr(node, "decorator_list", ())), default=line)
                if first == site.line:
                    return node
        return None

    def comprehension(self, site: Site) -> tuple[Comprehension, ast.stmt] | None:
        """The comprehension that a site of its iterations serves, and the statement around it."""
        near = self._around(site)
        around = [
            node
            for nodes in near.values()
            for node in nodes
            if node.lineno <= site.line <= (node.end_lineno or node.lineno)
        ]
        for statement in sorted(around, key=lambda node: node.lineno, reverse=True):
            for node in ast.walk(statement):
                if isinstance(node, COMPREHENSIONS) and (
                    node.lineno == site.line and node.col_offset == site.column
                ):
                    return node, statement
        return None


def _statements(tree: ast.Module | None) -> Statements:
    found: Statements = {}
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, ast.stmt):
            found.setdefault(node.lineno, []).append(node)
    return found


def reads(node: ast.AST | None) -> list[str]:
    """The names, attributes and items that an expression reads, longest first in each chain."""
    found: dict[str, None] = {}
    if node is not None:
        for text in _reads(node, frozenset()):
            found.setdefault(text)
    return list(found)


def _reads(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load) and node.id not in bound:
            yield node.id
    elif isinstance(node, ast.Attribute | ast.Subscript):
        if _chain(node, bound):
            yield ast.unparse(node)
        else:
            yield from _reads(node.value, bound)
        if isinstance(node, ast.Subscript):
            yield from _reads(node.slice, bound)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            yield from _reads(node.func.value, bound)
        elif not isinstance(node.func, ast.Name):
            yield from _reads(node.func, bound)
        for each in (*node.args, *node.keywords):
            yield from _reads(each, bound)
    elif isinstance(node, COMPREHENSIONS):
        names = {
            each.id
            for clause in node.generators
            for each in ast.walk(clause.target)
            if isinstance(each, ast.Name)
        }
        for child in ast.iter_child_nodes(node):
            yield from _reads(child, bound | names)
    elif isinstance(node, ast.Lambda):
        return
    else:
        for child in ast.iter_child_nodes(node):
            yield from _reads(child, bound)


def _chain(node: ast.expr, bound: frozenset[str]) -> bool:
    """A name with attributes and plain keys behind it, such as `order.lines[0].price`."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        if not isinstance(node.ctx, ast.Load):
            return False
        if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant | ast.Name):
            return False
        node = node.value
    return isinstance(node, ast.Name) and node.id not in bound
