"""Keys that wait for another key: a mark and its letter, a number and the move that it repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual import events

from .actions import ACTIONS
from .chassis import Chassis
from .keymap import Action

Hint = tuple[str, str]
"""A key and what it would do."""

_BY_NAME = {action.name: action for action in ACTIONS}


class Prefixes(Chassis):
    """While a prefix waits, the next key is its own and no other action sees it."""

    _waiting: Callable[[events.Key], object] | None = None

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
        waiting = self._waiting
        if waiting is None or not isinstance(event, events.Key):
            await super().on_event(event)
            return
        if event.key == "escape":
            self.leave_prefix()
        else:
            waiting(event)

    def action_perform(self, name: str) -> None:
        """An action that a pane carries out, or that takes a key."""
        action = _BY_NAME[name]
        owner: Any = self.pane(action.pane) if action.pane else self
        if action.pane and not action.quiet:
            self.reveal(action.pane)
        method = getattr(owner, f"action_{name}")
        if not action.takes_key:
            self.call_after_refresh(method) if action.pane else method()
            return
        self.await_key(action.text, self._hints_of(owner, action), method)

    def _hints_of(self, owner: Any, action: Action) -> Sequence[Hint]:
        found = getattr(owner, f"hints_{action.name}", None)
        return found() if found is not None else ()
