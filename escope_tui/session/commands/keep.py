"""Commands that keep something: bookmarks and notes, in the library of recordings."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ...errors import NotFoundError
from ...model.text import one_line, safe_text
from . import words
from .table import command
from .talk import Reply, Talk, row

if TYPE_CHECKING:
    from ...library.catalogue import Catalogue
    from ...library.entry import Bookmark, Entry

T = TypeVar("T")


def _kept(talk: Talk, do: Callable[[Catalogue, Entry], T]) -> T:
    """Does something with this recording's entry in the library."""
    from ...launcher.places import data_folder, recordings_folder
    from ...library.catalogue import Catalogue

    path = os.path.abspath(talk.rec.path)
    with Catalogue(data_folder(), recordings_folder()) as catalogue:
        return do(catalogue, catalogue.add(path))


def bookmarks(talk: Talk) -> tuple[Bookmark, ...]:
    """The bookmarks of this recording."""
    return _kept(talk, lambda _, entry: entry.bookmarks)


def marked(talk: Talk, text: str) -> int:
    """A step that is written as a number or as a bookmark's name."""
    step = words.step(text)
    if step is not None:
        return words.known_step(talk, text)
    for mark in bookmarks(talk):
        if mark.name == text:
            return mark.step
    raise NotFoundError(f"there is no step or bookmark {one_line(text, 60)}", hint="see `marks`")


@command("mark m", "NAME [NOTE]", "mark")
def mark(talk: Talk, text: str) -> Reply:
    """Give this moment a name; `jump NAME` comes back to it, in later sessions too."""
    name, _, note = words.needed(text, "a name").partition(" ")
    _kept(talk, lambda library, entry: library.mark(entry, name, talk.step, note.strip()))
    return Reply([row(f"{one_line(name, 100)} is @{talk.step:,}")])


@command("unmark", "NAME", "mark")
def unmark(talk: Talk, text: str) -> Reply:
    """Remove a bookmark."""
    name = words.needed(text, "a name")
    _kept(talk, lambda library, entry: library.unmark(entry, name))
    return Reply()


@command("marks")
def marks(talk: Talk, text: str) -> Reply:
    """List the bookmarks of this recording."""
    words.nothing(text, "marks")
    rows = [
        row((f"@{m.step:,}", "step"), "  ", (m.name, "name"), f"  {safe_text(m.note)}", step=m.step)
        for m in bookmarks(talk)
    ]
    return Reply(words.up_to(rows, None, "no bookmarks"))


@command("notes", "[TEXT]")
def notes(talk: Talk, text: str) -> Reply:
    """Add a line to the notes on this recording, with this moment; without a text, show them."""

    def add(library: Catalogue, entry: Entry) -> str:
        if not text:
            return entry.note
        line = f"@{talk.step}: {text}"
        return library.note(entry, f"{entry.note}\n{line}".strip()).note

    rows = [row(line) for line in _kept(talk, add).splitlines()]
    return Reply(words.up_to(rows, None, "no notes"))


@command("quit q exit")
def leave(talk: Talk, text: str) -> Reply:
    """Leave."""
    words.nothing(text, "quit")
    return Reply(end=True)


COMMANDS = [mark, unmark, marks, notes, leave]
