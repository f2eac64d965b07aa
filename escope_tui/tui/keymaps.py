"""Which keys each action has: the shipped keymaps, a person's own keys, and the check of both."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from ..config.file import Config, ConfigError
from .actions import ACTIONS, TABLE
from .keymap import KEY_NAMES, clashes, key_text

Keys = Mapping[str, tuple[str, ...]]
"""Textual's names of the keys of each action, by its name; the first one is shown."""

_VSCODE: dict[str, tuple[str, ...]] = {
    "into": ("f11", "s"),
    "into_back": ("ctrl+f11", "S"),
    "over": ("f10", "n"),
    "over_back": ("shift+f10", "N"),
    "out": ("shift+f11", "f"),
    "continue": ("f5", "c"),
    "continue_back": ("shift+f5", "C"),
    "breakpoint": ("f9", "b"),
    "find": ("ctrl+f", "slash"),
    "hit_next": ("f3", "full_stop"),
    "hit_previous": ("shift+f3", "comma"),
    "goto": ("ctrl+g", "colon", "t"),
    "command_palette": ("ctrl+p", "f1"),
    "help": ("question_mark",),
}
_VIM: dict[str, tuple[str, ...]] = {
    "hit_next": ("n",),
    "hit_previous": ("N",),
    "over": ("o", "f10"),
    "over_back": ("O",),
    "editor": ("ctrl+e",),
    "library": ("ctrl+r",),
    "place_previous": ("minus", "ctrl+o"),
    "page_up": ("pageup", "ctrl+u", "ctrl+b"),
    "page_down": ("pagedown", "ctrl+d", "ctrl+f"),
}
SHIPPED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "gdb": {},
    "vscode": _VSCODE,
    "vim": _VIM,
    "less": _VIM,
}
"""What each shipped keymap changes in the table of actions."""

_NAMES = {
    "esc": "escape",
    "return": "enter",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "del": "delete",
    "ins": "insert",
    "bs": "backspace",
}
_NAMED = {"space", "enter", "tab", "escape", "backspace", "delete", "insert", "home", "end"} | {
    "up", "down", "left", "right", "pageup", "pagedown", *(f"f{n}" for n in range(1, 25)),
}  # fmt: skip
_MODIFIERS = ("ctrl", "shift", "alt")
_TAKEN = {
    "escape": "it leaves searches, prefixes and prompts",
    "tab": "it goes to the next pane",
    "shift+tab": "it goes to the previous pane",
    "ctrl+c": "it copies the selected text",
    "ctrl+q": "the app always ends with it",
    "ctrl+i": "terminals send it as Tab",
    "ctrl+m": "terminals send it as Enter",
    "ctrl+h": "terminals send it as Backspace",
    "ctrl+s": "terminals stop their output with it",
}


def parse_key(text: str) -> str:
    """A key as people write it (`n`, `F10`, `ctrl+p`, `]`, `Space`) by Textual's name; "" if it
    is none.
    """
    text = text.strip()
    if len(text) == 1:
        return KEY_NAMES.get(text, text) if text.isprintable() and text != " " else ""
    *modifiers, last = text.split("+") if not text.endswith("++") else [*text[:-2].split("+"), "+"]
    modifiers = [each.strip().lower() for each in modifiers]
    if any(each not in _MODIFIERS for each in modifiers):
        return ""
    last = last.strip()
    name = KEY_NAMES.get(last) or _NAMES.get(last.lower()) or last.lower()
    single = len(last) == 1 and last.isprintable() and bool(modifiers)
    if name not in _NAMED and name not in KEY_NAMES.values() and not single:
        return ""
    return "+".join((*sorted(modifiers), name))


def load(config: Config) -> Keys:
    """The keys of every action that can be done."""
    keys = load_all(config)
    return {action.name: keys[action.name] for action in ACTIONS}


def load_all(config: Config) -> Keys:
    """The keys of every action that a keymap may name; raises `ConfigError` that names file, line,
    key and both actions of a clash.
    """
    known = {action.name for action in TABLE}
    keys = {action.name: action.keys for action in TABLE}
    keys |= SHIPPED[config.get("keymap")]
    for name, given in config.keys.items():
        if name not in known:
            near = get_close_matches(name, known, 3, 0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else "escope config show lists them"
            raise config.error(f"keys.{name}", "there is no such action", hint)
        keys[name] = tuple(_checked(config, name, each) for each in given)
    for key, one, other in clashes(TABLE, keys):
        raise _clash(config, key, one, other)
    return keys


def _checked(config: Config, name: str, text: str) -> str:
    key = parse_key(text)
    if not key:
        hint = "keys are written as n, N, F10, ctrl+p, shift+F5, ], Space, Enter"
        raise config.error(f"keys.{name}", f"{text!r} is no key", hint)
    if key in _TAKEN:
        raise config.error(f"keys.{name}", f"{text} cannot be bound: {_TAKEN[key]}")
    return key


def _clash(config: Config, key: str, one: str, other: str) -> ConfigError:
    mine = one if one in config.keys else other
    theirs = other if mine == one else one
    return config.error(
        f"keys.{mine}",
        f"the key {key_text(key)} would mean two things: {mine} and {theirs}",
        f'give {theirs} another key, such as {theirs} = "ctrl+x", or none: {theirs} = []',
    )
