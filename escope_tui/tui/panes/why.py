"""Why a variable has its value, or a statement did what it did: causes as a tree, each a moment."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from ...model.text import one_line
from ...query.why import Cause
from ...session.projection import View
from .history import Asked
from .table import Row, TablePane

if TYPE_CHECKING:
    from ..feeds import Job

VALUE = 48


class WhyPane(TablePane):
    """Stays with the question that it was asked."""

    TITLE = "Why"
    EMPTY = "x asks about the selected variable, else about the statement"
    SPARE = (1, 2, 3)
    LEAST = 26
    SORTED = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._asked: Asked | None = None
        self._value = ""

    @property
    def expression(self) -> str:
        row = self.chosen
        return row.cells[0].partition(" = ")[0] if row is not None else ""

    def action_why(self) -> None:
        """Asks about the selected variable as it is now, else about the statement."""
        text = self.host.pointed
        if self.view is None:
            return
        frame = self.view.frame
        inside = not text and frame.last_step >= 0  # a frame further out: what it is doing
        step = frame.last_step if inside else self.view.step.index
        self._asked = Asked(text, step, frame.frame_id)
        self.says("looking for its causes…")
        self.want_again()

    def wants(self, view: View) -> Hashable:
        return self._asked

    def fetch(self, job: Job, want: Asked) -> list[Row]:
        from ...query.statement import explain_statement
        from ...query.why import explain

        if not want.text:
            cause = explain_statement(job.recording, want.step)
            return [_row(depth, each) for depth, each in cause.walk()]
        cause = explain(job.recording, want.text, want.step, frame=want.frame)
        return [_row(depth, each) for depth, each in cause.walk()]

    def heading(self) -> str:
        if self._asked is None:
            return self.TITLE
        return f"Why {one_line(self._asked.text or 'this statement', 40)} at @{self._asked.step:,}"


def _row(depth: int, cause: Cause) -> Row:
    what = one_line(cause.target, 40) + cause.equals(VALUE)
    where = f"{one_line(cause.function, 30)}:{cause.line}" if cause.step is not None else ""
    source = one_line(cause.source, 60) if cause.shows_source else ""
    if cause.note:
        source = f"{source}  ({cause.note})".strip()
    note = what
    if cause.value is not None:
        note = f"{one_line(cause.target, 40)} came to be {cause.value.summary(VALUE)} here"
    return Row(
        cause.step,
        (what, source, cause.kind, where),
        0,
        ("value", "code", "heading", "type"),
        depth,
        note,
    )
