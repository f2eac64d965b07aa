"""Targets of stores and deletions: which object changes, and how that can be told."""

from __future__ import annotations

from escope_tui.instrument.effects import Effects
from escope_tui.instrument.scope import AFTER
from escope_tui.instrument.tables import Effect, place, position_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable, Iterator
else:
    from escope_tui.instrument import tree as ast


class Targets(Effects):
    """Rewrites what stands on the left of an assignment, and after `del`."""

    def target(self, node: ast.expr, *, changed: bool = False) -> ast.expr:
        """Owe what a store into `node` changes; returns the target, wrapped where needed."""
        if isinstance(node, ast.Name):
            self.owe(self.wrote(node.id, changed=changed))
            self.bind(node.id)
        elif isinstance(node, ast.Attribute):
            self._attribute_target(node, (1,) if changed else ())
        elif isinstance(node, ast.Subscript):
            self._item_target(node, (1,) if changed else ())
        elif isinstance(node, ast.Starred):
            node.value = self.target(node.value)
        elif isinstance(node, ast.Tuple | ast.List):
            node.elts = [self.target(item) for item in node.elts]
        return node

    def told_between(self, *targets: ast.expr, calling: frozenset[int]) -> None:
        """Tell what names got before a store into an object, which may run code that looks at them.

        The core reads the variables of a function that waits in the store itself, but not of one
        that still computes where to store. `calling`: what `calling_leaves` says of the targets.
        """
        shared = self.here.kind in ("module", "class")
        stored: list[str] = []
        for leaf in _leaves(targets):
            if isinstance(leaf, ast.Name):
                stored.append(leaf.id)
            elif stored and isinstance(leaf, ast.Attribute | ast.Subscript):
                if id(leaf) in calling:
                    leaf.value = self.told_first(leaf.value, [self.wrote(name) for name in stored])
                elif shared:
                    leaf.value = self.wrap(leaf.value, ("n",), *map(self.wrote, stored))

    def told_first(self, node: ast.expr, effects: list[Effect]) -> ast.expr:
        """`node`, evaluated behind a site."""
        position = position_of(node)
        site = self.tables.call(self.passing(), self.here.frame, position, effects)
        both = place(ast.Tuple([site, node], ast.Load()), position)
        last = place(ast.Constant(1), position)
        return place(ast.Subscript(both, last, ast.Load()), position)  # type: ignore[no-any-return]

    def _attribute_target(self, node: ast.Attribute, rest: tuple[int, ...]) -> None:
        reached = self.chain(node.value)
        name = self.mangled(node.attr)
        if reached is not None and self.mode(reached[0]) == AFTER and not self.unsettled(reached):
            start = len(self.here.after)
            self.touch("a", reached[0], reached[1], *rest, attr=name)
            self.operation(start)
            return
        node.value = self.wrap(self.expr(node.value), ("ra", name, *rest))

    def _item_target(self, node: ast.Subscript, rest: tuple[int, ...]) -> None:
        here = self.here
        self.stores_item()
        reached = self.chain(node.value)
        sliced = _is_slice(node.slice)
        simple = not sliced and _is_simple(node.slice)
        if reached is not None and not here.inline:
            root, path = reached
            if self.mode(root) == AFTER and not self.unsettled(reached):
                if sliced:
                    node.slice = self.expr(node.slice)
                    start = len(here.after)
                    self.touch("di", root, path)
                    self.operation(start)
                    return
                if simple and here.written.isdisjoint(_names_in(node.slice)):
                    start = len(here.after)
                    self.owe(Effect(("i", path, *rest), root, node.slice))
                    self.operation(start)
                    self.guard(root, path)
                    return
            if not (sliced or self.vanishes(root) or self.moves(reached, node.slice)):
                node.slice = self.wrap(
                    self.expr(node.slice), ("rki", path, *rest), Effect((), root)
                )
                return
        node.value = self.used(node.value)
        if simple and not here.inline:
            node.value = self.wrap(node.value, ("rik", *rest), Effect((), node.slice))
        else:
            node.slice = self.expr(node.slice)
            node.value = self.wrap(node.value, ("ri",))

    def deletion(self, node: ast.expr) -> ast.expr:
        """Owe what `del node` changes."""
        if isinstance(node, ast.Name):
            self.owe(self.unbound(node.id))
            self.here.bound.discard(node.id)
        elif isinstance(node, ast.Attribute | ast.Subscript):
            reached = self.chain(node.value)
            if isinstance(node, ast.Subscript):
                self.stores_item()
                node.slice = self.expr(node.slice)
            start = len(self.here.after)
            if reached is None or self.mode(reached[0]) != AFTER:
                node.value = self.wrap(self.used(node.value), ("ri",))
            elif isinstance(node, ast.Attribute):
                self.touch("da", reached[0], reached[1], attr=self.mangled(node.attr))
            else:
                self.touch("di", reached[0], reached[1])
            self.operation(start)
        elif isinstance(node, ast.Tuple | ast.List):
            node.elts = [self.deletion(item) for item in node.elts]
        return node


def _leaves(targets: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """The single targets, in the order in which they are stored."""
    for target in targets:
        if isinstance(target, ast.Tuple | ast.List):
            yield from _leaves(target.elts)
        elif isinstance(target, ast.Starred):
            yield from _leaves([target.value])
        else:
            yield target


def calling_leaves(targets: Iterable[ast.expr]) -> frozenset[int]:
    """The ids of the single targets that may run code before anything is stored there."""
    return frozenset(
        id(leaf)
        for leaf in _leaves(targets)
        if isinstance(leaf, ast.Attribute | ast.Subscript)
        and not (
            isinstance(leaf.value, ast.Name)
            and (isinstance(leaf, ast.Attribute) or _is_simple(leaf.slice))
        )
    )


def _is_slice(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return any(isinstance(item, ast.Slice) for item in node.elts)
    return isinstance(node, ast.Slice)


def _is_simple(node: ast.expr) -> bool:
    """Whether reading `node` a second time is sure to give the same and to run no code."""
    if isinstance(node, ast.Name | ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant)
    if isinstance(node, ast.Tuple):
        return all(_is_simple(item) for item in node.elts)
    return False


def _names_in(node: ast.expr) -> list[str]:
    return [sub.id for sub in ast.walk(node) if isinstance(sub, ast.Name)]
