"""The last line of the screen: a word on the last move, else the keys that lead on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from .lines import LineView, fit

KEYS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("into", "into_back"), "into"),
    (("over", "over_back"), "over"),
    (("out", "out_back"), "out"),
    (("continue", "continue_back"), "continue"),
    (("change_next", "change_previous"), "change"),
    (("exception_next", "exception_previous"), "exception"),
    (("goto",), "go to"),
    (("breakpoint",), "breakpoint"),
    (("find",), "find"),
    (("why",), "why"),
    (("frame_up", "frame_down"), "frame"),
    (("line_next", "line_previous"), "this line"),
    (("here", "here_back"), "to cursor"),
    (("play",), "film"),
    (("end", "start"), "ends"),
    (("place_next", "place_previous"), "places"),
    (("zoom",), "zoom"),
    (("quit",), "quit"),
)
"""The most needed first: what does not fit is left out whole."""
LAST = ((("help",), "help"),)
"""What leads to all the others is never left out."""


class Hints(LineView, can_focus=False):
    """One line of help or of news."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.note = ""
        self.kind = "info"
        self.offered: tuple[str, tuple[tuple[str, str], ...]] = ("", ())
        self.marked_busy = False

    def tell(self, note: str, kind: str = "info") -> None:
        """Shows a line of news until the next one; an empty one brings the keys back."""
        if (note, kind) != (self.note, self.kind):
            self.note, self.kind = note, kind
            self.refresh()

    def mark_busy(self, is_busy: bool) -> None:
        """Whether a move is under way that has not led anywhere yet: a mark before all else."""
        if is_busy != self.marked_busy:
            self.marked_busy = is_busy
            self.refresh()

    def offer(self, title: str, keys: Sequence[tuple[str, str]]) -> None:
        """Shows what may follow a prefix, above any news; no title ends it."""
        self.offered = (title, tuple(keys))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base, width = self.base, self.size.width
        if y:
            return Strip.blank(width, base)
        strip = self._news(base, width)
        if self.marked_busy:
            # All that it says begins with a blank.
            strip = Strip.join([Strip([Segment("⋯", base + self.paint("here"))]), strip.crop(1)])
        return strip

    def _news(self, base: Style, width: int) -> Strip:
        segments: list[Segment] = []
        title, offered = self.offered
        if title:
            segments.append(Segment(f" {title} ", base + self.paint("strong")))
            return self._keys(segments, offered, [("Esc", "leaves")], base, width)
        if self.note:
            style = base + self.paint(f"note-{self.kind}")
            mark = {"warning": "! ", "error": "✖ "}.get(self.kind, "")
            segments.append(Segment(" " + _cut(mark + self.note, width - 2), style))
            return Strip(segments).extend_cell_length(width, base)
        return self._keys(segments, self._known(KEYS), self._known(LAST), base, width)

    def _known(self, named: Sequence[tuple[tuple[str, ...], str]]) -> list[tuple[str, str]]:
        """The keys as the present keymap has them."""
        key_of: Callable[[str], str] = getattr(self.app, "key_of", lambda name: "")
        found = ((" ".join(filter(None, map(key_of, names))), word) for names, word in named)
        return [(keys, word) for keys, word in found if keys]

    def _keys(
        self,
        segments: list[Segment],
        keys: Sequence[tuple[str, str]],
        last: Sequence[tuple[str, str]],
        base: Style,
        width: int,
    ) -> Strip:
        """As many keys as there is room for, and behind them the `last` ones always."""
        used = sum(segment.cell_length for segment in segments)
        room = width + 2 - sum(map(_cells, last))
        shown = []
        for each in keys:
            used += _cells(each)
            if used > room:
                break
            shown.append(each)
        for keys_text, word in (*shown, *last):
            segments.append(Segment(f" {keys_text}", base + self.paint("key")))
            segments.append(Segment(f" {word}  ", base + self.paint("word")))
        return Strip(segments).adjust_cell_length(width, base)


def _cut(note: str, room: int) -> str:
    """A word that has to be cut keeps what it ends with: what became of an exception, what to do
    next.
    """
    head, dot, tail = note.rpartition(" · ")
    if dot and cell_len(note) > room and cell_len(tail) <= room // 3:
        return f"{fit(head, room - cell_len(tail) - len(dot))}{dot}{tail}"
    return fit(note, room)


def _cells(key: tuple[str, str]) -> int:
    return cell_len(key[0]) + cell_len(key[1]) + 4
