"""The history of one variable, attribute or item: each value that it had, and who set it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ...model.answers import HistoryPoint
from ...model.text import one_line
from ...query.history import iter_history
from ...session.formats import plot, sparkline
from ...session.inside import change_inside
from ...session.projection import View
from ..widgets.lines import Part
from .table import Row, TablePane

if TYPE_CHECKING:
    from ..feeds import Job

LIMIT = 20_000
FIRST = 200
VALUE = 60
BLANK = "\u2800"
"""A cell of the curve without a dot."""


class Asked(NamedTuple):
    """What an expression meant to a frame at a moment."""

    text: str
    step: int
    frame: int


class Points(NamedTuple):
    """Rows, and the numbers among the values."""

    rows: list[Row]
    numbers: list[float]
    steps: list[int]
    """Of the numbers."""


class HistoryPane(TablePane):
    """Stays with the variable that it was asked for."""

    TITLE = "History"
    EMPTY = "select a variable and press v"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked: Asked | None = None
        self._numbers: list[float] = []
        self._number_steps: list[int] = []
        self._drawn = False
        """The numbers are drawn as a curve, in place of the rows."""

    @property
    def expression(self) -> str:
        return self._asked.text if self._asked else ""

    def action_history(self) -> None:
        """Asks about the selected variable."""
        text = self.host.pointed
        if not text or self.view is None:
            self.host.tell("select a variable first: 2 goes to the variables", "warning")
            return
        self._asked = Asked(text, self.view.step.index, self.view.frame.frame_id)
        self._numbers = []
        self.says("looking through the recording…")
        self.want_again()

    def wants(self, view: View) -> Hashable:
        return self._asked

    def fetch(self, job: Job, want: Asked) -> Points:
        rows: list[Row] = []
        numbers: list[float] = []
        steps: list[int] = []
        rec = job.recording
        found = iter_history(rec, want.text, at=want.step, limit=LIMIT, frame=want.frame)
        for count, point in enumerate(found, 1):
            rows.append(_row(point))
            if point.number is not None:
                numbers.append(point.number)
                steps.append(point.step)
            if count in (FIRST, FIRST * 10):
                job.partial(Points(list(rows), list(numbers), list(steps)))
            if count % 50 == 0:
                job.check()
        return Points(rows, numbers, steps) if len(numbers) > 1 else Points(rows, [], [])

    def fill(self, answer: Any) -> None:
        self._numbers, self._number_steps = answer.numbers, answer.steps
        self._drawn = self._drawn and bool(self._numbers)
        self.set_rows(answer.rows)
        if not answer.rows:
            self.says("no write of it is in the recording")

    def heading(self) -> str:
        if self._asked is None:
            return self.TITLE
        curve = ""
        if self._numbers and not self._drawn:
            low, high = min(self._numbers), max(self._numbers)
            curve = f"  {low:.6g} {sparkline(self._numbers, 24)} {high:.6g}"
        return f"{self.TITLE} of {one_line(self._asked.text, 40)}{curve}"

    # -- the curve

    def action_format(self) -> None:
        """The same as a curve, and back."""
        if not self._numbers:
            self.host.tell("no numbers: there is no curve of them", "warning")
            return
        self._drawn = not self._drawn
        self._count()
        self._generation += 1
        self.rows_changed()
        self.show_row(self.cursor)
        if self._drawn:
            self.host.tell("← and → go from value to value; r shows the rows again")

    def row_count(self) -> int:
        return max(1, self.size.height) if self._drawn else super().row_count()

    def row_key(self, row: int) -> Hashable:
        return (self._now, self.size) if self._drawn else super().row_key(row)

    def row_style(self, row: int) -> str:
        return "" if self._drawn else super().row_style(row)

    def cursor_style(self, names: str) -> str:
        return names if self._drawn else super().cursor_style(names)

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        if not self._drawn:
            return super().row_parts(row, width)
        lines = plot(self._numbers, width - 1, max(1, self.size.height))
        line = lines[row] if row < len(lines) else ""
        label, axis, curve = line.partition("┤")
        at = bisect_right(self._number_steps, self._now) - 1
        here = max(0, at) * len(curve) // max(1, len(self._numbers))
        dots = curve[here : here + 1]
        return [
            (label + axis, "dim"),
            (curve[:here], "past"),
            ("│" if dots == BLANK else dots, "position"),
            (curve[here + 1 :], "value"),
        ]

    def action_right(self) -> None:
        if not self._drawn or not self.go_by(1):
            super().action_right()

    def action_left(self) -> None:
        if not self._drawn or not self.go_by(-1):
            super().action_left()


def _row(point: HistoryPoint) -> Row:
    value = point.value.summary(VALUE) if point.value is not None else "deleted"
    if point.kind == "change" and point.value is not None and point.old is not None:
        value = change_inside(point.value, point.old) or value
    where = f"{one_line(point.function, 30)}:{point.line}"
    verb = {"parameter": "argument", "change": "", "delete": ""}.get(point.kind, "")
    note = f"{value} is set here"
    return Row(point.step, (value, where, verb), point.frame_id, ("value", "type", "dim"), 0, note)
