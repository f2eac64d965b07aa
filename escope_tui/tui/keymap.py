"""Every action of the app with its keys: bindings, help and palette are made from this table.

Lower case goes forward, upper case goes back, as in GDB's single-key mode.
"""

from __future__ import annotations

from collections.abc import Iterable
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


def _pair(
    forward: str, back: str, keys: tuple[str, ...], key: str, text: str, mirror: str, group: str
) -> tuple[Action, Action]:
    return Action(forward, keys, text, group), Action(back, (key,), mirror, group)


ACTIONS: tuple[Action, ...] = (
    *_pair("into", "into_back", ("s", "f11"), "S", "step into", "step back into", MOVE),
    *_pair("over", "over_back", ("n", "f10"), "N", "step over", "step back over", MOVE),
    *_pair(
        "out", "out_back", ("f", "shift+f11"), "F", "run to the return", "back to the call", MOVE
    ),
    *_pair(
        "continue",
        "continue_back",
        ("c", "f5"),
        "C",
        "continue to a breakpoint or exception",
        "back to the one before",
        MOVE,
    ),
    *_pair(
        "end",
        "start",
        ("greater_than_sign",),
        "less_than_sign",
        "end of the recording",
        "start of the recording",
        MOVE,
    ),
    *_pair(
        "place_next",
        "place_previous",
        ("equals_sign",),
        "minus",
        "places visited: on again",
        "places visited: back",
        MOVE,
    ),
    Action("goto", ("colon", "t"), "go to a step, percent, time, line or function", FIND),
    *_pair(
        "change_next",
        "change_previous",
        ("right_square_bracket",),
        "left_square_bracket",
        "next change of the selected variable",
        "previous change of the selected variable",
        FIND,
    ),
    *_pair(
        "exception_next",
        "exception_previous",
        ("right_curly_bracket",),
        "left_curly_bracket",
        "next exception",
        "previous exception",
        FIND,
    ),
    *_pair(
        "line_next",
        "line_previous",
        ("l",),
        "L",
        "next execution of this line",
        "previous execution of this line",
        FIND,
    ),
    *_pair(
        "here",
        "here_back",
        ("h",),
        "H",
        "run to the cursor's line",
        "back to the cursor's line",
        FIND,
    ),
    Action("breakpoint", ("b",), "set or clear a breakpoint on the cursor's line", FIND),
    Action("frame_up", ("u",), "frame up: the caller", LOOK),
    Action("frame_down", ("d",), "frame down: the callee", LOOK),
    Action("evaluate", ("e",), "evaluate an expression in this frame", LOOK),
    Action("current", ("0",), "back to the current line", LOOK),
    Action("copy_value", ("y",), "copy the selected value", LOOK),
    Action("copy_name", ("Y",), "copy the selected expression", LOOK),
    Action("zoom", ("z",), "zoom the pane, and back", LOOK),
    Action("pane('source')", ("1",), "source", LOOK),
    Action("pane('variables')", ("2",), "variables", LOOK),
    Action("pane('stack')", ("3",), "stack", LOOK),
    Action("pane('output')", ("4",), "output", LOOK),
    Action("pane('timeline')", ("5",), "timeline", LOOK),
    Action("row_up", ("up", "k"), "one row up", PANE, True),
    Action("row_down", ("down", "j"), "one row down", PANE, True),
    Action("page_up", ("pageup", "ctrl+u"), "page up", PANE, True),
    Action("page_down", ("pagedown", "ctrl+d"), "page down", PANE, True),
    Action("first", ("home", "g"), "first row", PANE, True),
    Action("last", ("end", "G"), "last row", PANE, True),
    Action("left", ("left",), "fold; scroll left", PANE, True),
    Action("right", ("right",), "unfold; scroll right", PANE, True),
    Action("unfold", ("space",), "unfold and fold", PANE, True),
    Action("choose", ("enter",), "go there; unfold", PANE, True),
    Action("help", ("question_mark", "f1"), "this page", APP),
    Action("command_palette", ("ctrl+p",), "every action by name", APP),
    Action("suspend", ("ctrl+z",), "suspend (fg comes back)", APP),
    Action("quit", ("q",), "quit", APP),
)

PANES = ("source", "variables", "stack", "output", "timeline")

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


def clashes(actions: Iterable[Action] = ACTIONS) -> list[tuple[str, str, str]]:
    """(key, action, action) for each key that two actions claim."""
    owner: dict[str, str] = {}
    found = []
    for action in actions:
        for key in action.keys:
            if key in owner:
                found.append((key, owner[key], action.name))
            owner.setdefault(key, action.name)
    return found
