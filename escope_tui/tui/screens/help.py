"""The page of keys, made from the action table."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ..actions import ACTIONS
from ..keymap import GROUPS, key_text
from ..keymaps import Keys
from ..widgets.lines import LineView, Part, pad

_KEYS_WIDTH = 14


class HelpPage(LineView):
    """Rows of keys and what they do."""

    def __init__(self) -> None:
        super().__init__(id="help")
        self._page: list[list[Part]] = []
        self.set_title("Keys", "Esc leaves")

    def on_mount(self) -> None:
        self._lay_out()

    def on_resize(self) -> None:
        self._lay_out()
        super().on_resize()

    def _lay_out(self) -> None:
        rows = page(getattr(self.app, "keys", None))
        self._page = [line for row in rows for line in _wrapped(row, self.room)]
        self.rows_changed()

    def row_count(self) -> int:
        return len(self._page)

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        return self._page[row]


class HelpScreen(ModalScreen[None]):
    """Lies over the app until a key is pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "app.pop_screen", "leave", show=False)
    ]

    def compose(self) -> ComposeResult:
        yield HelpPage()

    def on_mount(self) -> None:
        self.query_one(HelpPage).focus()


def page(keys: Keys | None = None) -> Iterator[list[Part]]:
    """The rows: both directions of a move stand on one row."""
    keys = keys or {action.name: action.keys for action in ACTIONS}
    by_name = {action.name: action for action in ACTIONS}
    mirrors = {action.mirror for action in ACTIONS if action.mirror}
    yield [(" A small letter goes forward in time, its capital goes back.", "strong")]
    for group in GROUPS:
        yield []
        yield [(f" {group}", "heading")]
        for action in ACTIONS:
            if action.group != group or action.name in mirrors:
                continue
            mirror = by_name.get(action.mirror)
            own = [key_text(key) for key in keys[action.name]]
            shown, text = "".join(own[:1]), action.text
            if mirror is not None:
                shown += "  " + "".join(key_text(key) for key in keys[mirror.name][:1])
                text = _both(action.text, mirror.text)
                own += [key_text(key) for key in keys[mirror.name][1:]]
            if own[1:]:
                text += f"   (also {', '.join(own[1:])})"
            yield [(f"   {pad(shown, _KEYS_WIDTH)}", "key"), (text, "")]


def _wrapped(row: list[Part], width: int) -> Iterator[list[Part]]:
    """A row in as many lines as it takes; what goes on stands below the text, beside the keys."""
    *before, (text, style) = row or [("", "")]
    start = sum(cell_len(part) for part, _ in before)
    lead = " " * (len(text) - len(text.lstrip()))
    # What stands in brackets stays together.
    text = re.sub(r"\(.*?\)", lambda found: found[0].replace(" ", "\0"), text.lstrip())
    lines = textwrap.wrap(text, max(20, width - start - len(lead))) or [""]
    lines = [line.replace("\0", " ") for line in lines]
    yield [*before, (lead + lines[0], style)]
    for line in lines[1:]:
        yield [(" " * start + lead + line, style)]


def _both(text: str, mirror: str) -> str:
    if text.startswith("next ") and mirror == f"previous {text[5:]}":
        return f"next, {mirror}"
    return f"{text}  ·  {mirror}"
