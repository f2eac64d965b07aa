"""Keys that wait for another key: a mark and its letter, a number and the move that it repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events

from .actions import ACTIONS
from .chassis import Chassis
from .keymap import KEY_NAMES, Action, key_text
from .panes.base import Pane
from .widgets.prompt import Prompt

Hint = tuple[str, str]
"""A key and what it would do."""

PASTED_SECONDS, HELD_SECONDS = 0.004, 0.08
"""Between two events of a key that is held down."""

_BY_NAME = {action.name: action for action in ACTIONS}


class Prefixes(Chassis):
    """While a prefix waits, the next key is its own and no other action sees it."""

    _waiting: Callable[[events.Key], object] | None = None
    _last_key = ""
    _held: list[events.Key] | None = None
    """Keys that came after one whose action waits for its pane; None: no action waits."""

    def await_key(self, title: str, hints: Sequence[Hint], got: Callable[[str], object]) -> None:
        """Shows what may follow, and hands over the next key; Esc leaves."""

        def take(event: events.Key) -> None:
            self.leave_prefix()
            got(event.character if event.is_printable and event.character else event.key)

        self.wait_for(title, hints, take)

    def wait_for(
        self, title: str, hints: Sequence[Hint], take: Callable[[events.Key], object]
    ) -> None:
        self._waiting = take
        self.hints.offer(title, hints)

    def leave_prefix(self) -> None:
        self._waiting = None
        self.hints.offer("", ())

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self._note_press(event)
        elif isinstance(event, events.MouseEvent):
            self._pressed = (None, False)
        if isinstance(event, events.Key) and self._waiting is not None and self._held is None:
            self._prefixed(event)
        else:
            await super().on_event(event)

    def _note_press(self, event: events.Key) -> None:
        """A key that comes again at once is held down; those of one moment were pasted."""
        gap = event.time - (self._pressed[0] or 0.0)
        if not gap:
            return  # the same event comes by again, from the pane that has no use for it
        held = event.key == self._last_key and PASTED_SECONDS < gap < HELD_SECONDS
        self._last_key, self._pressed = event.key, (event.time, held)

    def _prefixed(self, event: events.Key) -> None:
        if event.key == "escape":
            self.leave_prefix()
        elif self._waiting is not None:
            self._waiting(event)

    def on_key(self, event: events.Key) -> None:
        # Of keys that come fast, some are on their way through a pane when the one before is done.
        if not self.leaving and self._takes(event):
            event.prevent_default()

    def _takes(self, event: events.Key) -> bool:
        """Whether a key is none of the active pane's."""
        if self._held is not None:
            self._held.append(event)
        elif self._waiting is not None:
            self._prefixed(event)
        elif event.is_printable and event.character and isinstance(self.focused, Prompt):
            self.focused.insert_text_at_cursor(event.character)
        else:
            return False
        return True

    async def _do(self, method: Callable[[], object]) -> None:
        """An action whose pane is there now, and the keys that came meanwhile."""
        method()
        held, self._held = self._held or [], None
        for event in held:
            if not self._takes(event):
                await self._check_bindings(event.key)

    def action_perform(self, name: str) -> None:
        """An action that a pane carries out, or that takes a key."""
        action = _BY_NAME[name]
        owner: Any = self.pane(action.pane) if action.pane else self
        self.pointed = self.selected_expression()
        here = self.focused
        if action.pane and isinstance(here, Pane) and hasattr(here, f"action_{name}"):
            owner = here  # the pane with the focus has its own way to do the same
        elif action.pane and not action.quiet:
            self.reveal(action.pane)
        method = getattr(owner, f"action_{name}")
        if not action.takes_key:
            if not action.pane:
                method()
                return
            if self._held is None:
                self._held = []
            self.call_after_refresh(self._do, method)
            return
        self.await_key(action.text, self._hints_of(owner, action), method)

    # -- numbers

    def action_count(self) -> None:
        """`"`, a number, a move: the move that often. Or `%` or Enter: that place."""
        self._number("")

    def _number(self, digits: str) -> None:
        keys = [("0 … 9", "number"), ("n S ] …", "that often"), ("%", "percent"), ("Enter", "step")]
        self.wait_for(f'"{digits}', keys, lambda event: self._numbered(digits, event))

    def _numbered(self, digits: str, event: events.Key) -> None:
        character = event.character or ""
        if event.key == "backspace":
            self._number(digits[:-1])
        elif character.isascii() and character.isdigit():
            self._number((digits + character)[:12])
        elif digits and character == "%":
            self.leave_prefix()
            share = min(100, int(digits))
            self.move(lambda: self.session.goto((len(self.session.engine) - 1) * share // 100))
        elif digits and event.key == "enter":
            self.leave_prefix()
            self.seek(int(digits))
        else:
            self.leave_prefix()
            if not digits or not self.run_counted(int(digits), event.key):
                self.tell(f"{key_text(event.key)} is not a move that can be repeated", "warning")

    def run_counted(self, count: int, key: str) -> bool:
        """Does the move of a key `count` times; False if the key is no move that repeats."""
        key = KEY_NAMES.get(key, key)
        action = next((a for a in ACTIONS if a.repeats and key in self.keys_of(a)), None)
        if action is None:
            return False
        self.count = max(1, count)
        self.run_later(action.name)
        return True

    def run_later(self, action: str) -> None:
        """Runs an action once what is over the app has gone."""
        self.call_next(self.run_action, action)

    def action_percent(self) -> None:
        """`%` and a digit: 0 % to 90 % of the recording."""
        self.await_key("go to", [("0 … 9", "0 % to 90 %")], self._tenths)

    def _tenths(self, key: str) -> None:
        if len(key) == 1 and key in "0123456789":
            self.move(lambda: self.session.share(int(key)))
        else:
            self.tell("after % comes a digit: 4 is 40 %", "warning")

    def _hints_of(self, owner: Any, action: Action) -> Sequence[Hint]:
        found = getattr(owner, f"hints_{action.name}", None)
        return found() if found is not None else ()
