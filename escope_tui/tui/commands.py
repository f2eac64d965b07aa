"""The palette: every action by its name, every function and file of the recording, any place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual.fuzzy import Matcher

from ..config.settings import THEMES
from ..errors import UsageError
from ..model.text import one_line
from ..session import goto
from .actions import ACTIONS
from .keymap import key_text
from .widgets.bindings import call

if TYPE_CHECKING:
    from .app import ReplayApp

MOST = 60
"""Lines offered for one query."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette."""

    text: str
    """Safe text."""
    word: str
    """What kind of thing it is, and its key."""
    run: Callable[[], object]


class Commands:
    """What the palette of one app offers."""

    def __init__(self, app: ReplayApp) -> None:
        self._replay = app
        self._entries = list(self._actions())
        self._places = list(self._symbols())

    def search(self, query: str) -> list[Entry]:
        """The best first; without a query, all actions."""
        query = query.strip()
        if not query:
            return self._entries
        place = self._place(query)
        matcher = Matcher(query)
        wanted = query.lower().replace(" ", "")
        found = [
            (matcher.match(entry.text), -at, entry)
            for at, entry in enumerate((*self._entries, *self._places))
            if _holds(entry.text.lower(), wanted)
        ]
        found.sort(key=lambda each: each[:2], reverse=True)
        best = [entry for score, _, entry in found if score > 0][:MOST]
        return best if place is None else [place, *best]

    def _actions(self) -> Iterator[Entry]:
        app = self._replay
        for action in ACTIONS:
            if not action.in_pane and action.name != "command_palette":
                keys = app.keys_of(action)
                key = key_text(keys[0]) if keys else ""
                yield Entry(_capital(action.text), key, partial(app.run_later, call(action)))
        for theme in THEMES:
            yield Entry(f"Theme {theme}", "", partial(setattr, app, "theme", theme))

    def _symbols(self) -> Iterator[Entry]:
        app = self._replay
        session, engine = app.session, app.session.engine
        for name, file, line in engine.functions():
            where = f"{one_line(file.rpartition('/')[2], 40)}:{line}"
            move = partial(app.move, partial(session.function, name))
            yield Entry(one_line(name, 80), where, move)
        for file in engine.all_files():
            move = partial(app.move, partial(session.file, file))
            yield Entry(one_line(file, 100), "file", move)

    def _place(self, query: str) -> Entry | None:
        """What was typed, if it is a place: a step, a time, a line."""
        try:
            target = goto.parse(query)
        except UsageError:
            return None
        if target.kind == "function":
            return None
        return Entry(f"Go to {one_line(query, 40)}", target.kind, partial(self._replay.go, query))


def _holds(text: str, letters: str) -> bool:
    """Whether the letters stand in the text in this order: cheaper than a match with a score."""
    at = 0
    for letter in letters:
        at = text.find(letter, at) + 1
        if not at:
            return False
    return True


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
