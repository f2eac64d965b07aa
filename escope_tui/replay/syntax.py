"""The syntax trees of recorded sources: which statement a step ran, and what it reads."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tables import Program, Site

MAX_SOURCE = 4_000_000


class Syntax:
    """Parses each module once; a source that this Python cannot parse has no statements."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._statements: dict[int, dict[int, list[ast.stmt]]] = {}
        self._parents: dict[int, dict[ast.AST, ast.AST]] = {}
        self._trees: dict[int, ast.Module] = {}

    def _by_line(self, module: int) -> dict[int, list[ast.stmt]]:
        found = self._statements.get(module)
        if found is None:
            found = self._statements[module] = {}
            text = self._program.source(module)
            if len(text) <= MAX_SOURCE:
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        tree = ast.parse(text)
                except (SyntaxError, ValueError, RecursionError, MemoryError):
                    return found
                self._trees[module] = tree
                for node in ast.walk(tree):
                    if isinstance(node, ast.stmt):
                        found.setdefault(node.lineno, []).append(node)
        return found

    def tree(self, module: int) -> ast.Module | None:
        """The module's syntax tree; None where this Python cannot parse it."""
        self._by_line(module)
        return self._trees.get(module)

    def parents(self, module: int) -> dict[ast.AST, ast.AST]:
        """Each node's parent."""
        found = self._parents.get(module)
        if found is None:
            found = self._parents[module] = {}
            tree = self.tree(module)
            for node in ast.walk(tree) if tree is not None else ():
                for child in ast.iter_child_nodes(node):
                    if not isinstance(child, ast.expr_context | ast.operator | ast.cmpop):
                        found[child] = node
        return found

    def statement(self, site: Site) -> ast.stmt | None:
        """The statement that a site serves."""
        nodes = self._by_line(site.module).get(site.line, [])
        for node in nodes:
            if node.col_offset == site.column:
                return node
        if nodes:
            return nodes[0]
        for line, others in self._by_line(site.module).items():
            for node in others:
                first = min((d.lineno for d in getattr(node, "decorator_list", ())), default=line)
                if first == site.line:
                    return node
        return None


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
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
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
