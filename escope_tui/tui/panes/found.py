"""What a text was found in: code, names, values, output, exceptions. Every row is a moment."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from ...model.answers import Found
from ...model.text import one_line
from ...session.projection import View
from .table import Row, TablePane

if TYPE_CHECKING:
    from ..feeds import Job

LIMIT = 5000
FIRST = 50
TEXT = 90


class FoundPane(TablePane):
    """`/` asks, `.` and `,` go to the next and the previous row from here."""

    TITLE = "Found"
    SPARE = (1,)
    EMPTY = "/ finds text in code, names, values, output and exceptions"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._text = ""

    def action_find(self) -> None:
        self.host.ask_line(
            "find: a name, a number, 'a string', text in code, output and exceptions",
            self._find,
            past="find",
        )

    def _find(self, text: str) -> None:
        self._text = text
        self.host.light_up(text)
        self.says("searching…")
        self.want_again()

    def action_hit_next(self) -> None:
        self._hit(1)

    def action_hit_previous(self) -> None:
        self._hit(-1)

    def _hit(self, way: int) -> None:
        if not self._text:
            self.host.tell("/ finds something first", "warning")
        elif not self.go_by(way):
            side = "after" if way > 0 else "before"
            self.host.tell(f"{one_line(self._text, 40)} is not found {side} this", "warning")

    # -- the feed

    def wants(self, view: View) -> Hashable:
        return self._text or None

    def fetch(self, job: Job, want: str) -> list[Row]:
        rows: list[Row] = []
        for count, found in enumerate(job.recording.iter_search(want, limit=LIMIT), 1):
            rows.append(_row(found))
            if count in (FIRST, FIRST * 10):
                job.partial(list(rows))
            if count % 20 == 0:
                job.check()
        return rows

    def fill(self, answer: Any) -> None:
        self.set_rows(answer)
        if not answer:
            self.says(f"{one_line(self._text, 60)} is nowhere in this recording")
            self.host.tell(self._says, "warning")

    def heading(self) -> str:
        return f"Found “{one_line(self._text, 40)}”" if self._text else self.TITLE

    def show(self, view: View) -> None:
        self._now = view.step.index
        super().show(view)


def _row(found: Found) -> Row:
    where = f"{one_line(found.function, 30)}:{found.line}"
    text = one_line(found.text, TEXT)
    return Row(found.step, (text, found.kind, where), found.frame_id, ("value", "heading", "type"))
