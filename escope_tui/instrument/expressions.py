"""The expression visitor: calls, yields, awaits, assignment expressions, comprehensions."""

from __future__ import annotations

from escope_tui.instrument import names
from escope_tui.instrument.scope import AFTER, Scope
from escope_tui.instrument.tables import Effect, place, position_of
from escope_tui.instrument.targets import Targets
from escope_tui.model import sites as flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable
    from typing import Any
else:
    from escope_tui.instrument import tree as ast


class Expressions(Targets):
    """Visits expressions in the order in which Python evaluates them."""

    def expr(self, node: ast.expr) -> ast.expr:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node)
        for name in node._fields:
            value = getattr(node, name, None)
            if value.__class__ is list:
                for index, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        value[index] = self.expr(item)
            elif isinstance(value, ast.expr):
                setattr(node, name, self.expr(value))
        return node

    def branch(self, node: ast.expr) -> ast.expr:
        """Visit an expression that may not be evaluated."""
        here = self.here
        here.conditional += 1
        try:
            return self.expr(node)
        finally:
            here.conditional -= 1

    def _leaf(self, node: ast.expr) -> ast.expr:
        return node

    def _attribute(self, node: ast.Attribute) -> ast.expr:
        if self.survey.cached_names:
            self.cached_reads(node)
        if not isinstance(node.value, ast.Name):
            node.value = self.expr(node.value)
        self.operation(len(self.here.after))
        if (node.attr in names.CHANGERS or node.attr == "__dict__") and node is not self.here.used:
            node.value = self.wrap(node.value, ("e", node.attr))
        return node

    def _call(self, node: ast.Call) -> ast.expr:
        start = len(self.here.after)
        if not self._is_soon_over(node.func):
            self.here.calls = True
        made = self.call_effects(node)
        self.operation(start)
        return made

    def _is_soon_over(self, func: ast.expr) -> bool:
        """Whether what is called is over soon, most of the time."""
        if isinstance(func, ast.Name):
            return func.id in names.SCALARS and func.id != "input" and self.is_builtin(func.id)
        if not isinstance(func, ast.Attribute):
            return False
        if isinstance(func.value, ast.Name) and self.origin(func.value.id) in names.SOON_OVER:
            return True
        return func.attr in names.SHORT_METHODS

    def _subscript(self, node: ast.Subscript) -> ast.expr:
        if self.survey.items_appear and not isinstance(node.slice, ast.Slice):
            reached = self.chain(node.value)
            if reached is not None and self.mode(reached[0]) == AFTER:
                self.touch("l", reached[0], reached[1])
        node.value = self.expr(node.value)
        node.slice = self.expr(node.slice)
        self.operation(len(self.here.after))
        return node

    def _bool(self, node: ast.BoolOp) -> ast.expr:
        first, *rest = node.values
        node.values = [self.expr(first), *map(self.branch, rest)]
        return node

    def _if(self, node: ast.IfExp) -> ast.expr:
        node.test = self.expr(node.test)
        node.body = self.branch(node.body)
        node.orelse = self.branch(node.orelse)
        return node

    def _compare(self, node: ast.Compare) -> ast.expr:
        node.left = self.expr(node.left)
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            self.read_through(node.comparators[0])
        first, *rest = node.comparators
        node.comparators = [self.expr(first), *map(self.branch, rest)]
        return node

    def read_through(self, node: ast.expr) -> None:
        """All or some items of `node` are taken here."""
        for effect in self.advanced(node):
            self.owe(effect)

    def _starred(self, node: ast.Starred) -> ast.expr:
        self.read_through(node.value)
        node.value = self.expr(node.value)
        return node

    def _walrus(self, node: ast.NamedExpr) -> ast.expr:
        """`name := value` captures the value on its way: the name may stay unbound."""
        here = self.here
        name = node.target.id
        node.value = self.expr(node.value)
        effect = self.wrote(name)
        if here.kind == "class" and not here.comprehensions:
            self.owe(effect)
        else:
            node.value = self.wrap(node.value, effect.spec)
        if not here.conditional and not here.comprehensions:
            self.bind(name)
        return node

    # Suspensions

    def operand(self, node: ast.expr | None, like: ast.expr) -> tuple[ast.expr, list[Effect]]:
        """Visit what a yield hands over: the value, and the effects to tell with it."""
        if node is None:
            return place(ast.Constant(None), position_of(like)), []
        here = self.here
        kept = here.after, here.conditional, here.written
        here.after, here.conditional, here.written = [], 0, set()
        value = self.expr(node)
        effects = here.after
        here.after, here.conditional, here.written = kept
        here.handed += effects
        return value, effects

    def _yield(self, node: ast.Yield) -> ast.expr:
        value, effects = self.operand(node.value, node)
        self.operation(len(self.here.after))
        frame, position = self.here.frame, position_of(node)
        node.value = self.tables.call(
            flag.YIELD, frame, position, effects, first=value, spec=("r",)
        )
        return self.tables.call(flag.RESUME, frame, position, [], first=node, spec=("r",))

    def _await(self, node: Any) -> ast.expr:
        here = self.here
        node.value = self.expr(node.value)
        if here.awaiting:
            return node  # type: ignore[no-any-return]
        position = position_of(node)
        self.operation(len(here.after))
        node.value = self.tables.call(
            flag.AWAIT, here.frame, position, [], first=node.value, spec=("n",)
        )
        return self.tables.call(flag.AWAITED, here.frame, position, [], first=node, spec=("n",))

    # Comprehensions

    def _comprehension(self, node: Any) -> ast.expr:
        """A list, set or dict comprehension: it belongs to the current frame.

        An asynchronous one may suspend at any iteration: the frame waits from its start on.
        """
        here = self.here
        waits = _is_async(node)
        generators = node.generators
        first = generators[0]
        first.iter = self.expr(first.iter)
        told = waits and not here.awaiting and not here.inline
        if told:
            at = position_of(first.iter)
            site = self.tables.call(flag.AWAIT, here.frame, at, [], first=first.iter, spec=("n",))
            first.iter = site
        variables: dict[str, int] = {}
        for generator in generators:
            for name in _stored(generator.target):
                if name not in variables:
                    variables[name] = here.frame.extra_slot(self.mangled(name))
        here.comprehensions.append(variables)
        here.conditional += 1
        here.awaiting += waits
        for index, generator in enumerate(generators):
            if index:
                generator.iter = self.expr(generator.iter)
            generator.ifs = [self.expr(item) for item in generator.ifs]
            if self.options.iterations:
                generator.ifs.insert(0, self._iteration(node, generator.target, variables))
        self._element(node)
        here.awaiting -= waits
        here.conditional -= 1
        here.comprehensions.pop()
        if not told:
            return node  # type: ignore[no-any-return]
        at = position_of(node)
        return self.tables.call(flag.AWAITED, here.frame, at, [], first=node, spec=("n",))

    def _iteration(self, node: ast.expr, target: ast.expr, variables: dict[str, int]) -> ast.expr:
        """The condition, always true, that tells of one iteration."""
        here = self.here
        kind = "v" if here.kind == "class" else "w"
        effects = [Effect((kind, variables[name]), name) for name in _stored(target)]
        flags = flag.ITER | flag.COMP | flag.TRUE
        if here.awaiting:
            flags |= flag.AWAITED | flag.AWAIT
        at = position_of(target)
        return self.tables.call(flags, here.frame, position_of(node), effects, at=at)

    def _element(self, node: Any) -> None:
        if isinstance(node, ast.DictComp):
            node.key = self.expr(node.key)
            if node.value is not None:
                node.value = self.expr(node.value)
        else:
            node.elt = self.expr(node.elt)

    def _genexp(self, node: ast.GeneratorExp) -> ast.expr:
        """A generator expression is a frame of its own; the first iterable is evaluated outside."""
        outer = self.here
        generators = node.generators
        generators[0].iter = self.expr(generators[0].iter)
        if _is_async(node):
            return node
        kind = "genexp"
        frame = self.tables.frame(kind, "<genexpr>", self.qualify("<genexpr>"), node)
        here = self.here = Scope(kind, frame, outer.facts, outer.class_name)
        here.module_level = outer.module_level
        here.conditional = 1
        for index, generator in enumerate(generators):
            if index:
                generator.iter = self.expr(generator.iter)
            for name in _stored(generator.target):
                frame.slot(self.mangled(name))
        for generator in generators:
            generator.ifs = [self.expr(item) for item in generator.ifs]
            if self.options.iterations:
                effects = [
                    Effect(("w", frame.slot(self.mangled(name))), name)
                    for name in _stored(generator.target)
                ]
                flags = flag.ITER | flag.GENEXP | flag.TRUE
                at = position_of(generator.target)
                site = self.tables.call(flags, frame, position_of(node), effects, at=at)
                generator.ifs.insert(0, site)
        node.elt = self.expr(node.elt)
        self.here = outer
        return node

    def qualify(self, name: str) -> str:
        """The qualified name of something defined here."""
        frame = self.here.frame
        if frame.kind == "module":
            return name
        if frame.kind == "class":
            return f"{frame.qualname}.{name}"
        return f"{frame.qualname}.<locals>.{name}"

    def _lambda(self, node: ast.Lambda) -> ast.expr:
        raise NotImplementedError


def _stored(target: ast.expr) -> list[str]:
    """The names that a comprehension's target binds."""
    if isinstance(target, ast.Name):
        return [target.id]
    found: list[str] = []
    for sub in ast.walk(target):
        if isinstance(sub, ast.Name) and isinstance(sub.ctx, ast.Store) and sub.id not in found:
            found.append(sub.id)
    return found


def _is_async(node: Any) -> bool:
    for sub in ast.walk(node):
        if isinstance(sub, ast.Await):
            return True
        if isinstance(sub, ast.comprehension) and sub.is_async:
            return True
    return False


def _lambda(self: Expressions, node: ast.Lambda) -> ast.expr:
    return self._lambda(node)


_HANDLERS: dict[type[ast.AST], Callable[[Any, Any], ast.expr]] = {
    ast.Name: Expressions._leaf,
    ast.Constant: Expressions._leaf,
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.Subscript: Expressions._subscript,
    ast.BoolOp: Expressions._bool,
    ast.IfExp: Expressions._if,
    ast.Compare: Expressions._compare,
    ast.NamedExpr: Expressions._walrus,
    ast.Yield: Expressions._yield,
    ast.YieldFrom: Expressions._await,
    ast.Await: Expressions._await,
    ast.Starred: Expressions._starred,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.DictComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._genexp,
    ast.Lambda: _lambda,
}
