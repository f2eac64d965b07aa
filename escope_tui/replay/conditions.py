"""Expressions as the codec computes them: to pass over what they cannot hold for."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any

from ..format import recipes
from ..format.recipes import JUMP, JUMP_FALSE, KEEP_FALSE, KEEP_TRUE, OP_CONST, OP_SLOT

BINARY: dict[type[ast.AST], int] = {
    kind: recipes.BINARY[kind]
    for kind in (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod)
}
COMPARE: dict[type[ast.AST], int] = {
    kind: recipes.BINARY[kind] for kind in (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
}
UNARY: dict[type[ast.AST], int] = {
    kind: recipes.UNARY[kind] for kind in (ast.USub, ast.UAdd, ast.Not)
}


class Program:
    """Operations of docs/format.md's recipes, in which OP_SLOT is a read."""

    def __init__(self) -> None:
        self.ops: list[tuple[int, int]] = []
        self.constants: list[Any] = []

    def add(self, node: ast.expr) -> bool:
        """Appends an expression over `v0`, `v1` ... (its reads); False: it cannot be computed."""
        if isinstance(node, ast.Name):
            self.ops.append((OP_SLOT, int(node.id[1:])))
            return True
        if isinstance(node, ast.Constant):
            self.ops.append((OP_CONST, len(self.constants)))
            self.constants.append(node.value)
            return True
        if isinstance(node, ast.UnaryOp):
            return self.add(node.operand) and self._do(UNARY.get(type(node.op)))
        if isinstance(node, ast.BinOp):
            both = self.add(node.left) and self.add(node.right)
            return both and self._do(BINARY.get(type(node.op)))
        if isinstance(node, ast.BoolOp):
            return self._first(
                node.values, KEEP_FALSE if isinstance(node.op, ast.And) else KEEP_TRUE
            )
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            both = self.add(node.left) and self.add(node.comparators[0])
            return both and self._do(COMPARE.get(type(node.ops[0])))
        if isinstance(node, ast.Compare):
            parts: list[ast.expr] = []
            left = node.left
            for op, right in zip(node.ops, node.comparators, strict=True):
                parts.append(ast.Compare(left, [op], [right]))
                left = right
            return self._first(parts, KEEP_FALSE)
        if isinstance(node, ast.IfExp):
            return self._choice(node)
        return False

    def _do(self, operation: int | None) -> bool:
        if operation is not None:
            self.ops.append((operation, 0))
        return operation is not None

    def _first(self, parts: Collection[ast.expr], keep: int) -> bool:
        """The first part that decides, else the last."""
        places = []
        for number, part in enumerate(parts):
            if not self.add(part):
                return False
            if number + 1 < len(parts):
                places.append(len(self.ops))
                self.ops.append((keep, 0))
        for place in places:
            self.ops[place] = (keep, len(self.ops) - place - 1)
        return True

    def _choice(self, node: ast.IfExp) -> bool:
        if not self.add(node.test):
            return False
        test = len(self.ops)
        self.ops.append((JUMP_FALSE, 0))
        if not self.add(node.body):
            return False
        end = len(self.ops)
        self.ops.append((JUMP, 0))
        self.ops[test] = (JUMP_FALSE, len(self.ops) - test - 1)
        if not self.add(node.orelse):
            return False
        self.ops[end] = (JUMP, len(self.ops) - end - 1)
        return True


def program_of(node: ast.expr) -> Program | None:
    """The operations of an expression over `v0`, `v1` ...; None: only Python can compute it."""
    program = Program()
    return program if program.add(node) else None
