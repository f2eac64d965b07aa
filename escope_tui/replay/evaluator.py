"""Expressions over recorded values. No code of the program is ever run.

The syntax tree is walked node by node; only what is listed here is allowed. A recorded container
or instance stays a `Value` and is read entry by entry; numbers and text are computed with Python's
own operators. Where an answer would need what is not in the recording, the evaluation fails; where
it rests on contents that may have changed unseen, the result is marked with the step at which they
were last seen.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Any

from ..errors import EvaluationError
from ..model.text import one_line
from ..model.values import Value, value_of
from . import bounds, functions, methods
from . import operations as ops
from .exact import UnsettledError, check_power, context, refusal

MAX_SOURCE = 4000
MAX_NODES = 500_000
MAX_SECONDS = 1.0
CONSTANTS: dict[str, Any] = {"True": True, "False": False, "None": None, "Ellipsis": ...}

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}
_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def parse(expression: str) -> ast.expr:
    """The syntax tree of an expression."""
    if len(expression) > MAX_SOURCE:
        raise EvaluationError(f"the expression is longer than {MAX_SOURCE:,} characters")
    try:
        return ast.parse(expression.strip(), "<expression>", "eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = getattr(error, "msg", None) or str(error)
        raise EvaluationError(f"not an expression: {one_line(str(message))}") from error


Holder = Callable[[Value, str], Value | None]


class Effort:
    """How much several evaluations may do: a count, not a clock, so that answers repeat. The unit
    is a node of an expression or a member of a container that is read.
    """

    __slots__ = ("_whole", "left")

    def __init__(self, left: int, whole: Effort | None = None) -> None:
        self.left = left
        self._whole = whole

    def part(self, share: int) -> Effort:
        """One of `share` parts of what is left; what it spends is spent here too."""
        return Effort(max(self.left, 0) // share, self)

    def spend(self, units: int) -> None:
        """Takes from what is left; below 0 nothing more may be done."""
        self.left -= units
        if self._whole is not None:
            self._whole.spend(units)


def evaluate(
    expression: str | ast.expr,
    scopes: list[Mapping[str, Value]],
    seconds: float = MAX_SECONDS,
    holder: Holder | None = None,
    effort: Effort | None = None,
) -> Value:
    """The value of an expression; `scopes` are asked for names one after the other, `holder` for
    the class from which an instance has an attribute. EvaluationError where there is none; its slug
    is "effort" where it would need more than is left of `effort`.
    """
    tree = parse(expression) if isinstance(expression, str) else expression
    evaluator = Evaluator(scopes, seconds, holder, effort)
    try:
        try:
            value = evaluator.answer(tree)
        except UnsettledError:
            with context():
                value = evaluator.answer(tree)
    except EvaluationError:
        raise
    except RecursionError as error:
        raise EvaluationError("the expression is nested too deeply") from error
    except MemoryError as error:
        raise EvaluationError("the expression needs too much memory") from error
    except Exception as error:
        told = refusal(error) or f"{type(error).__name__}: {one_line(str(error))}"
        raise EvaluationError(told) from error
    finally:
        if effort is not None:
            effort.spend(evaluator.nodes + evaluator.doubt.members)
    if evaluator.doubt.step is not None and not value.uncertain:
        return value.seen_at(evaluator.doubt.step)
    return value


class Evaluator:
    """One evaluation with its budget."""

    def __init__(
        self,
        scopes: list[Mapping[str, Value]],
        seconds: float,
        holder: Holder | None = None,
        effort: Effort | None = None,
    ) -> None:
        self.holder = holder
        self.scopes: list[Mapping[str, Any]] = list(scopes)
        self.nodes = 0
        self.most = MAX_NODES if effort is None else effort.left
        self.deadline = monotonic() + seconds
        self.doubt = ops.Doubt()

    def answer(self, tree: ast.expr) -> Value:
        """The value of a whole expression, all members of what is read lazily computed."""
        result = self.visit(tree)
        ops.check_shown(result)
        return value_of(ops.lower(result))

    def visit(self, node: ast.expr) -> Any:
        """The domain value of a node."""
        self.nodes += 1
        if self.nodes > self.most and self.most < MAX_NODES:
            raise EvaluationError("the expression takes too long", slug="effort")
        if self.nodes > MAX_NODES or (self.nodes % 64 == 0 and monotonic() > self.deadline):
            raise EvaluationError("the expression takes too long")
        method = getattr(self, f"visit_{type(node).__name__}", None)
        if method is None:
            raise EvaluationError(f"{type(node).__name__} cannot be evaluated over a recording")
        return method(node)

    # -- atoms

    def visit_Constant(self, node: ast.Constant) -> Any:
        return node.value

    def visit_Name(self, node: ast.Name) -> Any:
        for scope in self.scopes:
            if node.id in scope:
                return ops.lift(scope[node.id])
        if node.id in CONSTANTS:
            return CONSTANTS[node.id]
        builtin = functions.BUILTINS.get(node.id)
        if builtin is not None:
            return builtin
        raise EvaluationError(f"{node.id} is not bound here", slug="unbound")

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return tuple(self._elements(node.elts))

    def visit_List(self, node: ast.List) -> Any:
        return self._elements(node.elts)

    def visit_Set(self, node: ast.Set) -> Any:
        return {ops.key(element, self.doubt) for element in self._elements(node.elts)}

    def visit_Dict(self, node: ast.Dict) -> Any:
        result: dict[Any, Any] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                for each, member in ops.pairs(self.visit(value), self.doubt):
                    result[ops.key(each, self.doubt)] = member
            else:
                result[ops.key(self.visit(key), self.doubt)] = self.visit(value)
        return result

    def _elements(self, nodes: list[ast.expr]) -> list[Any]:
        result: list[Any] = []
        for node in nodes:
            if isinstance(node, ast.Starred):
                result.extend(ops.iterate(self.visit(node.value), self.doubt))
            else:
                result.append(self.visit(node))
            ops.check_length(len(result))
        return result

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Any:
        parts: list[str] = []
        for piece in node.values:
            if isinstance(piece, ast.FormattedValue):
                parts.append(self.visit_FormattedValue(piece))
            else:
                parts.append(str(ast.literal_eval(piece)))
            ops.check_length(sum(map(len, parts)))
        return "".join(parts)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> str:
        value = self.visit(node.value)
        spec = "" if node.format_spec is None else self.visit(node.format_spec)
        if node.conversion == ord("r"):
            value = bounds.show(value, repr, self.doubt)
        elif node.conversion == ord("a"):
            value = bounds.show(value, ascii, self.doubt)
        elif node.conversion == ord("s"):
            value = bounds.show(value, str, self.doubt)
        return bounds.formatted(value, spec, self.doubt)

    # -- operators

    def visit_BoolOp(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        result: Any = None
        for each in node.values:
            result = self.visit(each)
            if ops.truth(result, self.doubt) is stop:
                return result
        return result

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Any:
        operand = self.visit(node.operand)
        if isinstance(node.op, ast.Not):
            return not ops.truth(operand, self.doubt)
        return _UNARY[type(node.op)](ops.plain(operand, self.doubt))

    def visit_BinOp(self, node: ast.BinOp) -> Any:
        one, other = self.visit(node.left), self.visit(node.right)
        function = _BINARY.get(type(node.op))
        if function is None:
            raise EvaluationError("this operator cannot be evaluated over a recording")
        if isinstance(node.op, ast.Add):
            joined = bounds.joined(one, other, self.doubt)
            if joined is not None:
                return joined
        left, right = bounds.operand(one, self.doubt), bounds.operand(other, self.doubt)
        bounds.check_operation(type(node.op).__name__, left, right)
        check_power(type(node.op).__name__, left, right)
        return function(left, right)

    def visit_Compare(self, node: ast.Compare) -> Any:
        left = self.visit(node.left)
        for comparison, each in zip(node.ops, node.comparators, strict=True):
            right = self.visit(each)
            if not self._compare(comparison, left, right):
                return False
            left = right
        return True

    def _compare(self, comparison: ast.cmpop, left: Any, right: Any) -> bool:
        if isinstance(comparison, ast.Eq):
            return ops.equal(left, right, self.doubt)
        if isinstance(comparison, ast.NotEq):
            return not ops.equal(left, right, self.doubt)
        if isinstance(comparison, ast.Is):
            return ops.identical(left, right)
        if isinstance(comparison, ast.IsNot):
            return not ops.identical(left, right)
        if isinstance(comparison, ast.In):
            return ops.contains(right, left, self.doubt)
        if isinstance(comparison, ast.NotIn):
            return not ops.contains(right, left, self.doubt)
        order = _ORDER[type(comparison)]
        return bool(order(ops.plain(left, self.doubt), ops.plain(right, self.doubt)))

    def visit_IfExp(self, node: ast.IfExp) -> Any:
        chosen = node.body if ops.truth(self.visit(node.test), self.doubt) else node.orelse
        return self.visit(chosen)

    # -- parts of things

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        owner = self.visit(node.value)
        if self.holder is not None and isinstance(owner, Value) and owner.attr(node.attr) is None:
            owner = self.holder(owner, node.attr) or owner
        return ops.attribute(owner, node.attr, self.doubt)

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        return ops.subscript(self.visit(node.value), self.visit(node.slice), self.doubt)

    def visit_Slice(self, node: ast.Slice) -> Any:
        bounds = (node.lower, node.upper, node.step)
        return slice(*(None if each is None else self.visit(each) for each in bounds))

    def visit_Call(self, node: ast.Call) -> Any:
        arguments = self._elements(node.args)
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            if keyword.arg is None:
                raise EvaluationError("** in a call cannot be evaluated over a recording")
            keywords[keyword.arg] = self.visit(keyword.value)
        if isinstance(node.func, ast.Attribute):
            receiver = self.visit(node.func.value)
            return methods.method(receiver, node.func.attr, arguments, keywords, self.doubt)
        function = self.visit(node.func)
        if not isinstance(function, ops.Builtin):
            raise EvaluationError("calling this would run the program's code")
        return function.call(arguments, keywords, self.doubt)

    # -- functions

    def visit_Lambda(self, node: ast.Lambda) -> ops.Builtin:
        given = node.args
        if given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg:
            raise EvaluationError("only plain parameters of a lambda can be evaluated")
        names = [each.arg for each in given.args]
        defaults = [self.visit(each) for each in given.defaults]
        known = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        scopes = list(self.scopes)

        def call(arguments: list[Any], keywords: dict[str, Any], doubt: ops.Doubt) -> Any:
            values = dict(zip(names, arguments, strict=False))
            twice = values.keys() & keywords.keys()
            bound = {**known, **values, **keywords}
            if len(arguments) > len(names) or twice or bound.keys() != set(names):
                raise EvaluationError("the lambda takes other arguments")
            return self._within([bound, *scopes], node.body)

        return ops.Builtin("<lambda>", call)

    def _within(self, scopes: list[Mapping[str, Any]], node: ast.expr) -> Any:
        """The value of a node that sees other names."""
        outer, self.scopes = self.scopes, scopes
        try:
            return self.visit(node)
        finally:
            self.scopes = outer

    # -- comprehensions

    def visit_ListComp(self, node: ast.ListComp) -> Any:
        stream = self._stream(node.generators, node.elt)
        return ops.iterate(stream, self.doubt)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ops.Stream:
        return self._stream(node.generators, node.elt)

    def visit_SetComp(self, node: ast.SetComp) -> Any:
        found = self._stream(node.generators, node.elt)
        members = ops.iterate(found, self.doubt, any_order=True)
        return {ops.key(each, self.doubt) for each in members}

    def visit_DictComp(self, node: ast.DictComp) -> Any:
        value = getattr(node, "value", None)
        if value is None:
            raise EvaluationError("this comprehension cannot be evaluated over a recording")
        pair = ast.copy_location(ast.Tuple([node.key, value], ast.Load()), node)
        found = ops.iterate(self._stream(node.generators, pair), self.doubt)
        return {ops.key(key, self.doubt): member for key, member in found}

    def _stream(self, clauses: list[ast.comprehension], element: ast.expr) -> ops.Stream:
        """The elements, each computed when it is asked for; what the first clause goes through is
        known at once, as in Python.
        """
        names: dict[str, Any] = {}
        first = self.visit(clauses[0].iter)
        scopes: list[Mapping[str, Any]] = [names, *self.scopes]
        stream = ops.Stream("generator", iter(()))

        def loop(place: int, source: Any) -> Iterator[Any]:
            clause = clauses[place]
            if clause.is_async:
                raise EvaluationError("async comprehensions cannot be evaluated over a recording")
            stream.scrambled = stream.scrambled or ops.is_set(source)
            for item in ops.lazily(source, self.doubt, any_order=True):
                self.nodes += 1
                self._bind(clause.target, item, names)
                tests = (self._within(scopes, test) for test in clause.ifs)
                if not all(ops.truth(each, self.doubt) for each in tests):
                    continue
                if place + 1 == len(clauses):
                    yield self._within(scopes, element)
                else:
                    yield from loop(place + 1, self._within(scopes, clauses[place + 1].iter))

        stream.iterator = loop(0, first)
        return stream

    def _bind(self, target: ast.expr, item: Any, names: dict[str, Any]) -> None:
        if isinstance(target, ast.Name):
            names[target.id] = item
        elif isinstance(target, ast.Tuple | ast.List):
            members = ops.iterate(item, self.doubt)
            stars = [k for k, each in enumerate(target.elts) if isinstance(each, ast.Starred)]
            parts = list(target.elts)
            if stars:
                place, size = stars[0], len(members) - len(parts) + 1
                if size < 0:
                    raise EvaluationError(f"cannot unpack {len(members)} into {len(parts)}")
                middle = members[place : place + size]
                members = [*members[:place], middle, *members[place + size :]]
                starred = parts[place]
                assert isinstance(starred, ast.Starred)
                parts[place] = starred.value
            if len(members) != len(parts):
                raise EvaluationError(f"cannot unpack {len(members)} into {len(parts)}")
            for each, member in zip(parts, members, strict=True):
                self._bind(each, member, names)
        else:
            raise EvaluationError("this target cannot be evaluated over a recording")
