"""The recordings that were made, the newest first: Enter opens one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from ...errors import EscopeError
from ...launcher.places import data_folder, recordings_folder
from ...model.text import one_line
from ..commands import Entry
from .chooser import Chooser

if TYPE_CHECKING:
    from ...library import entry
    from ..app import ReplayApp


class LibraryScreen(Chooser):
    """The catalogue, by words in command, exception, note and tags."""

    NAME = "Recordings"
    PLACEHOLDER = "words of a command, an exception, a note, a tag"
    _found: Sequence[tuple[str, Entry]] = ()

    def begin(self) -> None:
        self.run_worker(self._read, thread=True, exclusive=True)

    def _read(self) -> None:
        from ...library.catalogue import Catalogue

        try:
            with Catalogue(data_folder(), recordings_folder()) as catalogue:
                found = catalogue.entries()
        except EscopeError as error:
            self.app.call_from_thread(self._refuse, error.message)
            return
        self.app.call_from_thread(self._show, [each for each in found if not each.missing])

    def _refuse(self, why: str) -> None:
        self.offers.offer([Entry(one_line(why, 200), "", lambda: None)])

    def _show(self, found: Sequence[entry.Entry]) -> None:
        choose = cast("ReplayApp", self.app).open_recording
        self._found = [
            (_words(each), Entry(_text(each), _side(each), partial(choose, each.path)))
            for each in found
        ]
        self.offers.offer(self.search(""))

    def search(self, query: str) -> Sequence[Entry]:
        wanted = query.lower().split()
        return [shown for text, shown in self._found if all(word in text for word in wanted)]


def _words(each: entry.Entry) -> str:
    return " ".join((each.command, each.name, each.exception, each.note, *each.tags)).lower()


def _text(each: entry.Entry) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.started_at))
    tags = "".join(f" #{tag}" for tag in each.tags)
    failed = "✖" if each.exception or each.exit_status else " "
    return one_line(f"{when} {failed} {each.command or each.name}{tags}", 200)


def _side(each: entry.Entry) -> str:
    """How it ended, and how long it is."""
    ended = one_line(each.exception.partition(":")[0].rpartition(".")[2], 24)
    if not ended and each.exit_status:
        ended = f"exit {each.exit_status}"
    steps = f"{each.steps:,} step{'s' if each.steps != 1 else ' '}"
    return f"{ended} {steps:>17}".strip()
