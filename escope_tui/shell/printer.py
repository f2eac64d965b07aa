"""Writes rows to a terminal or a pipe: with colours where there are any."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from shutil import get_terminal_size
from typing import TextIO

from ..model.text import clip
from ..session.commands import Row
from ..session.commands.talk import Part

PAGE = 200
"""Rows that are shown at once on a terminal."""
REMARKS = frozenset({"gave", "wrote", "read"})
"""Styles of the values that stand behind a line of source."""

_BOLD, _DIM, _RED, _GREEN, _YELLOW, _BLUE, _MAGENTA, _CYAN = 1, 2, 31, 32, 33, 34, 35, 36
COLOURS = {
    "step": (_CYAN,),
    "place": (_BLUE,),
    "here": (_BOLD, _GREEN),
    "number": (_DIM,),
    "dim": (_DIM,),
    "note": (_DIM,),
    "name": (_BOLD,),
    "title": (_BOLD,),
    "error": (_RED,),
    "warning": (_YELLOW,),
    "wrote": (_YELLOW,),
    "gave": (_DIM,),
    "read": (_DIM,),
    "keyword": (_MAGENTA,),
    "string": (_GREEN,),
    "comment": (_DIM,),
    "decorator": (_MAGENTA,),
    "defined": (_BOLD, _BLUE),
    "define": (_BOLD, _BLUE),
    "builtin": (_CYAN,),
    "constant": (_CYAN,),
}
"""The terminal's own sixteen colours, by the style of a part."""


def has_colours(stream: TextIO) -> bool:
    """Whether escape sequences are wanted there."""
    return (
        stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM", "") not in ("", "dumb")
    )


class Printer:
    """Shows rows; keeps those that there was no room for."""

    def __init__(self, stream: TextIO | None = None, page: int | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colours = has_colours(self._stream)
        self._page = page
        self._rest: Iterator[Row] = iter(())

    def show(self, rows: Iterable[Row]) -> None:
        """A page of them, or all where nobody reads along."""
        self._rest = iter(rows)
        self.more()

    def more(self) -> None:
        """The next page."""
        for each in islice(self._rest, self._page):
            self._write(self.text(each))
        if self._page is not None:
            following = next(self._rest, None)
            if following is not None:
                self._rest = _before(following, self._rest)
                self._write("… `more` shows more")
        self._stream.flush()

    def text(self, each: Row) -> str:
        """A row as it is written."""
        parts = each.parts
        if self._page is not None and parts and parts[-1][1] in REMARKS:
            parts = _fitting(parts, get_terminal_size().columns)
        if not self._colours:
            return "".join(text for text, _ in parts)
        return "".join(_coloured(text, style) for text, style in parts)

    def _write(self, line: str) -> None:
        encoding = self._stream.encoding or "ascii"
        self._stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")


def _fitting(parts: tuple[Part, ...], width: int) -> tuple[Part, ...]:
    """A line of source, its remark cut where the terminal ends."""
    *source, (remark, style) = parts
    room = width - 1 - sum(len(text) for text, _ in source)
    return (*source, (clip(remark, room), style)) if room > 0 else tuple(source)


def _before(first: Row, rest: Iterator[Row]) -> Iterator[Row]:
    yield first
    yield from rest


def _coloured(text: str, style: str) -> str:
    codes = COLOURS.get(style)
    if not codes or not text:
        return text
    return f"\x1b[{';'.join(map(str, codes))}m{text}\x1b[0m"
