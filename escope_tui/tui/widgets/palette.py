"""The styles of the panes' texts: names, and what a theme makes of them.

A table and not a style sheet, whose rules are parsed and matched for each name at every start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.color import Color

_LOOKS: Mapping[str, str] = {
    "cursor": "on primary 22%",
    "cursor-idle": "on foreground 5%",
    "dim": "foreground 50%",
    "strong": "; bold",
    "bad": "error; bold",
    "name": "foreground",
    "type": "foreground 55%",
    "here": "warning; bold",
    "gutter": "foreground 40%",
    "heading": "secondary; bold",
    "key": "accent; bold",
    "current": "on warning 20%; bold",
    "below": "on warning 20%; bold",
    "outer": "on secondary 16%",
    "code": "foreground",
    "cold": "foreground 38%",
    "comment": "foreground 50%; italic",
    "string": "success",
    "number": "accent",
    "decorator": "accent",
    "defined": "warning; bold",
    "keyword": "primary",
    "constant": "secondary",
    "builtin": "secondary",
    "remark": "foreground 55%; italic not bold",
    "gave": "foreground 50%; italic",
    "wrote": "warning; italic",
    "way": "primary 70%",
    "pointed": "accent; bold underline",
    "sought": "on secondary 35%; bold",
    "breakpoint": "error; bold",
    "value": "foreground 80%",
    "changed": "warning; bold",
    "text": "foreground",
    "stderr": "error",
    "bar": "foreground 22%",
    "past": "primary 55%",
    "position": "warning; bold",
    "cross": "error; bold",
    "label": "foreground 75%",
    "word": "foreground 60%",
    "note-info": "foreground",
    "note-warning": "warning",
    "note-error": "error; bold",
}
"""What a part of a row can be called: a variable of the theme and how opaque it is, of the text or
(after "on") of the ground; after a semicolon, the weight and shape of the letters."""

_TERMINAL: Mapping[str, str] = {
    "cursor": "; reverse",
    "cursor-idle": "",
    "current": "; bold reverse",
    "below": "; bold",
    "outer": "; bold underline",
}
"""The terminal's own sixteen colours cannot be mixed: rows are turned around instead of tinted."""

NAMES = tuple(_LOOKS)


@dataclass(frozen=True, slots=True)
class Look:
    """What one name means in one theme; a colour is None where it is left alone."""

    color: Color | None
    ground: Color | None
    shape: Style
    faint: bool = False
    """The text steps back; for colours that cannot be mixed."""
    strength: float = 1.0
    """How opaque the ground is."""


def look(name: str, variables: Mapping[str, str], ansi: bool) -> Look:
    """One name in a theme, given by its variables."""
    words = _TERMINAL.get(name, _LOOKS[name]) if ansi else _LOOKS[name]
    colors, _, shape = words.partition(";")
    shaped = Style.parse(shape.strip()) if shape else Style()
    on = colors.startswith("on ")
    variable, _, share = colors.removeprefix("on ").strip().partition(" ")
    if not variable:
        return Look(None, None, shaped)
    strength = int(share.rstrip("%")) / 100 if share else 1.0
    color = Color.parse(variables[variable]).multiply_alpha(strength)
    if on:
        return Look(None, color, shaped, strength=strength)
    return Look(color, None, shaped, faint=strength < 0.7)
