"""The moments that a person keeps, each with a name and a note: the recording's notebook."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ...model.text import one_line, safe_text
from ...session.projection import View
from .table import Row, TablePane

if TYPE_CHECKING:
    from ...library.entry import Bookmark
    from ...query.recording import Recording
    from ..feeds import Job

HEADING = "# Notes on "
"""What a notebook begins with."""
NOTE = 200


class Change(NamedTuple):
    """Something to be written down."""

    verb: str
    """"mark", "unmark" or "export"."""
    name: str = ""
    step: int = 0
    note: str = ""


class Marked(NamedTuple):
    """One kept moment, with its place."""

    name: str
    step: int
    note: str
    place: str
    source: str
    file: str = ""
    line: int = 0


class Kept(NamedTuple):
    """What stands in the library now."""

    marks: list[Marked]


class MarksPane(TablePane):
    """`m` and a letter keep a moment, `'` and the letter go there; `;` adds a note."""

    TITLE = "Marks"
    EMPTY = "m and a letter mark this moment; ; keeps it with a note"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._changes: deque[Change] = deque()
        self._words: deque[str] = deque()
        """What became of changes, until it is said: the answer that made them may be left."""
        self._asked = 0
        self._marks: list[Marked] = []
        self._going = ""
        """The mark to go to as soon as they are known."""
        self._known = False

    # -- what a person does

    def action_marks(self) -> None:
        """They are on the screen; nothing else is asked."""

    def hints_mark(self) -> Sequence[tuple[str, str]]:
        return [("a…z", "a letter names it"), *self._letters()]

    def hints_mark_go(self) -> Sequence[tuple[str, str]]:
        return self._letters() or [("", "no marks yet: m and a letter make one")]

    def _letters(self) -> list[tuple[str, str]]:
        return [(m.name, f"@{m.step:,} {m.place}") for m in self._marks if len(m.name) == 1][:8]

    def action_mark(self, key: str) -> None:
        if self.host.view is None:
            return
        if len(key) != 1 or not key.isalnum():
            self.host.tell("a mark is a letter or a digit", "warning")
            return
        old = next((m.note for m in self._marks if m.name == key), "")
        self.host.on_arrival(lambda step: self._change(Change("mark", key, step, old)))

    def action_mark_go(self, key: str) -> None:
        found = next((m for m in self._marks if m.name == key), None)
        if found is not None:
            self.host.seek(found.step, f"mark {found.name}{f': {found.note}' * bool(found.note)}")
        elif not self._known:
            self._going = key
            self._change()
        else:
            self.host.tell(f"there is no mark {one_line(key, 10)}", "warning")

    def action_note(self) -> None:
        if self.host.view is not None:
            self.host.on_arrival(self._note)

    def _note(self, step: int) -> None:
        there = next((m for m in self._marks if m.step == step), None)

        def write(text: str) -> None:
            name = there.name if there is not None else f"n{step}"
            self._change(Change("mark", name, step, text))

        note = there.note if there is not None else ""
        self.host.ask_line(f"a note on @{step:,}", write, value=note, past="note")

    def action_remove(self) -> None:
        row = self.chosen
        if row is not None:
            self._change(Change("unmark", row.cells[0]))

    def action_notes(self) -> None:
        self._change(Change("export"))

    def _change(self, *changes: Change) -> None:
        self._changes.extend(changes)
        self._asked += 1
        if self.view is None:
            self.view = self.host.view
        self.host.feed(self)

    # -- the feed

    def wants(self, view: View) -> Hashable:
        return self._asked

    def fetch(self, job: Job, want: int) -> Kept:
        from ...launcher.places import data_folder, recordings_folder
        from ...library.catalogue import Catalogue

        rec = job.recording
        words = self._words
        with Catalogue(data_folder(), recordings_folder()) as library:
            entry = library.add(os.path.abspath(rec.path))
            while self._changes:
                change = self._changes.popleft()
                if change.verb == "mark":
                    entry = library.mark(entry, change.name, change.step, change.note)
                    words.append(f"@{change.step:,} is kept as {one_line(change.name, 30)}")
                elif change.verb == "unmark":
                    entry = library.unmark(entry, change.name)
                    words.append(f"{one_line(change.name, 30)} is taken away")
                elif not entry.bookmarks:
                    words.append("nothing is kept yet: m and a letter mark this moment")
                else:
                    words.append(_export(rec, [_marked(rec, each) for each in entry.bookmarks]))
        marks = sorted((_marked(rec, each) for each in entry.bookmarks), key=lambda m: m.step)
        return Kept(marks)

    def fill(self, answer: Any) -> None:
        self._marks, self._known = answer.marks, True
        self.host.keep(answer.marks)
        self.set_rows(
            [
                Row(
                    mark.step,
                    (mark.name, mark.place, mark.note or mark.source),
                    0,
                    ("key", "type", "text" if mark.note else "dim"),
                )
                for mark in answer.marks
            ]
        )
        words = [self._words.popleft() for _ in range(len(self._words))]
        if words:
            self.host.tell(" · ".join(words))
        if self._going:
            key, self._going = self._going, ""
            self.action_mark_go(key)

    def refused(self, note: str) -> None:
        self.host.tell(note, "warning")
        if not self._marks:
            self.says(note)


def _marked(rec: Recording, mark: Bookmark) -> Marked:
    name, note = one_line(mark.name, 40), one_line(mark.note, NOTE)
    if not 0 <= mark.step < len(rec):
        return Marked(name, mark.step, note, "not in this recording", "")
    step = rec[mark.step]
    place = f"{one_line(step.function, 30)}:{step.line}"
    source = rec.program.statement(rec.program.site(rec.site_of(mark.step)))
    return Marked(name, mark.step, note, place, one_line(source, 100), step.file, step.line)


def kept(rec: Recording) -> tuple[Marked, ...]:
    """The marks of a recording, if there is a library that knows of any."""
    from ...launcher.places import data_folder, recordings_folder

    if not os.path.exists(os.path.join(data_folder(), "library.db")):
        return ()
    from ...library.catalogue import Catalogue

    with Catalogue(data_folder(), recordings_folder()) as library:
        path = os.path.abspath(rec.path)
        entry = next((each for each in library.entries() if each.path == path), None)
        return tuple(_marked(rec, mark) for mark in entry.bookmarks) if entry else ()


def _export(rec: Recording, marks: Sequence[Marked]) -> str:
    """Writes the notebook beside the recording; a word on where it is."""
    path = f"{os.path.splitext(os.path.abspath(rec.path))[0]}.md"
    name = safe_text(os.path.basename(rec.path))
    try:
        if os.path.exists(path) and not _is_notebook(path):
            return f"{safe_text(path)} is no notebook of escope: move it away, then write again"
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join(markdown(name, marks)) + "\n")
    except OSError as error:
        return f"can't write {safe_text(path)}: {error.strerror}"
    count = f"{len(marks)} moments are" if len(marks) != 1 else "1 moment is"
    return f"{count} in {safe_text(path)}"


def _is_notebook(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(len(HEADING)) == HEADING.encode()


def markdown(name: str, marks: Sequence[Marked]) -> list[str]:
    """The notebook as lines of Markdown; recorded text is code in it."""
    lines = [f"{HEADING}{_code(name)}", ""]
    for mark in sorted(marks, key=lambda each: each.step):
        lines += [f"## {_code(f'{name}@{mark.step}')} · {_code(mark.place)}", ""]
        if mark.source:
            lines += [_code(mark.source), ""]
        if mark.note:
            lines += [mark.note, ""]
    return lines


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence} {text} {fence}" if "`" in text else f"`{text}`"
