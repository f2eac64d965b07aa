"""The page of keys, made from the action table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from ..actions import ACTIONS
from ..keymap import FIND, GROUPS, MOVE, Action, key_text
from ..widgets.lines import LineView, Part, pad

_KEYS_WIDTH = 14


class HelpPage(LineView):
    """Rows of keys and what they do."""

    def __init__(self) -> None:
        super().__init__(id="help")
        self._page = list(page())
        self.set_title("Keys", "Esc leaves")

    def on_mount(self) -> None:
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


def page() -> Iterator[list[Part]]:
    """The rows: both directions of a move stand on one row."""
    yield [(" A small letter goes forward in time, its capital goes back.", "strong")]
    for group in GROUPS:
        yield []
        yield [(f" {group}", "heading")]
        actions = [action for action in ACTIONS if action.group == group]
        rows = _paired(actions) if group in (MOVE, FIND) else [(a, None) for a in actions]
        for action, mirror in rows:
            keys = " ".join(map(key_text, action.keys[:1]))
            if mirror is not None:
                keys += "  " + key_text(mirror.keys[0])
            also = [key_text(key) for key in action.keys[1:]]
            text = action.text if mirror is None else _both(action.text, mirror.text)
            if also:
                text += f"   (also {', '.join(also)})"
            yield [(f"   {pad(keys, _KEYS_WIDTH)}", "key"), (text, "")]


def _paired(actions: Sequence[Action]) -> Iterator[tuple[Action, Action | None]]:
    rest = list(actions)
    while rest:
        action = rest.pop(0)
        if rest and _mirrors(action.name, rest[0].name):
            yield action, rest.pop(0)
        else:
            yield action, None


def _mirrors(name: str, other: str) -> bool:
    stem = name.removesuffix("_next")
    return other in (f"{name}_back", f"{stem}_previous") or (name, other) == ("end", "start")


def _both(text: str, mirror: str) -> str:
    if text.startswith("next ") and mirror == f"previous {text[5:]}":
        return f"next, {mirror}"
    return f"{text}  ·  {mirror}"
