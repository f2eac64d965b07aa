"""Simple statements: what each writes, and where its step stands."""

from __future__ import annotations

import sys

from escope_tui.instrument.expressions import Expressions
from escope_tui.instrument.tables import Effect, Position, place, position_of
from escope_tui.instrument.targets import _leaves, calling_leaves
from escope_tui.model import sites as flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from typing import Any
else:
    from escope_tui.instrument import tree as ast

_LAZY_ANNOTATIONS = sys.version_info >= (3, 14)
_RUNNING = (ast.Call, ast.Subscript, ast.Attribute, ast.BinOp)
"""Expressions that may run code of the program."""


class Simple(Expressions):
    """Rewrites statements that hold no other statements."""

    def begin(self, *parts: ast.AST | None, written: set[str] | None = None) -> None:
        """A statement starts; `parts` are the expressions that it evaluates itself."""
        here = self.here
        here.written = written or set()
        for name in [name for name in here.written if name.startswith(".__")]:
            here.written.add("." + self.mangled(name[1:]))
        here.operations = 0
        here.calls = False
        here.mutators = 0
        here.stores = False
        here.handed = []
        here.walrus = set()
        if here.facts.walrus:
            for part in parts:
                if part is None:
                    continue
                for sub in ast.walk(part):
                    if isinstance(sub, ast.NamedExpr):
                        here.walrus.add(sub.target.id)

    def finish(self, node: ast.stmt, out: list[ast.stmt], flags: int = flag.STEP) -> None:
        """The statement's step, the statement, and what it owes."""
        self.step(position_of(node), out, flags)
        out.append(node)
        self.settle()

    def is_plain_value(self, node: ast.expr | None) -> bool:
        """Whether evaluating `node` can neither fail nor run code."""
        if node is None or isinstance(node, ast.Constant):
            return True
        return isinstance(node, ast.Name) and self.sure(node.id) and not self.here.inline

    def expression(self, node: ast.Expr, out: list[ast.stmt]) -> None:
        self.begin(node)
        if isinstance(node.value, ast.Yield) and self.is_plain_value(node.value.value):
            node.value = self._plain_yield(node.value, position_of(node))
            out.append(node)
            return
        node.value = self.expr(node.value)
        self.finish(node, out)

    def _plain_yield(self, node: ast.Yield, position: Position) -> ast.expr:
        """The step and the yield in one site: the value is at hand."""
        here = self.here
        effects, flags = here.pending, here.flags | flag.STEP | flag.YIELD
        here.pending, here.flags = [], 0
        value = node.value or place(ast.Constant(None), position_of(node))
        node.value = self.tables.call(
            flags, here.frame, position, effects, first=value, spec=("r",)
        )
        at = position_of(node)
        return self.tables.call(flag.RESUME, here.frame, at, [], first=node, spec=("r",))

    def assign(self, node: ast.Assign, out: list[ast.stmt]) -> None:
        self.begin(node, written=_written(*node.targets))
        alone = len(list(_leaves(node.targets))) == 1
        if alone and isinstance(node.value, ast.Yield) and self.is_plain_value(node.value.value):
            node.value = self._plain_yield(node.value, position_of(node))
            node.targets = [self.target(target) for target in node.targets]
            out.append(node)
            self.settle()
            return
        self._only_called(node)
        self.handed(node.value, *node.targets)
        if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
            self.read_through(node.value)
        node.value = self.expr(node.value)
        self.here.used = None
        calling = calling_leaves(node.targets)
        node.targets = [self.target(target) for target in node.targets]
        self.told_between(*node.targets, calling=calling)
        self._partly(node.targets)
        self.finish(node, out)

    def _only_called(self, node: ast.Assign) -> None:
        """`append = xs.append`, where nothing is done with the name but calling it."""
        value = node.value
        if isinstance(value, ast.Attribute) and value.attr != "__dict__":
            passed = self.survey.passed
            if all(isinstance(t, ast.Name) and t.id not in passed for t in node.targets):
                self.here.used = value

    def _partly(self, targets: list[ast.expr]) -> None:
        """Names that were stored before another store of the same statement failed."""
        here = self.here
        if len(targets) == 1 and isinstance(targets[0], ast.Name | ast.Attribute | ast.Subscript):
            return
        if here.inline:
            return
        for target in targets:
            for sub in ast.walk(target):
                if isinstance(sub, ast.Name) and isinstance(sub.ctx, ast.Store):
                    here.guards[-1].setdefault(("w", sub.id), self.wrote(sub.id))
                    if self.mangled(sub.id) in here.frame.slots:
                        here.frame.rebound.add(self.mangled(sub.id))

    def _partly_unpacked(self, target: ast.expr) -> None:
        """The same for what a loop or a `with` stores: names alone are stored all or none."""
        if not all(isinstance(leaf, ast.Name) for leaf in _leaves([target])):
            self._partly([target])

    def augmented(self, node: ast.AugAssign, out: list[ast.stmt]) -> None:
        written = _written(node.target)
        if self.survey.shared_written and not isinstance(node.value, ast.Constant | ast.Name):
            written |= self.survey.shared_written
        self.begin(node, written=written)
        target: Any
        if isinstance(node.target, ast.Name):
            node.value = self.expr(node.value)
            target = self.target(node.target, changed=True)
        else:
            self.here.added = node.value
            target = self.target(node.target, changed=True)
            self.here.added = None
            stored = list(self.here.after)
            node.value = self.expr(node.value)
            self.here.operations += 1
            for effect in stored:
                effect.order = self.here.operations
        node.target = target
        self._grows(node)
        self.finish(node, out)

    def _grows(self, node: ast.AugAssign) -> None:
        """`xs += generator`: the target changes while what it takes from runs."""
        here = self.here
        if isinstance(node.value, ast.Constant | ast.JoinedStr):
            return
        target: ast.expr = node.target
        while isinstance(target, ast.Subscript):
            target = target.value
        reached = self.chain(target)
        if reached is not None:
            effect = Effect(("t", reached[1]), reached[0])
            effect.order = here.operations
            here.handed.append(effect)

    def annotated(self, node: ast.AnnAssign, out: list[ast.stmt]) -> None:
        self.begin(node.value, written=_written(node.target))
        if node.value is not None:
            self.handed(node.value, node.target)
            node.value = self.expr(node.value)
            target: Any = self.target(node.target)
            node.target = target
            if isinstance(target, ast.Name) and self._evaluated(node.annotation):
                node.annotation = self.told_first(node.annotation, [self.wrote(target.id)])
        self.finish(node, out)

    def _evaluated(self, annotation: ast.expr) -> bool:
        """Whether an annotation runs code, behind the store of the variable."""
        return (
            not _LAZY_ANNOTATIONS
            and not self.survey.texts
            and self.here.kind in ("module", "class")
            and any(isinstance(sub, _RUNNING) for sub in ast.walk(annotation))
        )

    def deleted(self, node: ast.Delete, out: list[ast.stmt]) -> None:
        """Each target in a statement of its own, as it means: a later one may fail."""
        targets = list(_leaves(node.targets))
        position = position_of(node)
        for index, target in enumerate(targets or [None]):
            self.begin(target, written=_deleted(target))
            one: Any = node
            if target is not None:
                one = place(ast.Delete([self.deletion(target)]), position)
            if index:
                self.flush(position, out)
            else:
                self.step(position, out)
            out.append(one)
            self.settle()

    def imported(self, node: ast.Import | ast.ImportFrom, out: list[ast.stmt]) -> None:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level:
            out.append(node)
            names = [alias.asname or alias.name for alias in node.names]
            self.here.pending += [self.wrote(name) for name in names]
            return
        if getattr(node, "is_lazy", False):  # reading the name would import the module (3.15)
            self.begin()
            self.finish(node, out)
            return
        position = position_of(node)
        parts: list[Any] = [node]
        if isinstance(node, ast.Import):  # a later module can look at what is bound by then
            parts = [place(ast.Import([alias]), position) for alias in node.names]
        for index, part in enumerate(parts):
            self.begin()
            if self.options.package:
                self.owe(Effect(("star",)))
            for alias in part.names:
                self.imports(part, alias)
            if index:
                self.flush(position, out)
            else:
                self.step(position, out)
            out.append(part)
            self.settle()

    def imports(self, node: ast.Import | ast.ImportFrom, alias: ast.alias) -> None:
        """Owe what binding one imported name writes."""
        if alias.name == "*":
            self.owe(Effect(("star",)))
            return
        name = alias.asname or alias.name
        if alias.asname is None and isinstance(node, ast.Import):
            name = name.partition(".")[0]
        effect = self.wrote(name)
        self.owe(effect)
        if isinstance(node, ast.ImportFrom) and not node.level:
            self.owe(Effect(("h",)))
        self.bind(name)
        if len(node.names) > 1 and not self.here.inline:
            self.here.guards[-1].setdefault(("w", name), effect)

    def returned(self, node: ast.Return, out: list[ast.stmt]) -> None:
        here = self.here
        self.begin(node)
        position = position_of(node)
        late = flag.LATE if here.late else 0
        if late and here.async_withs:
            late |= flag.AWAIT
        if here.frame.kind == "asyncgen":
            self.step(position, out, flag.STEP | (late & flag.AWAIT if late else flag.END))
            out.append(node)
        elif self.is_plain_value(node.value):
            effects, flags = here.pending, here.flags | flag.STEP | flag.RETURN | late
            here.pending, here.flags = [], 0
            value = node.value or place(ast.Constant(None), position)
            node.value = self.tables.call(
                flags, here.frame, position, effects, first=value, spec=("r",)
            )
            out.append(node)
        else:
            assert node.value is not None
            node.value = self.expr(node.value)
            self.step(position, out)
            effects, here.after = here.after, []
            node.value = self.tables.call(
                flag.RETURN | late, here.frame, position, effects, first=node.value, spec=("r",)
            )
            out.append(node)
        here.reach = False

    def raised(self, node: ast.Raise, out: list[ast.stmt]) -> None:
        self.begin(node)
        if node.exc is not None:
            node.exc = self.expr(node.exc)
        if node.cause is not None:
            node.cause = self.expr(node.cause)
        self.finish(node, out)
        self.here.pending = []
        self.here.reach = False

    def asserted(self, node: ast.Assert, out: list[ast.stmt]) -> None:
        self.begin(node)
        here = self.here
        # Under -O nothing of the statement is evaluated: what it touches is told where it happens.
        here.conditional += 1
        node.test = self.expr(node.test)
        if node.msg is not None:
            node.msg = self.expr(node.msg)
        here.conditional -= 1
        self.finish(node, out)

    def passed(self, node: ast.stmt, out: list[ast.stmt]) -> None:
        self.begin()
        self.finish(node, out)

    def declared(self, node: ast.stmt, out: list[ast.stmt]) -> None:
        out.append(node)

    def broke(self, node: ast.Break, out: list[ast.stmt]) -> None:
        here = self.here
        loop = here.loop
        waits = loop is not None and here.async_withs > loop.async_withs
        self.step(position_of(node), out, flag.STEP | flag.AWAIT if waits else flag.STEP)
        if here.unbind:
            self.put(0, position_of(node), list(here.unbind), out)
        out.append(node)
        here.reach = False

    def continued(self, node: ast.Continue, out: list[ast.stmt]) -> None:
        """The step of `continue`, and then the loop's next header evaluation.

        Where a `finally`, an `__exit__` or a finalizer of what an `except` clause caught may
        run in between, the core tells that evaluation later.
        """
        here = self.here
        loop = here.loop
        position = position_of(node)
        flags = flag.STEP
        if loop is not None and here.async_withs > loop.async_withs:
            flags |= flag.AWAIT
        self.step(position, out, flags)
        if loop is not None:
            effects = here.unbind + loop.before
            if here.exits == loop.exits:
                self.put(loop.flags, loop.position, effects, out, at=position)
            else:
                if effects:
                    self.put(0, position, effects, out)
                self.put(loop.flags | flag.DEFER, loop.position, [], out, at=position)
        out.append(node)
        here.reach = False

    def type_alias(self, node: Any, out: list[ast.stmt]) -> None:
        self.begin()
        self.owe(self.wrote(node.name.id))
        self.bind(node.name.id)
        self.finish(node, out)


def _deleted(node: ast.expr | None) -> set[str]:
    return {node.id} if isinstance(node, ast.Name) else set()


def _written(*targets: ast.expr) -> set[str]:
    """The names that a statement's targets bind, and behind a dot the attributes that they store.

    A comma stands for more than one store.
    """
    found: set[str] = set()
    stores = 0
    for target in targets:
        for sub in ast.walk(target):
            if not isinstance(getattr(sub, "ctx", None), ast.Store):
                continue
            stores += not isinstance(sub, ast.Tuple | ast.List | ast.Starred)
            if isinstance(sub, ast.Name):
                found.add(sub.id)
            elif isinstance(sub, ast.Attribute):
                found.add("." + sub.attr)
    if stores > 1:
        found.add(",")
    return found
