"""Compound statements: which path pays what, and what is surely bound where paths meet."""

from __future__ import annotations

from escope_tui.instrument.scope import AFTER, Loop
from escope_tui.instrument.simple import Simple, _written
from escope_tui.instrument.tables import (
    Effect,
    Position,
    header_of,
    place,
    position_of,
)
from escope_tui.instrument.targets import calling_leaves
from escope_tui.model import sites as flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Sequence
    from typing import Any
else:
    from escope_tui.instrument import tree as ast

Tail = Loop | str | None
"""What follows a block: the header of the loop that it ends, "end" of the function, or else."""


class Compound(Simple):
    """Rewrites if, for, while, with, try and match."""

    def block(self, body: list[ast.stmt], tail: Tail = None) -> list[ast.stmt]:
        """Rewrite the statements of a block; at its end nothing is owed."""
        out: list[ast.stmt] = []
        last = len(body) - 1
        for index, node in enumerate(body):
            self.statement(node, out, tail if index == last else None)
        self.close(out, tail, end_of(body))
        return out

    def close(self, out: list[ast.stmt], tail: Tail, position: Position) -> None:
        """Pay at the end of a block, together with what comes next where that is known."""
        here = self.here
        if not here.reach:
            here.pending, here.flags = [], 0
            return
        if isinstance(tail, Loop):
            effects, here.pending = here.pending + tail.before, []
            flags, here.flags = here.flags | tail.flags, 0
            self.put(flags, tail.position, effects, out, at=position)
            out.append(place(ast.Continue(), position))
            here.reach = False
        elif tail == "end":
            self.flush(position, out, flag.END)
            out.append(place(ast.Return(None), position))
            here.reach = False
        else:
            self.flush(position, out)

    def statement(self, node: ast.stmt, out: list[ast.stmt], tail: Tail) -> None:
        """Rewrite one statement into `out`."""
        raise NotImplementedError

    def _safe_later(self, effects: list[Effect]) -> bool:
        """Whether the effects can also be told after a block that might unbind their names."""
        gone = self.here.facts.deleted | self.survey.shared_deleted
        return not gone or all(gone.isdisjoint(effect.names()) for effect in effects)

    def conditional(self, node: ast.If, out: list[ast.stmt], tail: Tail) -> None:
        here = self.here
        self.begin(node.test)
        node.test = self.expr(node.test)
        self.step(header_of(node, node.test), out)
        owed, here.after = here.after, []
        start = set(here.bound)
        reach = here.reach
        here.pending = list(owed)
        node.body = self.block(node.body, tail)
        bound, reached = here.bound, here.reach
        here.bound, here.reach = set(start), reach
        here.pending = list(owed)
        if node.orelse:
            node.orelse = self.block(node.orelse, tail)
        elif owed and not self._safe_later(owed):
            self.close(node.orelse, None, position_of(node.test))
        out.append(node)
        self._join(bound, reached)

    def _join(self, bound: set[str], reached: bool) -> None:
        """Another path ends here too, with `bound`, if it was `reached` at all."""
        here = self.here
        if not reached:
            return
        if here.reach:
            here.bound &= bound
        else:
            here.bound, here.reach = bound, True

    # Loops

    def iterated(self, node: Any, out: list[ast.stmt], tail: Tail) -> None:
        """`for` and `async for`."""
        here = self.here
        waits = isinstance(node, ast.AsyncFor)
        written = _written(node.target)
        self.begin(node.iter, written=written)
        advanced = self.advanced(node.iter)
        handed = self.from_elsewhere(node.iter)
        node.iter = self.expr(node.iter)
        header = header_of(node, node.iter)
        flags = flag.STEP | flag.HEADER | (flag.AWAIT if waits else 0)
        self.step(header, out, flags)
        if here.after:
            effects, here.after = here.after, []
            node.iter = self.wrap(node.iter, ("n",), *effects)
        loop = Loop(header, flags, [], deferred=_defers(node.body))
        start = set(here.bound)
        self.begin(node.target, written=written)
        kept, here.loop = here.loop, loop
        calling = calling_leaves([node.target])
        node.target = self.target(node.target)
        self.told_between(node.target, calling=calling)
        self._partly_unpacked(node.target)
        if handed:
            self.owe(Effect(("h",)))
        here.loop = kept
        effects, here.after = here.after, []
        here.pending = advanced + effects
        self._loop_body(node, loop, waits)
        here.bound = start
        here.pending = advanced
        here.flags = loop.first | (flag.AWAITED if waits else 0)
        self._loop_else(node)
        out.append(node)

    def _loop_body(self, node: Any, loop: Loop, waits: bool = False) -> None:
        here = self.here
        kept = here.loop, here.unbind
        loop.async_withs, loop.exits = here.async_withs, here.exits
        here.loop, here.unbind = loop, []
        here.flags = loop.first | (flag.AWAITED if waits else 0)
        body: list[ast.stmt] = []
        last = len(node.body) - 1
        for index, item in enumerate(node.body):
            self.statement(item, body, loop if index == last else None)
        if here.reach:
            effects, here.pending = here.pending + loop.before, []
            flags, here.flags = here.flags | loop.flags, 0
            self.put(flags, loop.position, effects, body, at=end_of(node.body))
        here.pending, here.flags = [], 0
        node.body = body
        here.reach = True
        here.loop, here.unbind = kept

    def _loop_else(self, node: Any) -> None:
        """The loop ended by itself: its last header evaluation is owed, or a `break` left it."""
        here = self.here
        if node.orelse:
            start = set(here.bound)
            node.orelse = self.block(node.orelse)
            here.bound, here.reach = start, True
            here.pending = []

    def repeated(self, node: ast.While, out: list[ast.stmt], tail: Tail) -> None:
        here = self.here
        self.begin(node.test)
        node.test = self.expr(node.test)
        header = header_of(node, node.test)
        flags = flag.STEP | flag.HEADER | (flag.CALLS if here.calls else 0)
        before = list(here.before)
        self.step(header, out, flags)
        owed, here.after = here.after, []
        loop = Loop(header, flags, before, deferred=_defers(node.body))
        start = set(here.bound)
        here.pending = list(owed)
        self._loop_body(node, loop)
        here.bound = start
        here.pending = list(owed)
        here.flags = loop.first
        if owed and not node.orelse and not self._safe_later(owed):
            self.close(node.orelse, None, position_of(node.test))
        else:
            self._loop_else(node)
        out.append(node)

    # with

    def context(self, node: Any, out: list[ast.stmt], tail: Tail, *, nested: bool = False) -> None:
        """`with` and `async with`; several items are nested statements, as they mean."""
        here = self.here
        waits = isinstance(node, ast.AsyncWith)
        item, *rest = node.items
        begin_written = _written(item.optional_vars) if item.optional_vars else set()
        self.begin(item.context_expr, item.optional_vars, written=begin_written)
        leaving: list[Effect] = []
        self._enter(item.context_expr, waits, leaving)
        handed = self.from_elsewhere(item.context_expr)
        known = len(here.after)
        item.context_expr = self.expr(item.context_expr)
        if item.optional_vars is None:
            self._left_by_call(here.after[known:], leaving)
        header = header_of(node, item.optional_vars or item.context_expr)
        flags = (flag.AWAIT if waits else 0) | (0 if nested else flag.STEP | flag.CALLS)
        if nested:
            self.flush(header, out, flags)
        else:
            self.step(header, out, flags)
        start = set(here.bound)
        if item.optional_vars is not None:
            calling = calling_leaves([item.optional_vars])
            item.optional_vars = self.target(item.optional_vars)
            self.told_between(item.optional_vars, calling=calling)
            self._partly_unpacked(item.optional_vars)
            if handed:
                self.owe(Effect(("h",)))
            made = item.optional_vars
            if isinstance(made, ast.Name) and made.id in here.bound:
                start.add(made.id)
                name = "__aexit__" if waits else "__exit__"
                leaving.append(Effect(("m", name, (), 0, ()), made.id))
        self.settle()
        here.flags = flag.AWAITED if waits else 0
        here.guards.append({})
        here.async_withs += waits
        here.exits += 1
        position = end_of(node.body)
        unbound = self._unbound_handlers(node.body)
        if rest:
            inner = type(node)([*rest], node.body)
            place(inner, position_of(node))
            body: list[ast.stmt] = []
            self.context(inner, body, None, nested=True)
            self.close(body, None, position)
        else:
            body = self.block(node.body)
        if waits and here.reach:
            self.put(flag.AWAIT, position, [], body)
        here.async_withs -= waits
        here.exits -= 1
        roots = here.guards.pop()
        for key, effect in roots.items():
            here.guards[-1].setdefault(key, effect)
        here.bound = start
        here.reach = True
        if (roots or waits or unbound) and self.options.guards:
            flags = flag.AWAIT if waits else 0
            body = self.guarded(body, roots, position, flags, unbound=unbound)
        node.items = [item]
        node.body = body
        here.pending = leaving
        here.flags = flag.AWAITED if waits else 0
        out.append(node)

    def _enter(self, expression: ast.expr, waits: bool, leaving: list[Effect]) -> None:
        """Entering and leaving are method calls on the context manager."""
        reached = self.chain(expression)
        if reached is None or self.mode(reached[0]) != AFTER:
            return
        name, path = reached
        prefix = "__a" if waits else "__"
        self.owe(Effect(("m", prefix + "enter__", path, 0, ()), name))
        gone = self.here.facts.deleted | self.survey.shared_deleted
        if name not in gone:
            leaving.append(Effect(("m", prefix + "exit__", path, 0, ()), name))

    def _left_by_call(self, made: list[Effect], leaving: list[Effect]) -> None:
        """What made a context manager may have kept its arguments, and change them on leaving."""
        gone = self.here.facts.deleted | self.survey.shared_deleted
        for effect in made:
            names = [each for each in effect.arguments if isinstance(each, str)]
            alone = len(names) == len(effect.arguments) > 1 and gone.isdisjoint(names)
            if alone and effect.spec[:1] in (("c",), ("m",)):
                leaving.append(Effect(effect.spec, *names))

    # try

    def attempted(self, node: Any, out: list[ast.stmt], tail: Tail) -> None:
        """`try` with except, except*, else and finally."""
        here = self.here
        position = (node.lineno, node.col_offset, node.lineno, node.col_offset + 3)
        self.begin()
        self.step(position, out)
        start = set(here.bound)
        here.guards.append({})
        here.guards.append({})
        inner = None if node.finalbody else tail
        here.exits += bool(node.finalbody)
        node.body = self.block(node.body, None if node.orelse else inner)
        touched = here.guards.pop()
        for key, effect in touched.items():
            here.guards[-1].setdefault(key, effect)
        if node.orelse:
            node.orelse = self.block(node.orelse, inner)
        bound, reached = here.bound, here.reach
        gone = _handler_names(here.facts, node.body)
        for clause in node.handlers:
            here.bound, here.reach = set(start), True
            self._handler(clause, touched, gone)
            if isinstance(node, ast.TryStar):  # which goes on behind a clause that has raised
                gone = gone | _handler_names(here.facts, [clause])
            if reached and here.reach:
                bound &= here.bound
            elif here.reach:
                bound, reached = here.bound, True
        here.exits -= bool(node.finalbody)
        everything = here.guards.pop()
        for key, effect in everything.items():
            here.guards[-1].setdefault(key, effect)
        if node.finalbody:
            here.bound, here.reach = set(start), True
            here.pending = self._unbound_handlers([*node.body, *node.handlers])
            last = self.block(node.finalbody)
            bound |= here.bound
            reached = reached and here.reach
            here.bound = set(start)
            if everything and self.options.guards:
                kind = type(node)
                body = node.body
                if node.handlers:
                    inner = kind(body, node.handlers, node.orelse, [])
                    body = [place(inner, position_of(node))]
                made = self.guarded(body, everything, position, last=last)
                out.extend(made)
            else:
                node.finalbody = last
                out.append(node)
        else:
            out.append(node)
        here.bound, here.reach = bound, reached
        here.pending = []

    def _unbound_handlers(self, body: list[ast.stmt]) -> list[Effect]:
        """Names that clauses in `body` have unbound, however control has left them."""
        here = self.here
        names = _handler_names(here.facts, body) & here.facts.handler_names
        return [self.unbound(name) for name in sorted(names.difference(here.handling))]

    def _handler(self, clause: Any, touched: dict[object, Effect], nested: set[str]) -> None:
        here = self.here
        here.flags = flag.CAUGHT
        sure, unsure = self.split_guard(touched) if self.options.guards else ([], [])
        here.pending = sure
        unbind: list[Effect] = []
        for name in nested - {clause.name}:
            here.pending.append(self.unbound(name))
        if clause.name is not None:
            here.pending.append(self.wrote(clause.name))
            unbind = [self.unbound(clause.name)]
        position = (clause.lineno, clause.col_offset, clause.lineno, clause.col_offset + 6)
        body: list[ast.stmt] = []
        if unsure:
            self.flush(position, body)
            self.unsure_sites(unsure, position, body)
        here.unbind += unbind
        here.handling += [clause.name] if unbind else []
        here.exits += 1
        body += self.block(clause.body)  # what the exception held may die behind it
        here.exits -= 1
        del here.unbind[len(here.unbind) - len(unbind) :]
        del here.handling[len(here.handling) - len(unbind) :]
        if unbind and here.reach:
            here.pending += unbind
            self.flush(end_of(clause.body), body)
        if clause.name in here.facts.stored and self.options.guards:
            body = self.guarded(body, {}, position, unbound=unbind)
        clause.body = body

    # match

    def matched(self, node: ast.Match, out: list[ast.stmt], tail: Tail) -> None:
        here = self.here
        self.begin(node.subject)
        node.subject = self.expr(node.subject)
        self.step(header_of(node, node.subject), out)
        owed, here.after = here.after, []
        start = set(here.bound)
        paths: list[set[str]] = []
        complete = False
        for case in node.cases:
            here.bound, here.reach = set(start), True
            here.pending = list(owed)
            captured = _captured(case.pattern)
            effects = [self.wrote(name) for name in captured]
            for name in captured:
                self.bind(name)
            if case.guard is not None:
                self.begin(case.guard)
                inline, here.inline = here.inline, True
                guard = self.expr(case.guard)
                here.inline = inline
                here.after = []
                if effects:
                    at = position_of(case.guard)
                    site = self.tables.call(flag.TRUE, here.frame, at, effects)
                    guard = place(ast.BoolOp(ast.And(), [site, guard]), at)
                case.guard = guard
            else:
                here.pending += effects
                complete = complete or _irrefutable(case.pattern)
            case.body = self.block(case.body, tail)
            if here.reach:
                paths.append(here.bound)
        out.append(node)
        here.pending = []
        here.reach = not complete
        here.bound = set(start)
        if not complete:
            here.pending = list(owed) if self._safe_later(owed) else []
        for bound in paths:
            self._join(bound, True)


def _defers(body: list[ast.stmt]) -> bool:
    """Whether a `continue` of this loop leaves a `with`, a `try ... finally` or a clause."""
    stack: list[tuple[ast.AST, bool]] = [(item, False) for item in body]
    while stack:
        node, left = stack.pop()
        if isinstance(node, ast.Continue):
            if left:
                return True
        elif isinstance(node, ast.For | ast.AsyncFor | ast.While):
            stack += [(item, left) for item in node.orelse]
        elif isinstance(node, ast.With | ast.AsyncWith):
            stack += [(item, True) for item in node.body]
        elif isinstance(node, ast.Try | ast.TryStar):
            inside = left or bool(node.finalbody)
            stack += [(item, inside) for item in (*node.body, *node.handlers, *node.orelse)]
            stack += [(item, left) for item in node.finalbody]
        elif isinstance(node, ast.ExceptHandler):
            stack += [(item, True) for item in node.body]
        elif isinstance(node, ast.If | ast.match_case):
            stack += [(item, left) for item in (*node.body, *getattr(node, "orelse", ()))]
        elif isinstance(node, ast.Match):
            stack += [(item, left) for item in node.cases]
    return False


def _captured(pattern: ast.AST) -> list[str]:
    """The names that a pattern binds."""
    found: list[str] = []
    for sub in ast.walk(pattern):
        name = getattr(sub, "rest", None) if isinstance(sub, ast.MatchMapping) else None
        if isinstance(sub, ast.MatchAs | ast.MatchStar):
            name = sub.name
        if name is not None and name not in found:
            found.append(name)
    return found


def _irrefutable(pattern: ast.AST) -> bool:
    if isinstance(pattern, ast.MatchAs):
        return pattern.pattern is None or _irrefutable(pattern.pattern)
    return isinstance(pattern, ast.MatchOr) and _irrefutable(pattern.patterns[-1])


def _handler_names(facts: Any, body: Sequence[ast.AST]) -> set[str]:
    """Names that only `except ... as` clauses inside `body` bind: unbound when it has raised."""
    if not facts.handler_names:
        return set()
    names = {
        sub.name for item in body for sub in ast.walk(item) if isinstance(sub, ast.ExceptHandler)
    }
    return {name for name in names if name is not None and name not in facts.stored}


def end_of(body: list[ast.stmt]) -> Position:
    """Where a block's last site stands: where Python itself stands when the block has ended."""
    node = body[-1]
    if isinstance(node, ast.If | ast.While):
        return header_of(node, node.test)
    if isinstance(node, ast.For | ast.AsyncFor):
        return header_of(node, node.iter)
    if isinstance(node, ast.With | ast.AsyncWith):
        return header_of(node, node.items[0].context_expr)
    if isinstance(node, ast.Match):
        case = node.cases[-1]
        return position_of(case.guard or case.pattern)
    if isinstance(node, ast.Try | ast.TryStar):
        return end_of(node.finalbody or node.orelse or node.body)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return header_of(node, None)
    return position_of(node)
