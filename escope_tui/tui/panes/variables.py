"""The variables of the frame that the views follow, as a tree; what just changed is marked."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ...model.text import safe_text
from ...model.values import CUT, Value
from ...session.projection import CHANGED, INSIDE, NEW, SAME, Variable, View, difference
from ..widgets.lines import Part, fit, pad
from .base import Pane

PAGE = 500
"""Children of one value that are shown at first; Enter on the last row shows as many again."""
COMPARED = 2000
"""Above this many children, a value's children are not compared with the earlier ones."""
NAME_WIDTH = 24
GLYPHS = {SAME: " ", NEW: "+", CHANGED: "●", INSIDE: "◦"}
_SCOPES = {"global": "Module", "definition": "Functions, classes, imports"}

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One visible line of the tree."""

    path: Path
    label: str
    depth: int
    value: Value | None
    """None for a heading."""
    change: str = SAME
    old: Value | None = None
    folds: bool = False
    open: bool = False
    more: int = 0
    """Children that are not shown yet; such a row shows them when it is chosen."""
    key: str = ""
    """What the value is called in an expression; empty where there is no way to say it."""


class VariablesPane(Pane):
    """A tree over recorded values, unfolded on demand."""

    TITLE = "Variables"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._open: set[Path] = set()
        self._folded: set[Path] = {("definition",)}
        self._pages: dict[Path, int] = {}
        self._variables: tuple[Variable, ...] = ()
        self._rows: list[Row] = []
        self._texts: dict[int, tuple[str, str]] = {}
        self._chosen: Path = ()
        self._name_width = 8
        self._function = ""

    # -- a new moment

    def show(self, view: View) -> None:
        self._variables = view.variables
        frame = view.frame
        self._function = frame.function
        marked = sum(1 for v in view.variables if v.change in (CHANGED, INSIDE, NEW))
        self.set_title(
            f"Variables · {fit(safe_text(frame.function), 40)}",
            f"{marked} changed" if marked else "",
        )
        self._rebuild()

    def _rebuild(self) -> None:
        self._rows = list(self._walk())
        self._texts.clear()
        names = [len(r.label) + 2 * r.depth for r in self._rows if r.value is not None]
        self._name_width = max(6, min(NAME_WIDTH, max(names, default=6)))
        self.cursor = self._find(self._chosen)
        self.rows_changed()
        self.show_row(self.cursor)
        self.repaint()

    def _find(self, path: Path) -> int:
        best, length = 0, 0
        for at, row in enumerate(self._rows):
            if row.path == path:
                return at
            shared = len(row.path)
            if length < shared < len(path) and path[:shared] == row.path:
                best, length = at, shared
        return best if length else min(self.cursor, max(0, len(self._rows) - 1))

    def _walk(self) -> Iterator[Row]:
        scope = "local"
        for variable in self._variables:
            if variable.scope != scope:
                scope = variable.scope
                folded = (scope,) in self._folded
                yield Row((scope,), _SCOPES[scope], 0, None, folds=True, open=not folded)
            if scope != "local" and (scope,) in self._folded:
                continue
            name = safe_text(variable.name)
            yield from self._value(
                (scope, name),
                name,
                1 if scope != "local" else 0,
                variable.value,
                variable.change,
                variable.old,
                name,
            )

    def _value(
        self,
        path: Path,
        label: str,
        depth: int,
        value: Value,
        change: str,
        old: Value | None,
        key: str,
    ) -> Iterator[Row]:
        folds = value.expandable
        opened = folds and path in self._open
        yield Row(path, label, depth, value, change, old, folds, opened, key=key)
        if not opened:
            return
        limit = self._pages.get(path, PAGE)
        before = self._before(value, old)
        budget = [COMPARED]
        shown = 0
        for name, child in islice(value.children(), limit):
            shown += 1
            past = before.get(name) if before is not None else None
            mark = SAME
            if before is not None and child.kind != CUT:
                mark = NEW if past is None else difference(child, past, budget)
            inner = f"{key}{name}" if name.startswith("[") else f"{key}.{name}"
            if not key or name.startswith("{") or child.kind == CUT:
                inner = ""
            yield from self._value((*path, name), name, depth + 1, child, mark, past, inner)
        rest = (value.size or 0) - shown
        if shown == limit and rest > 0:
            yield Row((*path, "…"), "…", depth + 1, None, more=rest)

    def _before(self, value: Value, old: Value | None) -> dict[str, Value] | None:
        if old is None or old.object_id != value.object_id or (value.size or 0) > COMPARED:
            return None
        return dict(islice(old.children(), COMPARED))

    # -- rows

    def row_count(self) -> int:
        return len(self._rows)

    def row_style(self, row: int) -> str:
        return "heading" if self._rows[row].value is None and self._rows[row].folds else ""

    def row_key(self, row: int) -> Hashable:
        found = self._rows[row]
        state = (found.path, found.change, found.open, found.folds, found.more, self._name_width)
        return (*state, self._text(row))

    def _text(self, row: int) -> tuple[str, str]:
        """What a row's value is, and what it was."""
        texts = self._texts.get(row)
        if texts is None:
            found = self._rows[row]
            width = max(20, self.size.width)
            now = was = ""
            if found.value is not None:
                now = found.value.summary(width)
            if found.change in (CHANGED, INSIDE) and found.old is not None:
                was = found.old.summary(width)
            texts = self._texts[row] = (now, was)
        return texts

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        found = self._rows[row]
        indent = "  " * found.depth
        if found.more:
            return [(f"  {indent}… {found.more:,} more: Enter shows the next {PAGE}", "dim")]
        fold = ("▾" if found.open else "▸") if found.folds else " "
        if found.value is None:
            return [(f" {fold} {found.label}", "heading")]
        now, was = self._text(row)
        changed = found.change != SAME
        mark: Part = (GLYPHS[found.change], "changed" if changed else "")
        name = (pad(f"{indent}{fold} {found.label}", self._name_width + 3), "name")
        room = width - 1 - self._name_width - 3
        parts = [mark, name]
        if was and was != now and room > 16:
            past = fit(was, max(6, room // 2 - 6))
            now = fit(now, room - len(past) - 8)
            parts += [(now, "changed"), ("   was ", "dim"), (past, "dim")]
        else:
            parts.append((fit(now, room), "changed" if changed else "value"))
        return parts

    # -- what a person does

    @property
    def selected(self) -> Row | None:
        return self._rows[self.cursor] if self._rows else None

    @property
    def expression(self) -> str:
        row = self.selected
        return row.key if row is not None else ""

    def cursor_moved(self) -> None:
        if self._rows:
            self._chosen = self._rows[self.cursor].path

    def select_name(self, name: str) -> None:
        """Puts the cursor on a variable, as when a search has found its change."""
        for at, row in enumerate(self._rows):
            if row.key == name:
                self.move_cursor(at)
                return

    def action_choose(self) -> None:
        row = self.selected
        if row is None:
            return
        if row.more:
            parent = row.path[:-1]
            self._pages[parent] = self._pages.get(parent, PAGE) + PAGE
        elif row.folds:
            self._set_open(row, not row.open)
        else:
            return
        self._rebuild()

    def _set_open(self, row: Row, opened: bool) -> None:
        if row.value is None:
            (self._folded.discard if opened else self._folded.add)(row.path)
        else:
            (self._open.add if opened else self._open.discard)(row.path)

    def action_right(self) -> None:
        row = self.selected
        if row is not None and row.folds and not row.open:
            self._set_open(row, True)
            self._rebuild()
        elif row is not None and row.open:
            self.move_cursor(self.cursor + 1)

    def action_left(self) -> None:
        row = self.selected
        if row is None:
            return
        if row.folds and row.open:
            self._set_open(row, False)
            self._rebuild()
            return
        for at in range(self.cursor - 1, -1, -1):
            if self._rows[at].depth < row.depth:
                self.move_cursor(at)
                return
