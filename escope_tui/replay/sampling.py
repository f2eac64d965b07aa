"""Expressions over many hits: what reads only numbers and text is compiled once and computed on raw
values; everything else, and each case of doubt, goes to the evaluator, one moment at a time.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from .._speedups.unpack import ELSEWHERE, Condition, Text
from ..errors import EvaluationError
from ..model.values import Value, value_of
from .conditions import Program, program_of
from .evaluator import Effort, evaluate, parse
from .functions import BUILTINS
from .tables import Function, Site
from .values import SETTLED_MODULES

if TYPE_CHECKING:
    from .recording import Replay
    from .survey import Surveyor

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod, ast.Div)
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_PLAIN = (
    ast.BinOp,
    ast.BoolOp,
    ast.UnaryOp,
    ast.Compare,
    ast.IfExp,
    *_ARITHMETIC,
    *_COMPARISONS,
    ast.And,
    ast.Or,
    ast.Not,
    ast.USub,
    ast.UAdd,
)
MAX_NODES = 60
LARGE = 1 << 32
SETUP = 60
"""What one evaluation takes besides its nodes, in units of `Effort`."""
SCOPES = 400
"""What it takes to read the variables of a moment."""
READ = 200
"""What it takes to read the hits in one chunk."""
UNASKED = EvaluationError("the expression is no longer asked for", slug="unasked")


class Hit(NamedTuple):
    """One step at a wanted site, with what the expressions gave."""

    step: int
    site: int
    thread: int
    frame: int
    time_ns: int
    values: tuple[Value | EvaluationError, ...]
    holds: bool | EvaluationError


@dataclass(frozen=True, slots=True)
class _Read:
    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """An expression; `code` is None where only the evaluator can tell."""

    tree: ast.expr
    code: Any
    reads: tuple[_Read, ...]
    text_too: bool
    """Text may be computed with: nothing multiplies or formats."""
    program: Program | None
    """The same for the codec; None where it cannot."""


def compile_expression(expression: str) -> Compiled:
    """Reads an expression; EvaluationError when it is none."""
    tree = parse(expression)
    reads: dict[_Read, int] = {}
    nodes = 0

    def convert(node: ast.expr) -> ast.expr | None:
        nonlocal nodes
        nodes += 1
        node = _folded(node)
        read = _read(node)
        if read is not None:
            place = reads.setdefault(read, len(reads))
            return ast.Name(f"v{place}", ast.Load())
        if isinstance(node, ast.Constant):
            plain = type(node.value) in (int, float, str, bool, type(None))
            small = type(node.value) is not int or abs(node.value) < LARGE
            return node if plain and small else None
        if not isinstance(node, _PLAIN):
            return None
        made = copy(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                value = convert(value)
                if value is None:
                    return None
            elif isinstance(value, list):
                done: list[Any] = []
                for each in value:
                    if isinstance(each, ast.expr):
                        each = convert(each)
                        if each is None:
                            return None
                    elif not isinstance(each, _PLAIN):
                        return None
                    done.append(each)
                value = done
            elif not isinstance(value, _PLAIN):
                return None
            setattr(made, field, value)
        return made

    try:
        converted = convert(tree)
    except RecursionError:
        converted = None  # the evaluator says so, wherever it is asked
    code = program = None
    if converted is not None and nodes <= MAX_NODES:
        program = program_of(converted)
        names = [ast.arg(f"v{place}") for place in range(len(reads))]
        whole = ast.Expression(
            ast.Lambda(ast.arguments([], names, None, [], [], None, []), converted)
        )
        ast.fix_missing_locations(whole)
        code = eval(compile(whole, "<expression>", "eval"), {"__builtins__": {}})
    strict = any(
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Mod | ast.Add)
        for node in ast.walk(tree)
    )
    return Compiled(tree, code, tuple(reads), not strict, program)


def _folded(node: ast.expr) -> ast.expr:
    """Arithmetic over nothing but numbers and text (`10 ** 6`) as what it gives."""
    if not isinstance(node, ast.BinOp):
        return node
    if not all(
        isinstance(each, ast.BinOp | ast.UnaryOp | ast.Constant | ast.operator | ast.unaryop)
        for each in ast.walk(node)
    ):
        return node
    try:
        value = evaluate(node, [])
    except EvaluationError:
        return node
    plain = value.kind in ("int", "float", "str") and not value.truncated
    return ast.Constant(value.data) if plain else node


def _read(node: ast.expr) -> _Read | None:
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id in ("True", "False", "None"):
        return None
    return _Read(node.id, tuple(reversed(path)))


class Sampler:
    """Walks over the hits of some sites and computes expressions at each. `effort` bounds what is
    computed; beyond it the expressions have errors of the slug "effort".
    """

    def __init__(self, rec: Replay, surveyor: Surveyor, effort: Effort | None = None) -> None:
        self._rec = rec
        self._effort = effort
        self._moment: tuple[int, int | None] | None = None
        self._scopes: list[Mapping[str, Value]] = []
        self._surveyor = surveyor

    def hits(
        self,
        sites: Iterable[int],
        expressions: Iterable[str | Compiled] = (),
        where: str = "",
        start: int = 0,
        stop: int | None = None,
        direction: int = 1,
        done: Collection[int] = (),
    ) -> Iterator[Hit]:
        """The hits of a stretch of steps, in order (backward: from its end). Those for which
        `where` is false, or reads a name that is not bound, are left out. `done` has the places of
        expressions that need no more answers, and may grow meanwhile: they have `UNASKED`.
        """
        rec, survey = self._rec, self._surveyor.survey
        asked = [
            compile_expression(each) if isinstance(each, str) else each for each in expressions
        ]
        condition = compile_expression(where) if where.strip() else None
        wanted = frozenset(sites)
        every = [*asked, condition] if condition is not None else asked
        reads = list(dict.fromkeys(read for each in every for read in each.reads))
        places = {read: 5 + place for place, read in enumerate(reads)}
        plans = {site: self._plan(site, reads) for site in wanted}
        marked = self._surveyor.site_set(wanted)
        end = len(rec) if stop is None else stop
        sure = self._sure() if any(read.path for read in reads) else frozenset()
        numbers = self._surveyor.numbers(start, end, direction, wanted)
        codec = Condition((), (), plans, len(marked), sure)

        def read(number: int) -> list[Any]:
            return survey.samples(number, codec, start, end)

        arguments = [[places[r] for r in each.reads] for each in asked]
        needed = [places[r] for r in condition.reads] if condition is not None else []
        look = self._look(condition, wanted, sure, start, end) if condition is not None else None
        if not reads:
            found = self._surveyor.beside(
                numbers, lambda n: [list(row) for row in survey.steps_at(n, marked, start, end)]
            )
        elif look is None:
            found = self._surveyor.beside(numbers, read)
        else:
            found = self._surveyor.beside(self._surveyor.sift(numbers, look), read)
        for _, rows in found:
            if self._effort is not None:
                self._effort.spend(READ + len(rows))
            for row in rows if direction > 0 else reversed(rows):
                holds: bool | EvaluationError = True
                if condition is not None:
                    answer = self._truth(condition, row, needed)
                    if answer is False:
                        continue
                    holds = answer
                values = tuple(
                    UNASKED if place in done else self._value(each, row, arguments[place])
                    for place, each in enumerate(asked)
                )
                yield Hit(row[0], row[1], row[2], row[3], row[4], values, holds)

    def _look(
        self,
        condition: Compiled,
        sites: frozenset[int],
        sure: frozenset[int],
        start: int,
        stop: int,
    ) -> Callable[[int], bool] | None:
        """Tells whether a condition may hold anywhere in a chunk; None: only a closer look can."""
        if condition.program is None or not condition.reads:
            return None
        survey = self._surveyor.survey
        plans = {site: self._plan(site, list(condition.reads)) for site in sites}
        size = len(self._surveyor.site_set(()))
        ops, constants = condition.program.ops, condition.program.constants
        codec = Condition(ops, constants, plans, size, sure)
        return lambda number: survey.may_hold(number, codec, start, stop)

    def turns(
        self, tree: ast.expr, function: Function
    ) -> Callable[[int, int, bool, int, int, bool], int] | None:
        """Asks the codec where an expression over variables, as a frame of a function sees it, is
        not what it was (see `Survey.turn`). None: only the evaluator can tell.
        """
        asked = compile_expression(ast.unparse(tree))
        if asked.program is None or not asked.reads:
            return None
        plan = []
        module = self._rec.program.function(function.module, 0)
        for read in asked.reads:
            own = _slots(function, read.name, frozenset())
            shared = _slots(module, read.name, frozenset()) if function.kind != "module" else []
            if read.path or read.name in BUILTINS or len(own) + len(shared) != 1:
                return None
            home = function if own else module
            slot = (own or shared)[0]
            if slot in self._rec.program.comprehension_slots(home):
                return None
            role = 1 if home.kind == "module" else 0
            plan.append((role, slot, function.module, read.path))
        ops, constants = asked.program.ops, asked.program.constants
        codec = Condition(ops, constants, {0: plan}, 1, ())
        survey = self._surveyor.survey
        return lambda number, frame, before, start, stop, last: survey.turn(
            number, codec, frame, before, start, stop, last
        )

    def _sure(self) -> frozenset[int]:
        """Types whose instances change only where recorded code does it."""
        source, recorded = self._rec.file, self._rec.program.module_names
        return frozenset(
            number
            for number, known in source.types.items()
            if all(
                each[0] in recorded or each[0] in SETTLED_MODULES
                for each in (known, *source.bases.get(number, ()))
            )
        )

    def _plan(self, number: int, reads: list[_Read]) -> list[tuple[int, int, int, tuple[str, ...]]]:
        site = self._rec.program.site(number)
        function = self._rec.program.function_of(site)
        return [self._place(function, site, read) for read in reads]

    def _place(
        self, function: Function, site: Site, read: _Read
    ) -> tuple[int, int, int, tuple[str, ...]]:
        nowhere = (0, 1 << 30, 0, read.path)
        program = self._rec.program
        own = _slots(function, read.name, program.hidden_slots(function, site))
        if len(own) > 1:
            return nowhere
        if own:
            role = 1 if function.kind == "module" else 0
            return (role, own[0], function.module, read.path)
        module = program.function(function.module, 0)
        shared = _slots(module, read.name, program.hidden_slots(module, None))
        if len(shared) != 1:
            return nowhere
        return (1, shared[0], function.module, read.path)

    def _fast(self, each: Compiled, row: list[Any], places: list[int]) -> Any:
        """The plain result, or ELSEWHERE."""
        if each.code is None:
            return ELSEWHERE
        given = []
        for place in places:
            raw = row[place]
            kind = type(raw)
            if kind is Text:
                if raw.truncated or not each.text_too:
                    return ELSEWHERE
                raw = raw.value
            elif kind is not int and kind is not float and kind is not bool and raw is not None:
                return ELSEWHERE
            given.append(raw)
        try:
            return each.code(*given)
        except Exception:
            return ELSEWHERE

    def _truth(self, each: Compiled, row: list[Any], places: list[int]) -> bool | EvaluationError:
        found = self._fast(each, row, places)
        if found is not ELSEWHERE:
            return bool(found)
        try:
            return bool(self._slow(each, row))
        except EvaluationError as error:
            return False if error.slug == "unbound" else error

    def _value(self, each: Compiled, row: list[Any], places: list[int]) -> Value | EvaluationError:
        if self._effort is not None:
            self._effort.spend(1)
        found = self._fast(each, row, places)
        if found is not ELSEWHERE:
            return value_of(found)
        try:
            return self._slow(each, row)
        except EvaluationError as error:
            return error

    def _slow(self, each: Compiled, row: list[Any]) -> Value:
        if self._effort is None:
            return self._rec.evaluated(each.tree, row[0], row[3])
        if self._moment != (row[0], row[3]):
            self._effort.spend(SCOPES)
            self._moment = (row[0], row[3])
            self._scopes = self._rec.scopes(row[0], row[3])
        self._effort.spend(SETUP)
        # Half of what is left at the most, so that one dear expression leaves some for the others.
        part = self._effort.part(2)
        return evaluate(each.tree, self._scopes, holder=self._rec.class_with, effort=part)


def _slots(function: Function, name: str, hidden: frozenset[int]) -> list[int]:
    return [
        slot for slot, each in enumerate(function.variables) if each == name and slot not in hidden
    ]
