"""What an action is, how its keys are written, and which keys clash."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MOVE = "Move through time"
FIND = "Find a moment"
LOOK = "Look around"
PANE = "Inside a pane"
APP = "The app"
GROUPS = (MOVE, FIND, LOOK, PANE, APP)


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do."""

    name: str
    """Stable id; a keymap names it. The app or the pane has a method ``action_<name>``."""
    keys: tuple[str, ...]
    """Textual's key names; the first one is shown."""
    text: str
    """What it does, for help and palette."""
    group: str
    in_pane: bool = False
    """The focused pane does it, not the app."""
    mirror: str = ""
    """The action that does the same backward."""
    repeats: bool = False
    """A number typed before it says how often it is done."""
    pane: str = ""
    """Name of the pane that carries it out; without that pane there is no such action."""
    quiet: bool = False
    """That pane is neither revealed nor focused."""
    takes_key: bool = False
    """The next key typed is handed over (`m` and a letter). ``hints_<name>()`` of whoever does it
    gives (key, text) pairs that are shown meanwhile."""


_GLYPHS = {
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "equals_sign": "=",
    "minus": "-",
    "colon": ":",
    "right_square_bracket": "]",
    "left_square_bracket": "[",
    "right_curly_bracket": "}",
    "left_curly_bracket": "{",
    "question_mark": "?",
    "quotation_mark": '"',
    "percent_sign": "%",
    "left_parenthesis": "(",
    "right_parenthesis": ")",
    "at": "@",
    "slash": "/",
    "number_sign": "#",
    "semicolon": ";",
    "delete": "Delete",
    "backspace": "Backspace",
    "ampersand": "&",
    "asterisk": "*",
    "full_stop": ".",
    "comma": ",",
    "apostrophe": "'",
    "backslash": "\\",
    "plus": "+",
    "underscore": "_",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "space": "Space",
    "enter": "Enter",
}


KEY_NAMES = {glyph: name for name, glyph in _GLYPHS.items()}
"""Textual's names of the keys that people write with a sign."""


def key_text(key: str) -> str:
    """A key as people write it."""
    if key in _GLYPHS:
        return _GLYPHS[key]
    if len(key) > 1 and key[0] == "f" and key[1:].isdigit():
        return key.upper()
    if "+" in key:
        modifier, _, last = key.rpartition("+")
        return f"{modifier.capitalize()}+{key_text(last)}" if len(last) > 1 else key
    return key


def clashes(
    actions: Iterable[Action], keys: Mapping[str, tuple[str, ...]] | None = None
) -> list[tuple[str, str, str]]:
    """(key, action, action) for each key that two actions claim; `keys` of each by its name."""
    owner: dict[str, str] = {}
    found = []
    for action in actions:
        for key in action.keys if keys is None else keys[action.name]:
            if owner.get(key, action.name) != action.name:
                found.append((key, owner[key], action.name))
            owner.setdefault(key, action.name)
    return found
