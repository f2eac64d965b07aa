"""A line to type into, and what fits it below: for all that is chosen from a list."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Input

from ..commands import Entry
from ..widgets.lines import LineView, Part, fit, pad


class Offers(LineView, can_focus=False):
    """What fits the query, the best first."""

    def __init__(self) -> None:
        super().__init__(id="offers")
        self.entries: Sequence[Entry] = ()

    def offer(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.cursor = 0
        self.rows_changed()
        self.show_row(0)

    def row_count(self) -> int:
        return len(self.entries)

    def row_key(self, row: int) -> Hashable:
        return self.entries[row]

    def cursor_style(self, names: str) -> str:
        return f"{names} cursor"

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        entry = self.entries[row]
        word = fit(entry.word, width // 2)
        room = max(1, width - 3 - cell_len(word))
        return [(" " + pad(entry.text, room), ""), (f" {word} ", "key")]


class Chooser(ModalScreen[None]):
    """Lies over the app until something is chosen."""

    NAME = ""
    PLACEHOLDER = ""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "app.pop_screen", "leave", show=False),
        Binding("up", "walk(-1)", "up", show=False),
        Binding("down", "walk(1)", "down", show=False),
        Binding("pageup", "walk(-10)", "up", show=False),
        Binding("pagedown", "walk(10)", "down", show=False),
    ]

    def compose(self) -> ComposeResult:
        with Container(id="palette-box"):
            yield Input(
                placeholder=self.PLACEHOLDER,
                compact=True,
                id="palette-line",
            )
            yield Offers()

    def on_mount(self) -> None:
        box = self.query_one("#palette-box")
        box.border_title = self.NAME
        box.border_subtitle = "↑ ↓ Enter · Esc leaves"
        self.query_one(Input).focus()
        self.begin()

    def begin(self) -> None:
        """Fetches what there is to choose from, and offers it."""
        self.offers.offer(self.search(""))

    def search(self, query: str) -> Sequence[Entry]:
        """What fits, the best first."""
        raise NotImplementedError

    @property
    def offers(self) -> Offers:
        return self.query_one(Offers)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.offers.offer(self.search(event.value))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._run(self.offers.cursor)

    def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        self._run(message.row)

    def _run(self, row: int) -> None:
        entries = self.offers.entries
        self.dismiss()
        if 0 <= row < len(entries):
            self.app.call_later(entries[row].run)

    def action_walk(self, rows: int) -> None:
        self.offers.move_cursor(self.offers.cursor + rows)
