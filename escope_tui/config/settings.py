"""Every setting with its kind, its default and a word on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

THEMES = ("escope-dark", "escope-light", "escope-contrast", "ansi-dark", "ansi-light")
KEYMAPS = ("gdb", "vscode", "vim", "less")
PLANS = ("auto", "classic", "theatre", "columns", "tower", "single")


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be chosen."""

    key: str
    """Dotted: the part before the dot is the table of the file."""
    default: Any
    help: str
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    """Limits of a number."""

    def problem(self, value: Any) -> str:
        """Why a value will not do; empty if it will."""
        if type(value) is not type(self.default):
            return f"it takes {_KINDS[type(self.default)]}"
        if self.choices and value not in self.choices:
            return f"it takes one of {', '.join(each or 'an empty text' for each in self.choices)}"
        if isinstance(value, int) and self.most and not self.least <= value <= self.most:
            return f"it takes a number from {self.least:,} to {self.most:,}"
        return ""


_KINDS = {str: 'a text in quotes, such as "x"', bool: "true or false", int: "a whole number"}

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "theme",
        "",
        "colours of the app; empty: dark, or the terminal's own under NO_COLOR",
        ("", *THEMES),
    ),
    Setting("keymap", "gdb", "keys to start from", KEYMAPS),
    Setting("editor", "", "command of the editor, {file} and {line} in it; empty: $EDITOR"),
    Setting("mouse", True, "false leaves the mouse to the terminal"),
    Setting("layout.plan", "auto", "where the panes are", PLANS),
    Setting("layout.across", 67, "percent of the width that the source gets", (), 20, 85),
    Setting("layout.down", 70, "percent of the height that the source gets", (), 20, 85),
    Setting("layout.remember", True, "keep the layout that was left"),
    Setting("bounds.copy", 100_000, "characters that are copied at most", (), 100, 10_000_000),
    Setting("bounds.places", 1000, "places visited that are kept", (), 10, 100_000),
    Setting("film.speed", 10, "steps in a second", (), 1, 100_000),
)
"""Beside these, the table `keys` gives the keys of actions."""

BY_KEY = {setting.key: setting for setting in SETTINGS}
KEYS = "keys"
