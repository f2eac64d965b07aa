"""The palette: a line to type into, and what it may mean below it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.screen import ModalScreen
from textual.widgets import Input

from ..commands import Commands, Entry
from ..widgets.lines import LineView, Part, fit, pad

if TYPE_CHECKING:
    from ..app import ReplayApp


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


class PaletteScreen(ModalScreen[None]):
    """Lies over the app until something is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+p", "app.pop_screen", "leave", show=False),
        Binding("up", "walk(-1)", "up", show=False),
        Binding("down", "walk(1)", "down", show=False),
        Binding("pageup", "walk(-10)", "up", show=False),
        Binding("pagedown", "walk(10)", "down", show=False),
    ]

    def compose(self) -> ComposeResult:
        with Container(id="palette-box"):
            yield Input(
                placeholder="an action, a function, a file, a step, 24%, 1.5s, file.py:41",
                compact=True,
                id="palette-line",
            )
            yield Offers()

    def on_mount(self) -> None:
        self._commands = Commands(cast("ReplayApp", self.app))
        box = self.query_one("#palette-box")
        box.border_title = "Palette"
        box.border_subtitle = "↑ ↓ Enter · Esc leaves"
        self.query_one(Input).focus()
        self._offers.offer(self._commands.search(""))

    @property
    def _offers(self) -> Offers:
        return self.query_one(Offers)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._offers.offer(self._commands.search(event.value))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._run(self._offers.cursor)

    def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        self._run(message.row)

    def _run(self, row: int) -> None:
        entries = self._offers.entries
        self.dismiss()
        if 0 <= row < len(entries):
            self.app.call_later(entries[row].run)

    def action_walk(self, rows: int) -> None:
        self._offers.move_cursor(self._offers.cursor + rows)
