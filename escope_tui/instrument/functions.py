"""Functions, lambdas, classes and the module itself: where frames begin and end."""

from __future__ import annotations

from escope_tui.instrument import names
from escope_tui.instrument.compound import Compound, Tail, end_of
from escope_tui.instrument.scope import AFTER, Options, Scope
from escope_tui.instrument.survey import Facts, Survey
from escope_tui.instrument.tables import (
    NOWHERE,
    Effect,
    Frame,
    Position,
    Tables,
    place,
    position_of,
)
from escope_tui.model import sites as flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable
    from typing import Any
else:
    from escope_tui.instrument import tree as ast


class Rewriter(Compound):
    """Rewrites one module in place and fills its tables."""

    def __init__(self, tree: ast.Module, options: Options) -> None:
        super().__init__(Survey(tree), Tables(), options)
        self.tree = tree

    def module(self) -> None:
        """Rewrite the whole module."""
        tree = self.tree
        frame = self.tables.frame("module", "<module>", "<module>", None)
        frame.elsewhere = ()
        self.here = Scope("module", frame, self.survey.module, None)
        tree.body = self._frame_body(tree.body, (1, 0, 1, 0), flag.END)
        if tree.body:
            frame.end_line = tree.body[-1].end_lineno or 1
        if self.survey.dynamic:
            for name in sorted(self.survey.loaded - self.survey.inner_bound):
                if not self.is_builtin(name):
                    frame.slot(name)

    def statement(self, node: ast.stmt, out: list[ast.stmt], tail: Tail) -> None:
        handler = _SIMPLE.get(type(node))
        if handler is not None:
            handler(self, node, out)
        else:
            _COMPOUND.get(type(node), _unknown)(self, node, out, tail)

    def _frame_body(
        self, body: list[ast.stmt], position: Position, end: int, tail: Tail = None
    ) -> list[ast.stmt]:
        """The statements of a frame between its ENTER and its `end` site."""
        here = self.here
        here.flags |= flag.ENTER
        out: list[ast.stmt] = []
        rest = body
        if body and _is_docstring(body[0]):
            out.append(body[0])
            rest = body[1:]
        last = len(rest) - 1
        for index, node in enumerate(rest):
            self.statement(node, out, tail if index == last else None)
        if here.flags & flag.ENTER:
            self.step(position, out, 0)
        if here.reach:
            at = end_of(rest) if rest else position
            if end & flag.RETURN:
                effects, here.pending = here.pending, []
                none = place(ast.Constant(None), at)
                flags, here.flags = end | here.flags, 0
                call = self.tables.call(flags, here.frame, at, effects, first=none, spec=("r",))
                out.append(place(ast.Expr(call), at))
            else:
                self.step(at, out, end)
        return out

    # Functions

    def function(self, node: Any, out: list[ast.stmt], tail: Tail) -> None:
        """`def` and `async def`."""
        self.begin()
        compiled = self._decorators(node)
        args = node.args
        args.defaults = [self.expr(item) for item in args.defaults]
        args.kw_defaults = [item and self.expr(item) for item in args.kw_defaults]
        if not compiled:
            self._function_body(node)
        self._defined(node, out)

    def _defined(self, node: Any, out: list[ast.stmt], changed: bool = False) -> None:
        """`changed`: a metaclass may go on with the class after its code has seen it."""
        first = node.decorator_list[0] if node.decorator_list else node
        position = (first.lineno, node.col_offset, first.lineno, node.col_offset)
        if first is not node:
            position = position_of(first)
        self.owe(self.wrote(node.name, changed=changed))
        self.bind(node.name)
        self.step(position, out)
        out.append(node)
        self.settle()

    def _decorators(self, node: Any) -> bool:
        """Visit the decorators; whether one of them compiles what it decorates."""
        compiled = False
        for index, decorator in enumerate(node.decorator_list):
            target = decorator.func if isinstance(decorator, ast.Call) else decorator
            reached = self.chain(target)
            if reached is not None:
                name, path = reached
                origin = self.origin(name) or name
                compiled = compiled or names.is_compiler(".".join((origin, *path)))
                if reached and target is decorator and self.mode(name) == AFTER:
                    known = self.survey.known_definition(name)
                    if path:
                        self.owe(Effect(("m", path[-1], path[:-1], 0, ()), name))
                    elif known is None and not self.is_builtin(name):
                        self.owe(Effect(("c", 0, ()), name))
            node.decorator_list[index] = self.expr(decorator)
        return compiled

    def _function_scope(self, node: Any, kind: str, name: str) -> Scope:
        outer = self.here
        facts = self.survey.facts[id(node)]
        frame = self.tables.frame(kind, name, self.qualify(name), node)
        here = Scope("function", frame, facts, outer.class_name)
        arguments = node.args
        parameters = [*arguments.posonlyargs, *arguments.args]
        if parameters:
            here.first = parameters[0].arg
        parameters += [arguments.vararg] if arguments.vararg else []
        parameters += arguments.kwonlyargs
        parameters += [arguments.kwarg] if arguments.kwarg else []
        self.here = here
        for parameter in parameters:
            here.pending.append(self.wrote(parameter.arg))
            self.bind(parameter.arg)
        frame.parameters = len(frame.names)
        own = facts.bound - facts.globals - facts.nonlocals
        frame.own = {name: names.mangle(name, outer.class_name) for name in own}
        frame.globals = facts.globals
        known = self.survey
        frame.elsewhere = (facts.bound, facts.nonlocals, known.inner_bound, known.class_bound)
        if outer.kind == "class":
            here.methods = outer.facts.methods - self.survey.stored_attributes
        if here.first in facts.deleted or here.first in facts.rebound:
            here.first, here.methods = None, set()
        self.here = outer
        return here

    def _function_body(self, node: Any) -> None:
        outer = self.here
        kind = "function"
        facts = self.survey.facts[id(node)]
        if isinstance(node, ast.AsyncFunctionDef):
            kind = "asyncgen" if facts.yields else "coroutine"
        elif facts.yields:
            kind = "generator"
        here = self._function_scope(node, kind, node.name)
        here.late = facts.late and self.options.guards
        entry = set(here.bound)
        self.here = here
        position = (node.lineno, node.col_offset, node.lineno, node.col_offset)
        end = flag.RETURN | flag.LATE if here.late else flag.END
        body = node.body
        tail: Tail = None if here.late else "end"
        made = self._frame_body(body, position, end, tail)
        document = made[:1] if _is_docstring(body[0]) else []
        if self.options.guards:
            rest = made[len(document) :]
            here.bound = entry
            here.written, here.walrus, here.conditional = set(), set(), 0
            at = position
            flags = flag.UNWIND
            last: list[ast.stmt] = []
            if here.late:
                flags |= flag.LATE
                self.put(flag.END, at, [], last, at=NOWHERE)
            made = document + self.guarded(rest, here.guards[0], at, flags, last)
        node.body = made
        self._quiet_sites(here.frame, position)
        self.here = outer

    def _quiet_sites(self, frame: Frame, position: Position) -> None:
        """A site for each variable whose old value may be finalized while it is rebound."""
        for name in sorted(frame.rebound):
            effect = Effect(("w", frame.slots[name]))
            self.tables.call(flag.QUIET, frame, position, [effect])

    def _lambda(self, node: ast.Lambda) -> ast.expr:
        outer = self.here
        arguments = node.args
        arguments.defaults = [self.expr(item) for item in arguments.defaults]
        arguments.kw_defaults = [item and self.expr(item) for item in arguments.kw_defaults]
        facts = self.survey.facts[id(node)]
        here = self._function_scope(node, "generator" if facts.yields else "lambda", "<lambda>")
        frame, body = here.frame, node.body
        position = position_of(body)
        parameters, here.pending = here.pending, []
        self.here = here
        enter = flag.ENTER | flag.STEP
        self.begin(body)
        if self.is_plain_value(body):
            node.body = self.tables.call(
                enter | flag.RETURN, frame, position, parameters, first=body, spec=("r",)
            )
        else:
            body = self.expr(body)
            value = self.tables.call(
                flag.RETURN, frame, position, here.after, first=body, spec=("r",)
            )
            effects = parameters + here.before
            test = self.tables.call(enter | flag.TRUE, frame, position, effects, owed=self.owed())
            node.body = place(ast.IfExp(test, value, place(ast.Constant(None), position)), position)
        self.here = outer
        return node

    # Classes

    def class_(self, node: ast.ClassDef, out: list[ast.stmt], tail: Tail) -> None:
        """`class`: its body is a frame whose names are the namespace of the class."""
        self.begin()
        compiled = self._decorators(node)
        node.bases = [self.expr(item) for item in node.bases]
        for keyword in node.keywords:
            keyword.value = self.expr(keyword.value)
        if not compiled:
            outer = self.here
            frame = self.tables.frame("class", node.name, self.qualify(node.name), node)
            facts = self.survey.facts[id(node)]
            own = facts.bound - facts.nonlocals
            frame.shadowing = {names.mangle(name, node.name) for name in own}
            made = self._made_by_namespace(facts)
            if facts.dynamic:
                for name in sorted(made | _named(node.body) | (own - facts.globals)):
                    frame.slot(names.mangle(name, node.name))
            self.here = Scope("class", frame, facts, node.name)
            position = (node.lineno, node.col_offset, node.lineno, node.col_offset)
            node.body = self._frame_body(node.body, position, flag.END)
            self.here = outer
        self._defined(node, out, changed=bool(node.bases or node.keywords))

    def _made_by_namespace(self, facts: Facts) -> set[str]:
        """Names that the body of a class reads and that nothing in the module binds.

        The namespace itself makes them: one of a metaclass, or of `locals()`.
        """
        survey = self.survey
        if survey.star:
            return set()
        found = {
            name
            for name in facts.loaded - facts.bound - survey.inner_bound - survey.class_bound
            if name not in survey.bindings and not self.is_builtin(name) and name[:2] != "__"
        }
        facts.dynamic = facts.dynamic or bool(found)
        return found


def _named(body: list[ast.stmt]) -> set[str]:
    """The names that texts, such as `locals()["name"]`, and keywords speak of."""
    found: set[str] = set()
    for node in body:
        for sub in ast.walk(node):
            if isinstance(sub, ast.Constant) and isinstance(sub.value, str):
                found.update(_assigned(sub.value) or [sub.value])
            elif isinstance(sub, ast.keyword) and sub.arg is not None:
                found.add(sub.arg)
    return {name for name in found if name.isidentifier() and name[:2] != "__"}


def _assigned(text: str) -> list[str]:
    """The words before single equals signs, as in a text for `exec`."""
    found = []
    parts = text.split("=")
    for index, part in enumerate(parts[:-1]):
        if not parts[index + 1] and index + 2 < len(parts):
            continue  # "=="
        word = part.rstrip()
        start = len(word)
        while start and (word[start - 1].isalnum() or word[start - 1] == "_"):
            start -= 1
        found += [word[start:]] if start < len(word) else []
    return found


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _unknown(self: Rewriter, node: ast.stmt, out: list[ast.stmt], tail: Tail) -> None:
    """A statement that this version of escope does not know: it stays as it is."""
    self.begin()
    self.finish(node, out)


_SIMPLE: dict[type[ast.AST], Callable[[Any, Any, list[ast.stmt]], None]] = {
    ast.Expr: Rewriter.expression,
    ast.Assign: Rewriter.assign,
    ast.AugAssign: Rewriter.augmented,
    ast.AnnAssign: Rewriter.annotated,
    ast.Return: Rewriter.returned,
    ast.Raise: Rewriter.raised,
    ast.Assert: Rewriter.asserted,
    ast.Delete: Rewriter.deleted,
    ast.Import: Rewriter.imported,
    ast.ImportFrom: Rewriter.imported,
    ast.Global: Rewriter.declared,
    ast.Nonlocal: Rewriter.declared,
    ast.Pass: Rewriter.passed,
    ast.Break: Rewriter.broke,
    ast.Continue: Rewriter.continued,
}
if hasattr(ast, "TypeAlias"):
    _SIMPLE[ast.TypeAlias] = Rewriter.type_alias

_COMPOUND: dict[type[ast.AST], Callable[[Any, Any, list[ast.stmt], Tail], None]] = {
    ast.FunctionDef: Rewriter.function,
    ast.AsyncFunctionDef: Rewriter.function,
    ast.ClassDef: Rewriter.class_,
    ast.If: Rewriter.conditional,
    ast.For: Rewriter.iterated,
    ast.AsyncFor: Rewriter.iterated,
    ast.While: Rewriter.repeated,
    ast.With: Rewriter.context,
    ast.AsyncWith: Rewriter.context,
    ast.Try: Rewriter.attempted,
    ast.TryStar: Rewriter.attempted,
    ast.Match: Rewriter.matched,
}
