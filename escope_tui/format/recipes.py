"""Recipes: how values that a program stores follow from others, read off its source.

The packer works a recipe out beside the value that was captured; when both agree bit for bit the
value needs no bytes, and the unpacker works it out again. A recipe that is wrong costs only the
value. docs/format.md has the operations; `_speedups/recipes.pxd` does them.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

SLOT, RESULT, ATTR_VALUE, ITEM_VALUE, ITEM_KEY, OBJECT, ARGUMENT, APPENDED, LOOP = range(1, 10)
"""What a recipe is of."""

OP_SLOT, OP_GLOBAL, OP_CONST, OP_ATTR, OP_ITEM, OP_LEN, OP_RESULT, OP_ITER = range(1, 9)
OP_COUNT, OP_SKIP, OP_LAST = range(9, 12)
BINARY: dict[type[ast.AST], int] = {
    ast.Add: 16,
    ast.Sub: 17,
    ast.Mult: 18,
    ast.Div: 19,
    ast.FloorDiv: 20,
    ast.Mod: 21,
    ast.BitAnd: 22,
    ast.BitOr: 23,
    ast.BitXor: 24,
    ast.LShift: 25,
    ast.RShift: 26,
    ast.Pow: 27,
    ast.Lt: 32,
    ast.LtE: 33,
    ast.Gt: 34,
    ast.GtE: 35,
    ast.Eq: 36,
    ast.NotEq: 37,
    ast.Is: 38,
    ast.IsNot: 39,
}
UNARY: dict[type[ast.AST], int] = {ast.USub: 40, ast.UAdd: 41, ast.Invert: 42, ast.Not: 43}
CALLS = {"abs": (44, 1), "float": (46, 1), "int": (47, 1), "bool": (52, 1), "len": (OP_LEN, 1)}
CALLS |= {"sqrt": (45, 1), "min": (28, 2), "max": (29, 2)}
JUMP_FALSE, JUMP, KEEP_FALSE, KEEP_TRUE = range(48, 52)

QUIET = frozenset(
    {
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "chr",
        "dict",
        "divmod",
        "enumerate",
        "float",
        "frozenset",
        "getattr",
        "hash",
        "id",
        "int",
        "isinstance",
        "iter",
        "len",
        "list",
        "max",
        "min",
        "next",
        "ord",
        "pow",
        "print",
        "range",
        "repr",
        "reversed",
        "round",
        "set",
        "sorted",
        "str",
        "sum",
        "super",
        "tuple",
        "type",
        "zip",
        "append",
        "pop",
        "extend",
        "insert",
        "remove",
        "items",
        "keys",
        "values",
        "get",
        "join",
        "split",
        "sqrt",
        "sin",
        "cos",
        "format",
        "index",
        "count",
        "copy",
        "update",
        "startswith",
        "endswith",
        "strip",
        "lower",
        "upper",
        "replace",
        "add",
        "discard",
    }
)
"""Names of functions that are not likely to be recorded."""

MAX_CODE = 120
"""Numbers in one recipe: two for each operation."""
RECEIVER = 255
STEP, HEADER = 1, 4096
TEXT = 1 << 31
"""Of a constant that is a string: its number follows."""

_TESTED = (ast.If, ast.While)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_COMPOUND = (*_SCOPES, ast.Try, ast.With)
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
_INSIDE = (ast.expr, ast.keyword)
_APART = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)

Code = list[int]
Row = list[Any]
Recipes = Callable[[dict[str, Any], Callable[[str], int]], tuple[list[Row], list[int | float]]]
"""What makes the recipes of a module table; see `recipes_of`."""


def name_hash(name: str) -> int:
    """FNV-1a, 32 bits: how a call finds the function."""
    made = 0x811C9DC5
    for byte in name.encode("utf-8", "replace"):
        made = (made ^ byte) * 0x01000193 & 0xFFFFFFFF
    return made


class Unfit(Exception):
    """An expression that no recipe can be made of."""


class Draft(NamedTuple):
    """Recipes of a module whose names have no numbers yet, in plain data that `marshal` keeps."""

    rows: list[Row]
    constants: list[int | float]
    names: list[str]
    places: list[tuple[int, int]]
    """Where numbers of `names` stand: row, and place in its code, or -1 for its `a`."""

    def numbered(self, number: Callable[[str], int]) -> tuple[list[Row], list[int | float]]:
        """The rows with the numbers that `number` gives the names; the draft's own are changed."""
        numbers = [number(name) for name in self.names]
        for index, place in self.places:
            row = self.rows[index]
            if place < 0:
                row[2] = numbers[row[2]]
            else:
                code = row[4]
                code[place] = code[place] & TEXT | numbers[code[place] & ~TEXT]
        return self.rows, self.constants


def draft_of(table: dict[str, Any]) -> Draft:
    """The recipes of a module table. A source that does not parse has none."""
    numbers: dict[str, int] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python itself has told of them
            tree = ast.parse(table.get("source", ""))
        module = _Module(table, lambda name: numbers.setdefault(name, len(numbers)))
        found, constants = module.rows(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Draft([], [], [], [])
    rows = [[*row[:4], list(row[4])] for row in found]
    return Draft(rows, constants, list(numbers), list(_named(rows)))


def recipes_of(
    table: dict[str, Any], number: Callable[[str], int]
) -> tuple[list[Row], list[int | float]]:
    """Rows `[site, kind, a, b, code]` and constants of a module table.

    `number` gives the number of a string.
    """
    return draft_of(table).numbered(number)


def _named(rows: list[Row]) -> Iterator[tuple[int, int]]:
    for index, (_, kind, _, _, code) in enumerate(rows):
        if kind == ATTR_VALUE:
            yield index, -1
        for place in range(0, len(code), 2):
            operand = code[place + 1]
            if code[place] == OP_ATTR or (code[place] == OP_CONST and operand & TEXT):
                yield index, place + 1


class _Module:
    def __init__(self, table: dict[str, Any], number: Callable[[str], int]) -> None:
        self.table = table
        self.number = number
        self.found: list[Row] = []
        self.constants: list[int | float] = []
        self.known: dict[tuple[type, int | float, str], int] = {}

    def rows(self, tree: ast.Module) -> tuple[list[Row], list[int | float]]:
        nodes: dict[tuple[int, ...], ast.stmt] = {}
        loops: dict[int, int] = {}
        for node, depth in _statements(tree.body, 0):
            last: Any = node
            if isinstance(node, _TESTED):
                last = node.test
            elif isinstance(node, ast.For):
                last = node.iter
                loops[id(node)] = depth
            elif isinstance(node, _COMPOUND):
                continue
            nodes[node.lineno, last.end_lineno, node.col_offset, last.end_col_offset] = node
        entered: set[int] = set()
        for index, site in enumerate(self.table["sites"]):
            if not site[0] & STEP:
                continue
            found = nodes.get(tuple(site[2:6]))
            if found is None:
                continue
            if isinstance(found, ast.For):
                first = id(found) not in entered
                entered.add(id(found))
                self.found.append([index, LOOP, loops[id(found)] & 3, int(first), []])
            _Scope(self, index, site[1], loops).statement(found)
        return self.found, self.constants

    def constant(self, value: int | float) -> int:
        key = (type(value), value, repr(value))
        if key not in self.known:
            self.known[key] = len(self.constants)
            self.constants.append(value)
        return self.known[key]


class _Scope:
    """One statement, seen from its step's site."""

    def __init__(self, module: _Module, site: int, function: int, loops: dict[int, int]) -> None:
        self.module = module
        self.site = site
        self.loops = loops
        row = module.table["functions"][function]
        self.slots = {name: slot for slot, name in enumerate(row[5])}
        names = module.table["functions"][0][5]
        self.names = {name: slot for slot, name in enumerate(names)} if function else {}
        parts = str(row[1]).split(".")
        self.klass = parts[-2].lstrip("_") if len(parts) > 1 else ""
        self.calls = 0

    # ---- statements -----------------------------------------------------------------------------

    def statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.Assign):
            self.arguments(node.value)
            for target in node.targets:
                self.store(target, node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            self.arguments(node.value)
            self.store(node.target, node.value)
        elif isinstance(node, ast.AugAssign):
            self.arguments(node.value)
            left = _loaded(node.target)
            self.store(node.target, ast.BinOp(left, node.op, node.value))
        elif isinstance(node, ast.Return) and node.value is not None:
            self.arguments(node.value)
            self.row(RESULT, 0, node.value)
        elif isinstance(node, ast.Expr):
            call = node.value
            self.arguments(call)
            if isinstance(call, ast.Yield) and call.value is not None:
                self.row(RESULT, 0, call.value)
            elif isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                self.row(OBJECT, 0, call.func.value)
                if call.func.attr in ("append", "add") and len(call.args) == 1:
                    self.row(APPENDED, 0, call.args[0])
        elif isinstance(node, ast.If | ast.While):
            self.arguments(node.test)
        elif isinstance(node, ast.For):
            self.loop(node)

    def store(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Tuple | ast.List):
            if any(isinstance(part, ast.Starred) for part in target.elts):
                return
            if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
                for part, own in zip(target.elts, value.elts, strict=True):
                    self.store(part, own)
                return
            try:
                self.unpack(target, self.code(value))
            except Unfit:
                return
        else:
            with suppress(Unfit):
                self.unpack(target, self.code(value))
            if isinstance(target, ast.Attribute | ast.Subscript):
                self.row(OBJECT, 0, target.value)
            if isinstance(target, ast.Subscript):
                self.row(ITEM_KEY, 0, target.slice)

    def unpack(self, target: ast.expr, code: Code) -> None:
        """Rows for a target whose value is worked out by `code`."""
        if isinstance(target, ast.Name):
            if target.id in self.slots:
                self.add(SLOT, self.slots[target.id], 0, code)
        elif isinstance(target, ast.Attribute):
            self.add(ATTR_VALUE, self.attribute(target.attr), 0, code)
        elif isinstance(target, ast.Subscript):
            self.add(ITEM_VALUE, 0, 0, code)
        elif isinstance(target, ast.Tuple | ast.List):
            for place, part in enumerate(target.elts):
                if isinstance(part, ast.Starred):
                    return
                at = [OP_CONST, self.module.constant(place), OP_ITEM, 0]
                self.unpack(part, code + at)

    def loop(self, node: ast.For) -> None:
        self.arguments(node.iter)
        try:
            self.iterate(node.target, node.iter, self.loops[id(node)] & 3)
        except Unfit:
            return

    def iterate(self, target: ast.expr, over: ast.expr, number: int) -> None:
        if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and not over.keywords:
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else []
            if over.func.id == "enumerate" and len(over.args) == 1 and len(parts) == 2:
                self.unpack(parts[0], [OP_COUNT, number])
                self.iterate(parts[1], over.args[0], number)
                return
            if over.func.id == "zip" and len(over.args) == len(parts):
                for part, own in zip(parts, over.args, strict=True):
                    self.iterate(part, own, number)
                return
            if over.func.id in ("list", "tuple") and len(over.args) == 1:
                over = over.args[0]
        if isinstance(over, ast.Call):
            raise Unfit
        self.unpack(target, [*self.code(over), OP_ITER, number])

    def arguments(self, node: ast.expr) -> None:
        """Rows for what the calls inside an expression hand over, in the order of evaluation."""
        self.calls = 0
        self._calls(node)
        self.calls = 0

    def _calls(self, node: ast.AST) -> None:
        if isinstance(node, _APART):
            return
        before = self.calls
        for child in _children(node):
            self._calls(child)
        if not isinstance(node, ast.Call) or _is_quiet(node):
            return
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Name):
            name = node.func.id
        key = name_hash(name)
        parts = [(place, argument) for place, argument in enumerate(node.args[:64])]
        if isinstance(node.func, ast.Attribute):
            parts.append((RECEIVER, node.func.value))
        for place, argument in parts:
            if isinstance(argument, ast.Starred):
                break
            at = [OP_SKIP, before] if before else []
            try:
                self.add(ARGUMENT, place | self.calls << 8, key, at + self.code(argument))
            except Unfit:
                continue
        self.calls += 1

    # ---- expressions ----------------------------------------------------------------------------

    def row(self, kind: int, a: int, value: ast.expr) -> None:
        try:
            self.add(kind, a, 0, self.code(value))
        except Unfit:
            return

    def add(self, kind: int, a: int, b: int, code: Code) -> None:
        if 0 < len(code) <= MAX_CODE:
            self.module.found.append([self.site, kind, a, b, code])

    def attribute(self, name: str) -> int:
        if name.startswith("__") and not name.endswith("__") and self.klass:
            name = f"_{self.klass}{name}"
        return self.module.number(name)

    def code(self, node: ast.expr) -> Code:
        if isinstance(node, ast.Call) and not _is_quiet(node):
            return [OP_LAST, 0]
        return self.part(node)

    def part(self, node: ast.expr) -> Code:
        code: Code
        if isinstance(node, ast.Name):
            if node.id in self.slots:
                return [OP_SLOT, self.slots[node.id]]
            if node.id in self.names:
                return [OP_GLOBAL, self.names[node.id]]
        elif isinstance(node, ast.Constant):
            value = node.value
            if type(value) is int and value.bit_length() <= 63:
                return [OP_CONST, self.module.constant(value)]
            if type(value) is float and value - value == 0:
                return [OP_CONST, self.module.constant(value)]
            if value is None or value is True or value is False:
                return [OP_CONST, {None: 1 << 30, False: (1 << 30) + 1}.get(value, (1 << 30) + 2)]
            if type(value) is str and len(value) < 200:
                return [OP_CONST, TEXT | self.module.number(value)]
        elif isinstance(node, ast.Attribute):
            return [*self.part(node.value), OP_ATTR, self.attribute(node.attr)]
        elif isinstance(node, ast.Subscript):
            if not isinstance(node.slice, ast.Slice):
                return [*self.part(node.value), *self.part(node.slice), OP_ITEM, 0]
        elif isinstance(node, ast.BinOp):
            if type(node.op) in BINARY:
                return [*self.part(node.left), *self.part(node.right), BINARY[type(node.op)], 0]
        elif isinstance(node, ast.UnaryOp):
            return [*self.part(node.operand), UNARY[type(node.op)], 0]
        elif isinstance(node, ast.Compare):
            if len(node.ops) == 1 and type(node.ops[0]) in BINARY:
                left, right = self.part(node.left), self.part(node.comparators[0])
                return [*left, *right, BINARY[type(node.ops[0])], 0]
        elif isinstance(node, ast.BoolOp):
            keep = KEEP_FALSE if isinstance(node.op, ast.And) else KEEP_TRUE
            code = self.part(node.values[-1])
            for part in reversed(node.values[:-1]):
                code = [*self.part(part), keep, len(code) // 2, *code]
            return code
        elif isinstance(node, ast.IfExp):
            body, other = self.part(node.body), self.part(node.orelse)
            head = [*self.part(node.test), JUMP_FALSE, len(body) // 2 + 1]
            return [*head, *body, JUMP, len(other) // 2, *other]
        elif isinstance(node, ast.Call):
            return self.call(node)
        raise Unfit

    def call(self, node: ast.Call) -> Code:
        if not _is_quiet(node):
            inside = sum(_loud(part) for part in _children(node))
            return [*([OP_SKIP, inside] if inside else []), OP_RESULT, 0]
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if isinstance(node.func, ast.Name):
            name = node.func.id
        op, count = CALLS.get(name, (0, 0))
        if not op or node.keywords or len(node.args) != count:
            raise Unfit
        code: Code = []
        for argument in node.args:
            code += self.part(argument)
        return [*code, op, 0]


def _statements(body: list[Any], depth: int) -> Iterator[tuple[ast.stmt, int]]:
    """All statements, each with the number of `for` loops of its scope that it stands in."""
    for node in body:
        if isinstance(node, ast.stmt):
            yield node, depth
        inner = 0 if isinstance(node, _SCOPES) else depth + isinstance(node, ast.For)
        for name in _BODIES:
            below = getattr(node, name, None)
            if below:
                yield from _statements(below, inner)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """The expressions right inside, in the order of evaluation."""
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, _INSIDE):
            yield value
        elif type(value) is list:
            for part in value:
                if isinstance(part, _INSIDE):
                    yield part


def _is_quiet(node: ast.Call) -> bool:
    """Whether the call is not likely to show as a frame of the recording."""
    func = node.func
    if isinstance(func, ast.Name):
        return func.id in QUIET
    return isinstance(func, ast.Attribute) and func.attr in QUIET


def _loud(node: ast.AST) -> int:
    """Calls inside that are likely to be recorded."""
    if isinstance(node, _APART):
        return 0
    own = int(isinstance(node, ast.Call) and not _is_quiet(node))
    return own + sum(map(_loud, _children(node)))


def _loaded(node: Any) -> ast.expr:
    """A target as an expression."""
    if isinstance(node, ast.Name):
        return ast.Name(node.id, ast.Load())
    if isinstance(node, ast.Attribute):
        return ast.Attribute(node.value, node.attr, ast.Load())
    return ast.Subscript(node.value, node.slice, ast.Load())
