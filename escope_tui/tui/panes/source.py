"""The source: the statement that is about to run, what ran and how often, values beside it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from ...model.text import one_line, safe_text
from ...session.highlight import coloured
from ...session.projection import View
from ...session.sourcetext import SourceText
from ...session.way import Remark
from ..widgets.lines import Part, fit
from .base import Pane

MIN_REMARK = 8
"""A remark that would get fewer cells is left out."""

REMARKS = {"read": "remark", "gave": "gave", "wrote": "wrote", "error": "bad"}


class SourcePane(Pane):
    """The file of the frame that the views follow."""

    TITLE = "Source"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source: SourceText | None = None
        self.breakpoints: frozenset[int] = frozenset()
        self._past: View | None = None
        self._generation = 0
        self._current = range(0)
        self._digits = 3
        self._gutter = 12

    @property
    def file(self) -> str | None:
        return self.view.frame.file if self.view else None

    @property
    def cursor_line(self) -> int:
        """The line of the statement that the cursor is in, from 1."""
        line = self.cursor + 1
        return self.source.first_line(line) if self.source else line

    # -- a new moment

    def show(self, view: View) -> None:
        frame = view.frame
        past, self._past = self._past, view
        other_file = past is None or past.frame.file != frame.file
        if other_file or past is None or past.hits is not view.hits:
            self._generation += 1
        self.source = view.source
        self.breakpoints = frozenset(line for name, line in view.breakpoints if name == frame.file)
        same_moment = past is not None and past.moment == view.moment
        count = self.row_count()
        self._digits = max(3, len(str(count)))
        self._gutter = 2 + self._digits + 1 + 5 + 2
        self._current = self._statement(frame.line, frame.end_line)
        name = safe_text(frame.file.rpartition("/")[2]) or "?"
        inner = view.selected == len(view.frames) - 1
        where = f"{one_line(frame.function, 60)}{'' if inner else ' (a caller)'}"
        thread = f"process {view.step.process} · " if view.step.process > 1 else ""
        self.set_title(f"{name} · {where}", f"{thread}{view.thread}")
        if not same_moment:
            self.cursor = max(0, frame.line - 1)
        self.rows_changed()
        if other_file:
            self.scroll_to(x=0, animate=False, force=True)
        if not same_moment:
            self.show_row(self.cursor, center=True)
        self.repaint()

    def _statement(self, line: int, end_line: int) -> range:
        source = self.source
        last = line
        while source and last < end_line and source.first_line(last + 1) == line:
            last += 1
        return range(line, last + 1)

    def to_current(self) -> None:
        """Back to the statement that is about to run."""
        if self.view is not None:
            self.scroll_to(x=0, animate=False, force=True)
            self.move_cursor(self.view.frame.line - 1, center=True)

    # -- rows

    def row_count(self) -> int:
        if self.view is None:
            return 0
        return len(self.source) if self.source else 1

    def row_width(self) -> int:
        return self._gutter + self.source.width + 1 if self.source else 0

    def row_style(self, row: int) -> str:
        if self.view is None or row + 1 not in self._current or self.source is None:
            return ""
        return "current" if self.view.selected == len(self.view.frames) - 1 else "outer"

    def cursor_style(self, names: str) -> str:
        return names or super().cursor_style(names)

    def row_key(self, row: int) -> Hashable:
        remark = self._remark(row + 1)
        return (self._generation, row + 1 in self.breakpoints, remark, self._digits)

    def _remark(self, line: int) -> Remark | None:
        return self.view.remarks.get(line) if self.view else None

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        view, source = self.view, self.source
        if view is None:
            return ()
        if source is None:
            file = safe_text(view.frame.file)
            return [(f" {file}: its text is not in this recording; line {view.frame.line}", "dim")]
        line = row + 1
        parts: list[Part] = []
        parts.append(("●", "breakpoint") if line in self.breakpoints else (" ", ""))
        if line == self._current.start:
            inner = view.selected == len(view.frames) - 1
            parts.append(("▶" if inner else "▷", "here"))
        else:
            parts.append((" ", ""))
        parts.append((f"{line:>{self._digits}} ", "gutter"))
        first = source.first_line(line)
        hits = view.hits.get(first, 0)
        shown = short_count(hits) if hits and first == line else ""
        parts.append((f"{shown:>5}  ", "gutter"))
        text = source.lines[row]
        cold = not hits
        if cold:
            parts.append((text, "cold"))
        else:
            parts.extend(coloured(text, source.colours.spans(row), "code"))
        remark = self._remark(line)
        if remark is not None:
            left = self.scroll_offset.x
            used = self._gutter + cell_len(text) + 3
            room = width + left - used - 1
            if room >= MIN_REMARK or (remark.kind == "error" and room > 2):
                style = {"read": "remark", "gave": "gave", "wrote": "wrote", "error": "bad"}[
                    remark.kind
                ]
                parts.append(("   " + fit(remark.text, room), style))
        return parts

    def _crop(self, strip: Strip, left: int, width: int, ground: Style) -> Strip:
        if not left:
            return strip.crop(0, width)
        gutter = strip.crop(0, self._gutter)
        rest = strip.crop(left + self._gutter, left + width)
        return Strip.join([gutter, rest])


def short_count(count: int) -> str:
    """At most five cells."""
    if count < 100_000:
        return str(count)
    if count < 10_000_000:
        return f"{count // 1000}k"
    return f"{count // 1_000_000}M"
