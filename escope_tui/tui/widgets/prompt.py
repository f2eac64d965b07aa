"""A line to type into, at the bottom of the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

Answered = Callable[[str, bool], object]


class Prompt(Input):
    """Asks one thing; Enter answers, Esc leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "leave", show=False),
        Binding("up", "older", "older", show=False),
        Binding("down", "newer", "newer", show=False),
        Binding("tab", "complete(1)", "complete", show=False),
        Binding("shift+tab", "complete(-1)", "complete", show=False),
    ]

    class Typed(Message):
        """The line so far."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(compact=True, select_on_focus=False, **kwargs)
        self._purpose = ""
        self._answered: Answered = lambda text, entered: None
        self._past: dict[str, list[str]] = {}
        self._at = 0
        self._choices: tuple[str, ...] = ()
        self._chosen = -1
        self.display = False
        self.cursor_blink = False

    def ask(self, purpose: str, placeholder: str, answered: Answered, value: str = "") -> None:
        """Opens; `purpose` names the list of earlier answers. `answered` hears of the line, which
        is empty if the person left, and of whether they pressed Enter.
        """
        self._purpose, self._answered = purpose, answered
        self._at = len(self._past.get(purpose, ()))
        self.placeholder = placeholder
        self.value = value
        self.cursor_position = len(value)
        self.offer(())
        self.display = True
        # At once: `focus()` waits, and what is typed meanwhile would reach the app's keys.
        self.screen.set_focus(self)

    async def _on_key(self, event: events.Key) -> None:
        # Enter and Esc count before the keys that came with them, which go to whoever is next.
        if self.display and event.key in ("enter", "escape"):
            event.stop()
            event.prevent_default()
            self.action_submit() if event.key == "enter" else self.action_leave()
        elif not self.display:
            event.prevent_default()

    def action_submit(self) -> None:  # type: ignore[override]
        text = self.value.strip()
        past = self._past.setdefault(self._purpose, [])
        if text and text not in past[-1:]:
            past.append(text)
        self._answer(text, True)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._chosen >= 0 and self.value == self._choices[self._chosen]:
            return  # one of the lines offered, not a new one
        if self.display:
            self.post_message(self.Typed(self.value))

    def offer(self, lines: Sequence[str]) -> None:
        """Whole lines that Tab goes through."""
        self._choices, self._chosen = tuple(lines), -1

    def action_complete(self, way: int) -> None:
        """The next line offered."""
        if self._choices:
            first = self._chosen < 0 and way < 0
            self._chosen = (self._chosen + way + (1 if first else 0)) % len(self._choices)
            self.value = self._choices[self._chosen]
            self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        self._answer("", False)

    def action_older(self) -> None:
        self._recall(-1)

    def action_newer(self) -> None:
        self._recall(1)

    def _recall(self, way: int) -> None:
        past = self._past.get(self._purpose, [])
        self._at = max(0, min(len(past), self._at + way))
        self.value = past[self._at] if self._at < len(past) else ""
        self.cursor_position = len(self.value)

    def _answer(self, text: str, entered: bool) -> None:
        self.display = False
        self._answered(text, entered)
