"""All styles of the panes' texts in one widget: a style sheet costs per class and widget."""

from __future__ import annotations

from typing import ClassVar

from textual.widget import Widget

NAMES = (
    "cursor cursor-idle dim strong bad name type here gutter heading key "
    "current outer code cold comment string number decorator defined keyword constant builtin "
    "remark gave wrote breakpoint way pointed sought value changed text stderr "
    "bar past position cross label word note-info note-warning note-error"
)
"""What a part of a row can be called; the style sheet has a rule for each."""


class Palette(Widget):
    """Never shown; the app's panes ask it for styles."""

    DEFAULT_CSS = "Palette { display: none; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"palette--{name}" for name in NAMES.split()}
