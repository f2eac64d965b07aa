"""The second gate for recorded text: no control character that a widget paints gets out.

The first gate is `model.text.safe_text`, which every pane applies before layout.
"""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_PLAIN = Style()


class SafeFilter(LineFilter):
    """Replaces what is not printable; gives every segment a style, as colour filters need one."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [_safe(segment) for segment in segments]


def _safe(segment: Segment) -> Segment:
    text, style, control = segment
    if control:
        return segment
    if text.isprintable() or text == "\n":
        return segment if style is not None else Segment(text, _PLAIN)
    clean = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return Segment(clean, style or _PLAIN)
