"""The call stack: innermost frame first; Enter makes the views follow a frame."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from ...model.text import safe_text
from ...session.projection import View
from ..messages import FollowFrame
from ..widgets.lines import Part, fit, pad
from .base import Pane

KINDS = {
    "generator": "generator",
    "coroutine": "coroutine",
    "asyncgen": "async generator",
    "genexp": "generator",
    "class": "class body",
}
"""Frames that are not plain calls say so."""


class StackPane(Pane):
    """The frames of the moment's thread."""

    TITLE = "Stack"

    def show(self, view: View) -> None:
        count = len(view.frames)
        self.set_title("Stack", f"{count} deep" if count > 1 else "")
        self.cursor = count - 1 - view.selected
        self.rows_counted()
        self.show_row(self.cursor)
        self.repaint()

    def row_count(self) -> int:
        return len(self.view.frames) if self.view else 0

    def row_key(self, row: int) -> Hashable:
        if self.view is None:
            return None
        frame = self.view.frames[-1 - row]
        chosen = len(self.view.frames) - 1 - row == self.view.selected
        return (frame.function, frame.file, frame.line, frame.kind, chosen)

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        if self.view is None:
            return ()
        at = len(self.view.frames) - 1 - row
        frame = self.view.frames[at]
        chosen = at == self.view.selected
        where = fit(f"{safe_text(frame.file.rpartition('/')[2])}:{frame.line}", max(8, width // 2))
        room = max(4, width - 4 - len(where))
        kind = KINDS.get(frame.kind, "")
        if kind and room > len(kind) + 12:
            room -= len(kind) + 1
            where = f"{kind} {where}"
        mark: Part = ("▶ " if row == 0 else "▷ ", "here") if chosen else ("  ", "")
        return [
            mark,
            (pad(safe_text(frame.function), room), "strong" if chosen else "name"),
            (" " + where, "type"),
        ]

    def action_choose(self) -> None:
        if self.view is not None and self.row_count():
            self.post_message(FollowFrame(self.view.frames[-1 - self.cursor].frame_id))
