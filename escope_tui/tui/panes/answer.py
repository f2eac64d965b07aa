"""What a command that was typed has answered; each row that tells of a moment goes there."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from ...model.text import one_line
from ...session.commands import Row
from ...session.projection import View
from ..messages import SeekTo
from ..widgets.lines import Part
from ..widgets.palette import NAMES
from .base import Pane

_STYLES = {
    "note": "dim",
    "title": "heading",
    "error": "bad",
    "warning": "changed",
    "place": "type",
    "step": "key",
    "gave": "remark",
    "read": "remark",
    "define": "keyword",
}
"""Styles of the commands' rows that the palette calls otherwise."""


_KNOWN = frozenset(NAMES)


class AnswerPane(Pane):
    """Rows that stay until the next answer."""

    TITLE = "Answer"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._answer: Sequence[Row] = ()
        self._generation = 0
        self._width = 0

    def show_answer(self, question: str, rows: Sequence[Row]) -> None:
        """Shows the rows of one question from the top."""
        self._answer = rows
        self._generation += 1
        self._width = max((len(row.text) for row in rows), default=0)
        moments = sum(1 for row in rows if row.step is not None)
        self.set_title(f"Answer · {one_line(question, 60)}", "Enter goes there" if moments else "")
        self.cursor = 0
        self.rows_changed()
        self.show_row(0)

    def show(self, view: View) -> None:
        self.repaint()

    def row_count(self) -> int:
        return len(self._answer)

    def row_width(self) -> int:
        return self._width + 2

    def row_key(self, row: int) -> Hashable:
        return (self._generation, self._mark(row))

    def _mark(self, row: int) -> bool:
        return self.view is not None and self._answer[row].step == self.view.moment.step

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        mark: Part = ("▶", "here") if self._mark(row) else (" ", "")
        return [mark, *((text, _style(style)) for text, style in self._answer[row].parts)]

    def action_choose(self) -> None:
        if self._answer and (step := self._answer[self.cursor].step) is not None:
            self.post_message(SeekTo(step))


def _style(name: str) -> str:
    known = _STYLES.get(name, name)
    return known if known in _KNOWN else ""
