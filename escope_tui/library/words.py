"""What people said of recordings, in a plain file beside the catalogue.

The recordings themselves hold everything else. When the catalogue is broken, the two make it anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass

from escope_tui.library.entry import Bookmark

FILE = "library.json"
MAX_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of one recording; of one outside the recordings folder, perhaps nothing."""

    path: str
    identity: str
    tags: tuple[str, ...]
    note: str
    bookmarks: tuple[Bookmark, ...]


def write(folder: str, said: Iterable[Said]) -> None:
    """Puts the file in the old one's place at once. A disk that is full does not stop anybody."""
    path = os.path.join(folder, FILE)
    text = json.dumps([asdict(each) for each in said], indent=1)
    passing = f"{path}.{os.getpid()}"
    try:
        with open(passing, "w", encoding="ascii") as file:
            file.write(text + "\n")
        os.replace(passing, path)
    except OSError:
        with suppress(OSError):
            os.unlink(passing)


def read(folder: str) -> Iterator[Said]:
    """What can be understood of the file."""
    try:
        with open(os.path.join(folder, FILE), encoding="utf-8", errors="replace") as file:
            rows = json.loads(file.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return
    for row in rows if isinstance(rows, list) else ():
        with suppress(KeyError, TypeError, ValueError):
            marks = [
                Bookmark(str(m["name"]), int(m["step"]), str(m["note"])) for m in row["bookmarks"]
            ]
            tags = tuple(map(str, row["tags"]))
            yield Said(str(row["path"]), str(row["identity"]), tags, str(row["note"]), tuple(marks))
