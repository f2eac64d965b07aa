"""Small changes of a statement that would have made a difference.

Mutation-based fault localisation (Papadakis and Le Traon 2015) without running anything: the
changed expressions are evaluated over the recorded values of each execution. A change that would
have given something else in the failing runs and in no passing one points at its statement.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import EscopeError
from ..model.values import Value
from ..replay.evaluator import MAX_SOURCE
from ..replay.functions import BUILTINS
from ..replay.sampling import UNASKED, Sampler, compile_expression

if TYPE_CHECKING:
    from ..replay.evaluator import Effort
    from ..replay.recording import Replay
    from ..replay.sampling import Compiled

MAX_CHANGES = 40
"""Changes of one statement that are tried."""
MAX_VARIANTS = 200
"""Changes of one expression that are looked at, those that make no difference included."""
MAX_HITS = 30
"""Executions of a statement that are looked at from either end of a run."""
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.NotEq),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.NotEq),
    ast.GtE: (ast.Gt,),
    ast.NotEq: (ast.Lt, ast.Gt),
}
_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mod, ast.Mult),
    ast.Div: (ast.FloorDiv,),
    ast.Mod: (ast.FloorDiv,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitOr, ast.BitAnd),
}
_NAMES = {
    "isalpha": ("isalnum",),
    "isalnum": ("isalpha", "isdigit"),
    "isdigit": ("isalnum",),
    "islower": ("isupper",),
    "isupper": ("islower",),
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "lower": ("upper",),
    "upper": ("lower",),
    "lstrip": ("strip",),
    "rstrip": ("strip",),
    "find": ("rfind",),
    "rfind": ("find",),
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
}
_BLOCKS = (
    *("body", "orelse", "finalbody", "handlers", "cases"),
    *("decorator_list", "target", "targets"),
)
_UNKNOWN = (ast.Yield, ast.YieldFrom, ast.Await, ast.NamedExpr, ast.Lambda, ast.Starred)


class Change(NamedTuple):
    """An expression of a statement, and what could stand there."""

    before: str
    after: str

    @property
    def differs(self) -> str:
        """An expression that is false where the change makes a difference."""
        return f"({self.before}) == ({self.after})"


def small_changes(node: ast.stmt | None) -> list[Change]:
    """Other operators, bounds, constants and the like in the expressions of a statement that can be
    evaluated over a recording.
    """
    found: dict[Change, None] = {}
    try:
        trees = list(_expressions(node)) if node is not None else []
    except RecursionError:
        return []
    for tree in trees:
        for change in _changes(tree):
            found[change] = None
            if len(found) >= MAX_CHANGES:
                return list(found)
    return list(found)


def _changes(tree: ast.expr) -> Iterator[Change]:
    try:
        before = ast.unparse(tree)
        if len(before) > MAX_SOURCE:
            return
        for variant in islice(_variants(tree), MAX_VARIANTS):
            change = Change(before, ast.unparse(ast.fix_missing_locations(variant)))
            if change.after != before and len(change.differs) <= MAX_SOURCE:
                yield change
    except (RecursionError, ValueError):
        # Nested too deeply for Python's own functions; or, before 3.12, a backslash in an f-string.
        return


def compiled(changes: Sequence[Change]) -> dict[int, Compiled]:
    """By their places, the changes as `differing` takes them; without those that it cannot."""
    found: dict[int, Compiled] = {}
    for place, change in enumerate(changes):
        try:
            found[place] = compile_expression(change.differs)
        except (EscopeError, RecursionError):
            continue
    return found


class Tried(NamedTuple):
    """What became of the changes of a statement in one run, by their places."""

    found: set[int]
    """They would have given something else at an execution."""
    missed: set[int]
    """The effort did not suffice to try them at all."""
    cut: bool
    """It did not suffice to try all of them at all executions."""


def differing(
    rec: Replay, sites: Sequence[int], changes: Mapping[int, Compiled], stop: int, effort: Effort
) -> Tried:
    """Which of the changes would have given something else at an execution before `stop`."""
    places, asked = list(changes), list(changes.values())
    found: set[int] = set()
    tried: set[int] = set()
    cut = False
    for direction, share in ((1, 2), (-1, 1)):
        own = effort.part(share)
        done = set(found)
        sampler = Sampler(rec, rec.surveyor, own)
        hits = sampler.hits(sites, asked, stop=stop, direction=direction, done=done)
        looked = 0
        try:
            for hit in islice(hits, MAX_HITS):
                looked += 1
                for place, answer in enumerate(hit.values):
                    if answer is UNASKED:
                        continue
                    if isinstance(answer, Value):
                        tried.add(place)
                        if answer.data is False:
                            found.add(place)
                            done.add(place)
                    elif answer.slug == "effort":
                        cut = True
                        done.add(place)
                    else:
                        tried.add(place)
                if len(done) == len(asked):
                    break
                if own.left <= 0:
                    cut = True
                    break
        except EscopeError:
            continue
        if len(found) == len(asked) or (looked < MAX_HITS and not cut):
            break
    missed = set(range(len(asked))) - tried if cut else set()
    return Tried({places[n] for n in found}, {places[n] for n in missed}, cut)


def _expressions(node: ast.stmt) -> Iterator[ast.expr]:
    for name, value in ast.iter_fields(node):
        if name in _BLOCKS:
            continue
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, ast.expr):
                yield from _evaluable(each)


def _evaluable(node: ast.expr) -> Iterator[ast.expr]:
    """The largest parts of an expression that need no code of the program."""
    if not isinstance(node, ast.Name | ast.Constant) and all(map(_known, ast.walk(node))):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        inner = child.value if isinstance(child, ast.keyword) else child
        if isinstance(inner, ast.expr):
            yield from _evaluable(inner)


def _known(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        called = node.func
        known = isinstance(called, ast.Name) and called.id in BUILTINS
        return known or isinstance(called, ast.Attribute)
    return not isinstance(node, _UNKNOWN)


def _variants(node: Any) -> Iterator[Any]:
    """The trees that differ from one in one place."""
    if isinstance(node, ast.expr):
        yield from _here(node)
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            for each in _variants(value):
                yield _with(node, name, each)
        elif isinstance(value, list):
            for place, member in enumerate(value):
                if isinstance(member, ast.expr | ast.keyword | ast.comprehension):
                    for each in _variants(member):
                        yield _with(node, name, [*value[:place], each, *value[place + 1 :]])


def _with(node: Any, name: str, value: Any) -> Any:
    made = copy(node)
    setattr(made, name, value)
    return made


def _here(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.Compare):
        yield from _compared(node)
    elif isinstance(node, ast.BinOp):
        for operator in _OPERATORS.get(type(node.op), ()):
            yield ast.BinOp(node.left, operator(), node.right)
        yield node.left
        yield node.right
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for place in range(len(node.values)):
            rest = node.values[:place] + node.values[place + 1 :]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Call):
        yield from _called(node)


def _compared(node: ast.Compare) -> Iterator[ast.expr]:
    operands = (node.left, *node.comparators)
    if any(isinstance(each, ast.Constant) and isinstance(each.value, str) for each in operands):
        return
    for place, operator in enumerate(node.ops):
        for other in _COMPARISONS.get(type(operator), ()):
            yield _with(node, "ops", [*node.ops[:place], other(), *node.ops[place + 1 :]])


def _called(node: ast.Call) -> Iterator[ast.expr]:
    for place in range(len(node.keywords)):
        yield _with(node, "keywords", node.keywords[:place] + node.keywords[place + 1 :])
    name = str(getattr(node.func, "id", "") or getattr(node.func, "attr", ""))
    for other in _NAMES.get(name, ()):
        field = "id" if isinstance(node.func, ast.Name) else "attr"
        yield _with(node, "func", _with(node.func, field, other))
    if name == "range" and 0 < len(node.args) < 4:
        for place in range(min(len(node.args), 2)):
            for by in (1, -1):
                moved: ast.expr = ast.BinOp(node.args[place], ast.Add(), ast.Constant(by))
                args = [*node.args[:place], moved, *node.args[place + 1 :]]
                yield _with(node, "args", args)
