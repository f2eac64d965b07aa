"""The history of one variable, attribute or item: each value that it had, and who set it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from ...model.answers import HistoryPoint
from ...model.text import one_line
from ...query.history import iter_history
from ...session.formats import sparkline
from ...session.inside import change_inside
from ...session.projection import View
from .table import Row, TablePane

if TYPE_CHECKING:
    from ..feeds import Job

LIMIT = 20_000
FIRST = 200
VALUE = 60


class Asked(NamedTuple):
    """What an expression meant to a frame at a moment."""

    text: str
    step: int
    frame: int


class Points(NamedTuple):
    """Rows, and the numbers among the values."""

    rows: list[Row]
    numbers: list[float]


class HistoryPane(TablePane):
    """Stays with the variable that it was asked for."""

    TITLE = "History"
    EMPTY = "select a variable and press v"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked: Asked | None = None
        self._numbers: list[float] = []

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
        rec = job.recording
        found = iter_history(rec, want.text, at=want.step, limit=LIMIT, frame=want.frame)
        for count, point in enumerate(found, 1):
            rows.append(_row(point))
            if point.number is not None:
                numbers.append(point.number)
            if count in (FIRST, FIRST * 10):
                job.partial(Points(list(rows), list(numbers)))
            if count % 50 == 0:
                job.check()
        return Points(rows, numbers if len(numbers) > 1 else [])

    def fill(self, answer: Any) -> None:
        self._numbers = answer.numbers
        self.set_rows(answer.rows)
        if not answer.rows:
            self.says("no write of it is in the recording")

    def heading(self) -> str:
        if self._asked is None:
            return self.TITLE
        curve = ""
        if self._numbers:
            low, high = min(self._numbers), max(self._numbers)
            curve = f"  {low:.6g} {sparkline(self._numbers, 24)} {high:.6g}"
        return f"{self.TITLE} of {one_line(self._asked.text, 40)}{curve}"


def _row(point: HistoryPoint) -> Row:
    value = point.value.summary(VALUE) if point.value is not None else "deleted"
    if point.kind == "change" and point.value is not None and point.old is not None:
        value = change_inside(point.value, point.old) or value
    where = f"{one_line(point.function, 30)}:{point.line}"
    verb = {"parameter": "argument", "change": "", "delete": ""}.get(point.kind, "")
    note = f"{value} is set here"
    return Row(point.step, (value, where, verb), point.frame_id, ("value", "type", "dim"), 0, note)
