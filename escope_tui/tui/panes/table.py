"""Rows that are moments: a table that Enter leads out of. Executions, history, causes, search."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.cells import cell_len

from ...session.projection import View
from ..widgets.lines import Part, fit, pad
from .base import Pane

MEASURED = 400
"""Rows that the widths of the columns are taken from."""
WIDEST = 60
NARROWEST = 6
ROOMY = 60
"""In a narrower pane, trees are set in by one cell a level."""
HEADED = 4
"""Rows of a pane from which on the names of the columns stay in sight."""
SCRAP = 4
"""A column of which fewer cells would be in sight is left out, and those behind it."""
READABLE = 16
"""Below this width of the widest, columns that can be spared make room."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row. Its texts are safe."""

    step: int | None
    """Where Enter goes; None: nowhere."""
    cells: tuple[str, ...]
    frame: int = 0
    styles: tuple[str, ...] = ()
    """Of the cells; what is missing is plain."""
    depth: int = 0
    """How far the first cell is set in."""
    note: str = ""
    """What is said on arrival."""


class TablePane(Pane):
    """A pane of rows that a feed finds."""

    FILTERS = True
    EMPTY = "nothing"
    SPARE: ClassVar[tuple[int, ...]] = ()
    """Columns that are left out, the first one first, where the others would be too narrow."""
    LEAST = READABLE
    """The widest column is to have so much room, if columns can be spared for it."""
    SORTED = True
    """Rows stand in order of time, so that the present one can be pointed at."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._all: list[Row] = []
        self._rows: list[Row] = []
        self._before = 0
        """Rows above those that are known."""
        self._after = 0
        """Rows below them."""
        self._head: tuple[str, ...] = ()
        self._widths: list[int] = []
        self._room = -1
        """For this many cells `_caps` was worked out."""
        self._caps: list[int] = []
        self._step_width = 0
        self._steps: list[int] = []
        self._says = ""
        """A line instead of rows, or above them: progress, or why there are none."""
        self._generation = 0
        self._now = -1

    # -- what subclasses call

    def set_rows(self, rows: Iterable[Row], head: Sequence[str] = ()) -> None:
        """Shows rows; `head` names their columns."""
        self._all = list(rows)
        self._head = tuple(head)
        self._says = ""
        self._take()

    def says(self, text: str) -> None:
        """Shows a line in place of rows."""
        self._all, self._says = [], text
        self._take()

    def fill(self, answer: Any) -> None:
        self.set_rows(answer, self._head)

    def waiting(self, note: str) -> None:
        self._says = note
        self._generation += 1
        self.repaint()

    def refused(self, note: str) -> None:
        self.says(note)

    # -- rows

    def filter_rows(self, text: str) -> None:
        self.needle = text
        self._take()

    def _take(self) -> None:
        fresh = not self._rows
        self._rows = self._matching()
        sample = self._rows[:MEASURED]
        columns = max([len(self._head), *(len(row.cells) for row in sample)], default=0)
        self._widths = [0] * columns
        for at in range(columns):
            cells = [
                cell_len(row.cells[at]) + (self._indent * row.depth if at == 0 else 0)
                for row in sample
                if at < len(row.cells)
            ]
            head = [len(self._head[at])] if at < len(self._head) else []
            self._widths[at] = min(WIDEST, max([*cells, *head], default=0))
        self._room = -1
        steps = [row.step for row in self._rows if row.step is not None]
        self._step_width = max((len(f"@{step:,}") for step in steps), default=0)
        self._steps = steps if self.SORTED and len(steps) == len(self._rows) else []
        self._generation += 1
        self._point(fresh)
        self._count()
        self.rows_changed()
        self.show_row(self.cursor)
        self.repaint()

    def _matching(self) -> list[Row]:
        needle = self.needle.lower()
        return [
            row
            for row in self._all
            if not needle or any(needle in cell.lower() for cell in row.cells)
        ]

    def _count(self) -> None:
        shown, total = len(self._rows), len(self._all)
        count = f"{shown:,} of {total:,}" if shown != total else f"{total:,}" if total else ""
        self.set_title(self.heading(), count)

    def heading(self) -> str:
        """The title of the pane."""
        return self.TITLE

    def show(self, view: View) -> None:
        self._now = view.step.index
        self._point()
        self._count()
        self.rows_changed()
        self.show_row(self.cursor)
        self.repaint()

    def _point(self, fresh: bool = False) -> None:
        """Puts the cursor on the row of the present moment, unless somebody moves it."""
        if not self._steps:
            self.cursor = max(self.cursor, self._first)
            return
        if self.has_focus and not fresh:
            return
        at = bisect_left(self._steps, self._now)
        exact = at < len(self._steps) and self._steps[at] == self._now
        self.cursor = self._first + (at if exact else max(0, at - 1))

    @property
    def _first(self) -> int:
        """Rows above the first one that is a moment: the names of the columns."""
        return 1 if any(self._head) and self._rows else 0

    def row(self, row: int) -> Row | None:
        """The table's row that is shown in a line."""
        at = row - self._first - self._before
        return self._rows[at] if 0 <= at < len(self._rows) else None

    def row_at(self, y: int, top: int) -> int:
        """The names of the columns stay above rows that are scrolled, where there is room."""
        return 0 if not y and self._first and self.size.height >= HEADED else y + top

    def row_count(self) -> int:
        if not self._rows:
            return 0
        return self._first + self._before + len(self._rows) + self._after

    def nothing(self) -> str:
        return "" if self._rows else self._says or self.EMPTY

    def row_key(self, row: int) -> Hashable:
        found = self.row(row)
        return (self._generation, row, found is not None and found.step == self._now)

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        found = self.row(row)
        margin = 1 + (self._step_width + 2 if self._step_width else 0)
        if found is None:
            columns = self._columns(self._head, width - margin)
            head = "  ".join(pad(name, w) for name, w in columns if w)
            room = width - margin - (1 if 0 in self._caps else 0)
            more: Part = ("›" if 0 in self._caps else "", "gutter")
            return [(f"{' ' * margin}{pad(head.rstrip(), room)}", "heading"), more]
        here = found.step is not None and found.step == self._now
        parts: list[Part] = [("▶" if here else " ", "here")]
        if self._step_width:
            step = f"@{found.step:,}" if found.step is not None else ""
            parts.append((f"{step:>{self._step_width}}  ", "here" if here else "type"))
        used = margin
        cells = self._columns(found.cells, width - margin)
        for at, (cell, w) in enumerate(cells):
            text = " " * (self._indent * found.depth) + cell if at == 0 else cell
            last = not any(c for c, wide in cells[at + 1 :] if wide)
            room = max(0, width - used)
            if not last:
                text = fit(pad(_short(text, w), w) + ("  " if w else ""), room)
            text = _short(text, room)
            parts.append((text, found.styles[at] if at < len(found.styles) else "value"))
            used += cell_len(text)
            if last:
                break
        return parts

    def _columns(self, cells: Sequence[str], room: int) -> list[tuple[str, int]]:
        """Cells with the widths that their columns have in so much room: the widest give way."""
        if self._room != room:
            self._room, self._caps = room, self._fitted(room)
        return [
            (cell if width else "", width) for cell, width in zip(cells, self._caps, strict=False)
        ]

    def _fitted(self, room: int) -> list[int]:
        widths, spare = list(self._widths), list(self.SPARE)
        while True:
            cap = max(widths, default=0)
            gaps = 2 * (sum(1 for width in widths if width) - 1)
            while cap > NARROWEST and sum(min(each, cap) for each in widths) + gaps > room:
                cap -= 1
            if cap >= self.LEAST or not spare or cap == max(widths, default=0):
                caps = [min(width, cap) for width in widths]
                scrap = _first_scrap(caps, room)
                if scrap == len(caps) or not any(widths[scrap:]):
                    return caps
                widths[scrap:] = [0] * (len(widths) - scrap)
                continue
            at = spare.pop(0)
            if at < len(widths):
                widths[at] = 0

    @property
    def _indent(self) -> int:
        """The cells by which a row is set in for each level."""
        return 2 if self.room >= ROOMY else 1

    # -- what a person does

    @property
    def chosen(self) -> Row | None:
        return self.row(self.cursor)

    def action_choose(self) -> None:
        row = self.chosen
        if row is not None and row.step is not None:
            self.host.seek(row.step, row.note, row.frame)
        else:
            self.leads_nowhere()

    def go_by(self, way: int) -> bool:
        """Goes to the row after (before) the present moment; False where there is none."""
        later = way > 0
        rows = self._rows if later else list(reversed(self._rows))
        if self._steps:
            found = next(
                (r for r in rows if r.step is not None and (r.step - self._now) * way > 0), None
            )
        else:
            at = self.cursor + way
            found = self.row(at)
            if found is not None:
                self.move_cursor(at)
        if found is None or found.step is None:
            return False
        if self._steps:
            self.move_cursor(self._first + self._rows.index(found))
        self.host.seek(found.step, found.note, found.frame)
        return True


def _first_scrap(widths: Sequence[int], room: int) -> int:
    """The first column of which hardly a cell would be in sight; their number if there is none."""
    at = 0
    for column, width in enumerate(widths):
        if column and at + min(width, SCRAP) > room:
            return column
        at += width + 2 if width else 0
    return len(widths)


_NUMBERED = re.compile(r"(?:.+(?=:\d+$)|[^\W\d][\w.]*(?=-\d+$))")
"""A place (`worker:47`), or the name of one thread or task among others (`consumer-2`)."""


def _short(text: str, width: int) -> str:
    """Cut to a number of cells; the number at the end of a place or a name stays."""
    found = _NUMBERED.match(text) if cell_len(text) > width else None
    if found is not None and width > len(text) - found.end() + 2:
        end = text[found.end() :]
        return f"{fit(found[0], width - len(end))}{end}"
    return fit(text, width)
