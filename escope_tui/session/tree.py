"""Values as a tree whose rows are made only when they are looked at, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from ..model.text import safe_text
from ..model.values import CUT, Value
from .branches import height_of, row_of, within
from .variables import NEW, SAME, difference

COMPARED = 2000
"""Above this many children, a value's children are not compared with the earlier ones."""
SEARCHED = 2000
"""Above this many children, a filter does not look at them."""
KEPT = 4096

Path = tuple[str, ...]


@dataclass(slots=True, eq=False)
class Node:
    """One row, and what is unfolded below it."""

    path: Path
    label: str
    depth: int
    value: Value | None = None
    """None for a heading and for a line of text."""
    change: str = SAME
    old: Value | None = None
    key: str = ""
    """What the value is called in an expression; empty where there is no way to say it."""
    note: str = ""
    text: str | None = None
    """A line of another format."""
    folds: bool = False
    open: bool = False
    chosen: Sequence[int] = ()
    """Which children are shown, by their places."""
    kids: dict[int, Node] = field(default_factory=dict)
    """Unfolded children, by their place in `chosen`."""
    lines: Sequence[str] = ()
    """The value in another format, instead of children."""
    past: dict[str, Value] | None = None
    """The children that it had before."""
    inside: str | None = None
    """What changed in it, in a few words; None if nobody has looked."""

    @property
    def below(self) -> int:
        """How many rows stand right below it."""
        return len(self.chosen) + len(self.lines) if self.open else 0

    @property
    def height(self) -> int:
        """How many rows it takes."""
        return height_of(self) if self.open else 1


class Tree:
    """Top rows in order, and what is unfolded below them."""

    def __init__(
        self,
        tops: Sequence[Node],
        opened: set[Path],
        needle: str = "",
        formatted: Callable[[Path, Value], Sequence[str]] | None = None,
    ) -> None:
        """`opened` are the paths that are unfolded; those that `formatted` gives lines for show
        these instead of children.
        """
        self.tops = tops
        self._needle = needle
        self._formatted = formatted
        self._made: dict[tuple[int, int], Node] = {}
        below: dict[Path, list[Path]] = {}
        for path in opened:
            below.setdefault(path[:-1], []).append(path)
        self._opened = opened
        self._below = below
        for top in tops:
            if top.value is not None:
                self._unfold(top)
        self.heights = [top.height for top in tops]
        self.count = sum(self.heights)

    # -- what is unfolded

    def _unfold(self, node: Node) -> None:
        """Opens a node and the ones below it that were open before."""
        value = node.value
        assert value is not None
        node.folds = node.folds or value.expandable
        if node.path not in self._opened:
            return
        if self._formatted is not None:
            node.lines = self._formatted(node.path, value)
        if node.lines:
            node.open = node.folds = True
        if node.lines or not node.folds:
            return
        node.open = True
        node.chosen = range(value.child_count)
        if self._needle and value.child_count <= SEARCHED:
            node.chosen = [
                place
                for place, (label, child) in enumerate(value.children())
                if matches(self._needle, label, child)
            ] or range(value.child_count)
        for path in self._below.get(node.path, ()):
            place = _place_of(value, path[-1])
            at = node.chosen.index(place) if place is not None and place in node.chosen else None
            if at is not None:
                kid = self._child(node, at)
                self._unfold(kid)
                node.kids[at] = kid

    # -- rows

    def at(self, row: int) -> Node:
        """The node that a row shows."""
        for top, height in zip(self.tops, self.heights, strict=True):
            if row < height:
                return self._within(top, row)
            row -= height
        raise IndexError(row)

    def _within(self, top: Node, row: int) -> Node:
        node, at = within(top, row)
        if at < 0:
            return node
        if node.lines:
            return Node((*node.path, "…"), "", node.depth + 1, text=node.lines[at])
        return self._child(node, at)

    def _child(self, node: Node, at: int) -> Node:
        key = (id(node), at)
        found = node.kids.get(at) or self._made.get(key)
        if found is None:
            if len(self._made) > KEPT:
                self._made.clear()
            found = self._made[key] = self._make(node, node.chosen[at])
        return found

    def _make(self, node: Node, place: int) -> Node:
        value = node.value
        assert value is not None
        label, child = next(iter(value.children(place, place + 1)), ("?", Value(CUT)))
        past = mark = None
        before = self._past(node)
        if before is not None and child.kind != CUT:
            past = before.get(label)
            mark = NEW if past is None else difference(child, past)
        inner = f"{node.key}{label}" if label.startswith("[") else f"{node.key}.{label}"
        if not node.key or label.startswith("{") or child.kind == CUT or "…" in label:
            inner = ""
        return Node(
            (*node.path, label),
            label,
            node.depth + 1,
            child,
            mark or SAME,
            past,
            inner,
            folds=child.expandable,
        )

    def _past(self, node: Node) -> dict[str, Value] | None:
        """The children of the same object as it was."""
        old, value = node.old, node.value
        if old is None or value is None or old.object_id != value.object_id:
            return None
        if old.kind != value.kind or max(value.child_count, old.child_count) > COMPARED:
            return None
        if node.past is None:
            node.past = dict(islice(old.children(), COMPARED))
        return node.past

    def find(self, path: Path) -> int | None:
        """The row of a path, or of its nearest ancestor that is shown."""
        row, best = 0, None
        for top, height in zip(self.tops, self.heights, strict=True):
            if top.path == path[: len(top.path)]:
                best = self._row_in(top, row, path)
            row += height
        return best

    def _row_in(self, node: Node, row: int, path: Path) -> int:
        while node.open and node.value is not None and len(path) > len(node.path):
            label = path[len(node.path)]
            place = _place_of(node.value, label)
            if node.lines or place is None or place not in node.chosen:
                break
            at = node.chosen.index(place)
            row += row_of(node, at)
            if at not in node.kids:
                break
            node = node.kids[at]
        return row

    def __iter__(self) -> Iterator[Node]:
        return (self.at(row) for row in range(self.count))


def matches(needle: str, label: str, value: Value | None) -> bool:
    """Whether a name or a value has a text in it, in small letters."""
    if needle in label.lower():
        return True
    return value is not None and needle in value.summary(200).lower()


def _place_of(value: Value, label: str) -> int | None:
    """Where the child of that label stands; a sequence's labels say it."""
    count = value.child_count
    if label.startswith("[") and label[1:-1].isdecimal():
        place = int(label[1:-1])
        if place < count and next(iter(value.children(place, place + 1)))[0] == label:
            return place
    for place, (name, _) in enumerate(islice(value.children(), COMPARED)):
        if name == label:
            return place
    return None


def heading(scope: str, text: str, *, opened: bool) -> Node:
    """A row that names a group of variables."""
    return Node((scope,), safe_text(text), 0, folds=True, open=opened)
