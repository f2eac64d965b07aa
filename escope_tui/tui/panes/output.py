"""What the program has written up to now; each row is a moment, Enter goes there."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from typing import Any

from ...model.events import OutputChunk
from ...model.text import clip, one_line, safe_text
from ...session.projection import View
from ..messages import SeekWriter
from ..widgets.lines import Part, restyle
from .base import Pane

MAX_LINE = 2000
_COLOURS = re.compile(r"\x1b\[[0-9;:]*m")
"""Colour changes are left out; every other control sequence is shown as text."""


class OutputLog:
    """Recorded output as lines, taken in as far as it is looked at."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._origins: list[OutputChunk] = []
        """For each line the write that began it."""
        self._after: list[tuple[int, int]] = []
        """After each chunk: how many lines there were, and how long the last one was."""
        self._open = ""
        """The stream whose line has not ended; empty if there is none."""
        self._count = 0
        self._last = 0

    def show(self, chunks: Sequence[OutputChunk], written: int) -> int:
        """The lines that the first `written` chunks make."""
        for chunk in chunks[len(self._after) : written]:
            self._add(chunk)
        self._count, self._last = self._after[written - 1] if written else (0, 0)
        return self._count

    def lines_of(self, written: int) -> int:
        """How many lines the first `written` chunks made."""
        return self._after[written - 1][0] if 0 < written <= len(self._after) else 0

    def _add(self, chunk: OutputChunk) -> None:
        pieces = _COLOURS.sub("", chunk.text).split("\n")
        for at, piece in enumerate(pieces):
            if at == len(pieces) - 1 and not piece:
                break
            text = safe_text(piece[: MAX_LINE + 1].removesuffix("\r"))
            if at == 0 and self._open == chunk.stream:
                text = self._texts[-1] + text
                self._texts[-1] = clip(text, MAX_LINE)
            else:
                self._texts.append(clip(text, MAX_LINE))
                self._origins.append(chunk)
            self._open = chunk.stream
        if not pieces[-1] and (len(pieces) > 1):
            self._open = ""
        self._after.append((len(self._texts), len(self._texts[-1]) if self._texts else 0))

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: int) -> tuple[str, OutputChunk]:
        """Safe text of a line, and the write that began it."""
        text = self._texts[row]
        if row == self._count - 1:
            text = text[: self._last]
        return text, self._origins[row]

    def width(self) -> int:
        return max(map(len, self._texts[max(0, self._count - 500) : self._count]), default=0)


class OutputPane(Pane):
    """Standard output and standard error in the order of their writing."""

    TITLE = "Output"
    FILTERS = True

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._log = OutputLog()
        self._source: Sequence[OutputChunk] | None = None
        self._picked: list[int] | None = None
        """The lines that the filter leaves."""
        self._sought: re.Pattern[str] | None = None

    def show(self, view: View) -> None:
        before = len(self._log)
        if self._source is not view.output:
            self._log, self._source = OutputLog(), view.output
        count = self._log.show(view.output, view.written)
        self._pick()
        shown = self.row_count()
        words = f"{count:,} line{'s' if count != 1 else ''}" if count else ""
        self.set_title("Output", words if shown == count else f"{shown:,} of {words}")
        if count != before or not self.has_focus:
            own = self._log.lines_of(view.written_before) if view.error else 0
            self.cursor = max(0, (shown if self._picked is not None else own or shown) - 1)
        self.rows_counted()
        self.show_row(self.cursor)
        self.repaint()

    def _pick(self) -> None:
        needle = self.needle.lower()
        self._picked = None
        if needle:
            rows = range(len(self._log))
            self._picked = [row for row in rows if needle in self._log[row][0].lower()]

    def filter_rows(self, text: str) -> None:
        self.needle = text
        if self.view is not None:
            self.show(self.view)

    def seek_text(self, text: str) -> None:
        self._sought = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self.repaint()

    def _line(self, row: int) -> tuple[str, OutputChunk]:
        return self._log[row if self._picked is None else self._picked[row]]

    def row_count(self) -> int:
        return len(self._log) if self._picked is None else len(self._picked)

    def nothing(self) -> str:
        if self.needle:
            return f"no line has “{one_line(self.needle, 20)}”"
        if self.view is None:
            return ""
        return "nothing written yet" if self.view.output else "the program wrote nothing"

    def row_key(self, row: int) -> Hashable:
        text, chunk = self._line(row)
        return (text, chunk.stream, self._sought)

    def row_width(self) -> int:
        return self._log.width() + 2

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        text, chunk = self._line(row)
        wrong = chunk.stream == "stderr"
        parts: list[Part] = [(text, "stderr" if wrong else "text")]
        if self._sought is not None:
            for match in self._sought.finditer(text):
                parts = restyle(parts, match.start(), match.end(), "sought")
        return [("▌", "bad") if wrong else (" ", ""), *parts]

    def action_choose(self) -> None:
        if self.row_count():
            self.post_message(SeekWriter(self._line(self.cursor)[1]))
        else:
            self.leads_nowhere()
