"""The source: the statement that is about to run, what ran and how often, values beside it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from ...model.text import one_line, safe_text
from ...session.highlight import coloured
from ...session.projection import View
from ...session.sourcetext import SourceText
from ...session.tokens import Token, expressions
from ...session.way import Remark
from ..widgets.lines import Part, fit, restyle
from .base import Pane

if TYPE_CHECKING:
    from ..feeds import Job

SLIM = 56
"""With fewer columns the source shows no counts."""
MIN_REMARK = 8
"""A remark that would get fewer cells is left out."""
BELOW = 6
"""In a pane of so many rows, what a line that fails has no room for stands below it."""
MOST_BELOW = 3
"""So many rows of the statement, and so many of what the exception says."""
REMARKS = {"read": "remark", "gave": "gave", "wrote": "wrote", "error": "bad"}


class Asked(NamedTuple):
    """An expression under the cursor, at a moment."""

    text: str
    step: int
    frame: int


class SourcePane(Pane):
    """The file of the frame that the views follow."""

    TITLE = "Source"
    KEEPS_ROWS = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.source: SourceText | None = None
        self.breakpoints: frozenset[int] = frozenset()
        self._past: View | None = None
        self._generation = 0
        self._current = range(0)
        self._digits = 3
        self._token: Token | None = None
        self._sought: re.Pattern[str] | None = None
        self._marked: dict[int, str] = {}
        self._below: list[list[Part]] = []
        """Rows below the current statement, which fails: the rest of it, and the exception."""
        self._broken_at = 0
        """So much of it stands on its own row; 0: all of it."""

    @property
    def _slim(self) -> bool:
        """Too few columns for the counts of executions."""
        return 0 < self.size.width < SLIM

    @property
    def _gutter(self) -> int:
        """The cells before the code."""
        return 2 + self._digits + 1 + (0 if self._slim else 6) + 2

    @property
    def file(self) -> str | None:
        return self.view.frame.file if self.view else None

    @property
    def cursor_line(self) -> int:
        """The line of the statement that the cursor is in, from 1."""
        line = self.cursor + 1
        return self.source.first_line(line) if self.source else line

    @property
    def expression(self) -> str:
        return self._token[2] if self._token else ""

    # -- a new moment

    def show(self, view: View) -> None:
        frame = view.frame
        past, self._past = self._past, view
        other_file = past is None or past.frame.file != frame.file
        if other_file or past is None or past.hits is not view.hits:
            self._generation += 1
        self.source = view.source
        self.breakpoints = frozenset(line for name, line in view.breakpoints if name == frame.file)
        self._marked = {
            mark.line: mark.name[0] if len(mark.name) == 1 else "◆"
            for mark in self.host.kept
            if mark.file == frame.file
        }
        same_moment = past is not None and past.moment == view.moment
        count = self.row_count()
        self._digits = max(3, len(str(count)))
        self._current = self._statement(frame.line, frame.end_line)
        if not same_moment:
            self._token = None
            self.cursor = max(0, frame.line - 1)
        self._retell(view)
        self.rows_counted()
        before = self.scroll_offset
        if other_file:
            self.scroll_to(x=0, animate=False, force=True)
        if not same_moment:
            self.show_row(self.cursor, center=True)
        if self.scroll_offset == before:  # else all of it is painted again
            self.repaint()

    def _retell(self, view: View, value: str = "") -> None:
        frame = view.frame
        name = safe_text(frame.file.rpartition("/")[2]) or "?"
        inner = view.selected == len(view.frames) - 1
        where = f"{one_line(frame.function, 60)}{'' if inner else ' (a caller)'}"
        loops = " in ".join(each.text for each in view.way.iterations)
        words = [f"iteration {loops}"] if loops else []
        if view.step.process > 1:
            words.append(f"process {view.step.process}")
        if view.thread:
            words.append(view.thread)
        self.set_title(f"{name} · {where}", value or " · ".join(words))

    def _statement(self, line: int, end_line: int) -> range:
        source = self.source
        last = line
        while source and last < end_line and source.first_line(last + 1) == line:
            last += 1
        return range(line, last + 1)

    def at_current(self) -> bool:
        """Whether the cursor is on the statement that is about to run, and that in sight."""
        line = self.view.frame.line if self.view is not None else 0
        return self.cursor == line - 1 and not self.scroll_offset.x

    def to_current(self) -> None:
        """Back to the statement that is about to run."""
        if self.view is not None:
            self.scroll_to(x=0, animate=False, force=True)
            self.move_cursor(self.view.frame.line - 1, center=True)

    def go_to_line(self, line: int) -> None:
        """Puts the cursor on a line, in the same moment."""
        self.move_cursor(line - 1, center=True)

    def seek_text(self, text: str) -> None:
        """Lights up a text wherever it stands in the code."""
        self._sought = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self._generation += 1
        self.rows_changed()

    # -- the expression under the cursor

    def cursor_moved(self) -> None:
        if self._token is not None:
            self._point_at(None)

    def _tokens(self) -> list[Token]:
        if self.source is None or not self.row_count():
            return []
        row = self.cursor
        return expressions(self.source.lines[row], self.source.colours.spans(row))

    def _point_at(self, token: Token | None) -> None:
        self._token = token
        if self.view is not None:
            self._retell(self.view)
        self.want_again()
        self.rows_changed()

    def _point_by(self, way: int) -> bool:
        tokens = self._tokens()
        if not tokens:
            return False
        at = tokens.index(self._token) + way if self._token in tokens else (0 if way > 0 else -1)
        if self._token is None and way < 0:
            return False
        if at >= len(tokens):
            return False
        self._point_at(tokens[at] if at >= 0 else None)
        left, width = self.scroll_offset.x, self.size.width - self._gutter
        start, end = (self._token[0], self._token[1]) if self._token else (0, 0)
        if start < left or end > left + width:
            self.scroll_to(x=max(0, start - 4), animate=False, force=True)
        return True

    def action_right(self) -> None:
        if not self._point_by(1):
            super().action_right()

    def action_left(self) -> None:
        if not self._point_by(-1):
            super().action_left()

    def action_choose(self) -> None:
        """A line is no moment: it may have run often."""
        keys = self.host.key_of
        line, hits = self.cursor_line, self.view.hits.get(self.cursor_line, 0) if self.view else 0
        if not hits:
            self.host.tell(f"line {line} never ran", "warning")
            return
        times = f"{hits:,} time{'s' if hits != 1 else ''}"
        self.host.tell(
            f"line {line} ran {times} · {keys('here')} to its next one · {keys('here_back')} back"
            f" · {keys('executions')} all of them"
        )

    def on_click(self, event: events.Click) -> None:
        super().on_click(event)
        if self.row_under(event) != self.cursor:
            return  # on an edge, below the statement, or below the file
        column = event.x - self.gutter.left - self._gutter + self.scroll_offset.x
        under = [each for each in self._tokens() if each[0] <= column < each[1]]
        if under:
            self._point_at(under[-1] if column >= under[-1][0] else under[0])

    def wants(self, view: View) -> Hashable:
        if not self.expression:
            return None
        return Asked(self.expression, view.step.index, view.frame.frame_id)

    def fetch(self, job: Job, want: Asked) -> str:
        value = job.recording.evaluate(want.text, want.step, want.frame)
        return f"{one_line(want.text, 40)} = {value.summary(120)}"

    def fill(self, answer: str) -> None:
        if self.view is not None:
            self._retell(self.view, fit(answer, max(10, self.size.width - 12)))

    def refused(self, note: str) -> None:
        if self.view is not None:
            said = f"{one_line(self.expression, 40)}: {note}"
            self._retell(self.view, fit(said, max(10, self.size.width - 12)))

    # -- rows

    def rows_counted(self) -> None:
        self._below = self._find_below()
        super().rows_counted()

    def _find_below(self) -> list[list[Part]]:
        view, source, self._broken_at = self.view, self.source, 0
        if view is None or source is None or self.size.height < BELOW:
            return []
        line, room = view.frame.line, self.room - self._gutter
        remark = self._remark(line)
        if remark is None or remark.kind != "error" or not 0 < line <= len(source) or room < 20:
            return []
        text, most = source.lines[line - 1], min(MOST_BELOW, self.size.height // 5)
        if cell_len(text) + 3 + cell_len(remark.text) <= room:
            return []
        indent = min(len(text) - len(text.lstrip()), room // 4)
        found: list[list[Part]] = []
        if len(self._current) == 1 and cell_len(text) > room:
            self._broken_at = first = broken(text, room)
            code = _behind(self._code(source, line - 1, is_cold=False), first)
            pieces = wrapped(code, room - indent - 4, most)
            found += [[(" " * (self._gutter + indent + 4), ""), *piece] for piece in pieces]
        said = textwrap.wrap(remark.text, room - indent - 2) or [remark.text]
        most = max(2, most)
        if len(said) > most:
            said = [*said[: most - 1], " ".join(said[most - 1 :])]
        for at, each in enumerate(said):
            begin = " " * (self._gutter + indent + (2 if at else 0))
            found.append([(begin, ""), (fit(each, room - indent - 2), "bad")])
        if len(self._current) + len(found) > self.size.height:
            self._broken_at, found = 0, []  # they would be out of sight
        return found

    def line_of(self, row: int) -> int:
        return row + (len(self._below) if row + 1 >= self._current.stop else 0)

    def last_line_of(self, row: int) -> int:
        if self._below and row + 1 in self._current:
            return self._current.stop - 2 + len(self._below)
        return self.line_of(row)

    def row_at(self, y: int, top: int) -> int:
        line, end = y + top, self._current.stop - 1
        if not self._below or line < end:
            return line
        return end - line - 1 if line < end + len(self._below) else line - len(self._below)

    def line_count(self) -> int:
        return self.row_count() + len(self._below)

    def row_left(self, row: int, left: int) -> int:
        return 0 if row < 0 else left

    def row_count(self) -> int:
        if self.view is None:
            return 0
        return len(self.source) if self.source else 1

    def row_width(self) -> int:
        return self._gutter + self.source.width + 1 if self.source else 0

    def row_style(self, row: int) -> str:
        if row < 0:
            return "below"
        if self.view is None or row + 1 not in self._current or self.source is None:
            return ""
        return "current" if self.view.selected == len(self.view.frames) - 1 else "outer"

    def cursor_style(self, names: str) -> str:
        return names or super().cursor_style(names)

    def row_key(self, row: int) -> Hashable:
        if row < 0:
            return tuple(self._below[-row - 1])
        line = row + 1
        return (
            self._generation,
            line in self.breakpoints,
            self._marked.get(line),
            self._ran(line),
            self._remark(line),
            self._digits,
            (len(self._below), self._broken_at) if line == self._current.start else None,
            self._token if row == self.cursor else None,
        )

    def _remark(self, line: int) -> Remark | None:
        return self.view.remarks.get(line) if self.view else None

    def _ran(self, line: int) -> bool:
        """Whether this call has run the line."""
        if self.view is None or self.source is None:
            return False
        return self.source.first_line(line) in self.view.way.lines

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        view, source = self.view, self.source
        if view is None:
            return ()
        if row < 0:
            return self._below[-row - 1]
        if source is None:
            file = safe_text(view.frame.file)
            return [(f" {file}: its text is not in this recording; line {view.frame.line}", "dim")]
        line = row + 1
        first = source.first_line(line)
        hits = view.hits.get(source.counted(line), 0)
        parts = self._gutter_parts(view, line, hits if first == line else 0)
        text = source.lines[row]
        code = self._code(source, row, is_cold=not hits)
        remark = self._remark(line)
        if self._below and line == self._current.start:
            remark = None
            if self._broken_at and not self.scroll_offset.x:
                code = _shortened(code, self._broken_at)
        left = self.scroll_offset.x
        room = width + left - self._gutter - cell_len(text) - 4
        if remark is not None and remark.kind == "error":
            # What the exception says is worth more than the end of the line.
            least = min(cell_len(remark.text), max(MIN_REMARK, width // 5))
            if room < least:
                kind = cell_len(remark.text.partition(":")[0]) + 2
                least = min(cell_len(remark.text), max(least, min(kind, width * 2 // 5)))
                shown = max(0, len(text) - (least - room) - 1)
                code = [*_shortened(code, shown), ("…", "gutter")]
                room = least
        parts.extend(code)
        if remark is not None and room >= min(MIN_REMARK, cell_len(remark.text)):
            parts.append((f"   {fit(remark.text, room)}", REMARKS[remark.kind]))
        return parts

    def _code(self, source: SourceText, row: int, *, is_cold: bool) -> list[Part]:
        """A line of the file with what is sought and pointed at in it."""
        text = source.lines[row]
        code = [(text, "cold")] if is_cold else coloured(text, source.colours.spans(row), "code")
        if self._sought is not None:
            for match in self._sought.finditer(text):
                code = restyle(code, match.start(), match.end(), "sought")
        if self._token is not None and row == self.cursor:
            code = restyle(code, self._token[0], self._token[1], "pointed")
        return code

    def _gutter_parts(self, view: View, line: int, hits: int) -> list[Part]:
        parts: list[Part] = [("●", "breakpoint") if line in self.breakpoints else (" ", "")]
        if line == self._current.start:
            inner = view.selected == len(view.frames) - 1
            parts.append(("▶" if inner else "▷", "here"))
        else:
            parts.append((self._marked.get(line, " "), "key"))
        parts.append((f"{line:>{self._digits}} ", "gutter"))
        if not self._slim:
            parts.append((f"{short_count(hits) if hits else '':>5} ", "gutter"))
        parts.append(("▎ ", "way") if self._ran(line) else ("  ", ""))
        return parts

    def _crop(self, strip: Strip, left: int, width: int, ground: Style) -> Strip:
        more = strip.cell_length > left + width
        gutter = strip.crop(0, self._gutter)
        rest = strip.crop(left + self._gutter, left + width - (1 if more else 0))
        edge = [Strip([Segment("›", ground + self.paint("gutter"))])] if more else []
        return Strip.join([gutter, rest, *edge])


def short_count(count: int) -> str:
    """At most five cells."""
    if count < 100_000:
        return str(count)
    if count < 10_000_000:
        return f"{count // 1000}k"
    return f"{count // 1_000_000}M"


def broken(text: str, room: int) -> int:
    """How much of a line goes into so many cells: up to a blank where one is not far, else up to
    a dot or behind a bracket or a comma, else all that has room.
    """
    whole = max(1, _reach(text, room - 1))
    blank = text.rfind(" ", 0, whole + 1)
    if blank > whole * 2 // 3 and text[:blank].strip():
        return blank + 1
    joint = max(text.rfind(".", 0, whole + 1), *(text.rfind(c, 0, whole) + 1 for c in "([{,"))
    least = whole // 2
    if joint > least and joint > blank + 1 and text[:joint].strip():
        return joint
    return blank + 1 if blank > least and text[:blank].strip() else whole


def _reach(text: str, room: int) -> int:
    """How many characters go into so many cells."""
    for at, character in enumerate(text):
        room -= cell_len(character)
        if room < 0:
            return at
    return len(text)


def wrapped(parts: Sequence[Part], width: int, most: int) -> list[list[Part]]:
    """Text in lines of so many cells, broken at blanks where they are not far; the last line that
    there may be is cut.
    """
    rows: list[list[Part]] = []
    text = "".join(each for each, _ in parts)
    while text:
        if cell_len(text) <= width:
            rows.append(list(parts))
            break
        if len(rows) + 1 == most:
            rows.append([*_shortened(parts, _reach(text, width - 1)), ("…", "gutter")])
            break
        length = broken(text, width)
        rows.append(_shortened(parts, length))
        parts, text = _behind(parts, length), text[length:]
    return rows


def _behind(parts: Sequence[Part], length: int) -> list[Part]:
    """What comes after the first so many characters."""
    found: list[Part] = []
    for text, style in parts:
        found.append((text[length:] if length > 0 else text, style))
        length -= len(text)
    return [part for part in found if part[0]]


def _shortened(parts: Sequence[Part], length: int) -> list[Part]:
    """The first so many characters."""
    found: list[Part] = []
    for text, style in parts:
        found.append((text[: max(0, length)], style))
        length -= len(text)
    return found
