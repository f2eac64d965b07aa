"""The tables of the catalogue."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from escope_tui.library.entry import Bookmark

if TYPE_CHECKING:
    from sqlite_utils import Database

VERSION = 1
"""Of the tables; a file of another version is made anew."""
MAX_COPIES = 16
"""Copies of one file of which it is looked whether they are still there."""
TABLES = ("recordings", "tags", "bookmarks", "recordings_fts")
SEARCHED = ("command", "program", "cwd", "exception", "note", "tags", "path", "git_commit")
_COLUMNS: dict[str, Any] = {
    "id": int,
    "path": str,
    "identity": str,
    "mtime": float,
    **dict.fromkeys(("command", "program", "cwd", "git_commit", "git_branch", "python"), str),
    "started": str,
    "started_at": float,
    "duration": float,
    "exit_status": int,
    "exception": str,
    "steps": int,
    "size": int,
    "problem": str,
    "missing": int,
    "note": str,
    "tags": str,
}


def make_tables(db: Database) -> bool:
    """Makes them; False if another process was quicker."""
    if db.execute("PRAGMA user_version").fetchone()[0] == VERSION:
        return False
    table = db.table("recordings")
    table.create(_COLUMNS, pk="id", not_null={"path", "identity"}, if_not_exists=True)
    table.create_index(["path"], unique=True, if_not_exists=True)
    table.create_index(["identity"], if_not_exists=True)
    key = {"recording": int}
    db.table("tags").create({**key, "tag": str}, pk=("recording", "tag"), if_not_exists=True)
    marks = {**key, "name": str, "step": int, "note": str}
    db.table("bookmarks").create(marks, pk=("recording", "name"), if_not_exists=True)
    if not db.table("recordings_fts").exists():
        table.enable_fts(SEARCHED, create_triggers=True, tokenize="unicode61")
    db.execute(f"PRAGMA user_version = {VERSION}")
    return True


def say(
    db: Database, number: int, tags: Iterable[str], note: str, marks: Iterable[Bookmark]
) -> None:
    for table in ("tags", "bookmarks"):
        db.table(table).delete_where("recording = ?", [number])
    kept = list(tags)
    db.table("tags").insert_all([{"recording": number, "tag": tag} for tag in kept])
    db.table("bookmarks").insert_all(
        [{"recording": number, "name": m.name, "step": m.step, "note": m.note} for m in marks]
    )
    db.table("recordings").update(number, {"note": note, "tags": " ".join(kept)})


@contextmanager
def writing(db: Database) -> Iterator[None]:
    """One writer at a time, from the first look to the last change."""
    if db.conn.in_transaction:
        yield
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()


def by_identity(db: Database, number: str) -> dict[str, Any] | None:
    """The row of a recording, wherever its file lies; one whose file is gone, if there is one. Of
    many copies of a file the first are looked at, those first of which people said something.
    """
    said = "id IN (SELECT recording FROM bookmarks)"
    order = f"missing DESC, (note != '' OR tags != '' OR {said}) DESC, id"
    table = db.table("recordings")
    rows = list(table.rows_where("identity = ?", [number], order_by=order, limit=MAX_COPIES))
    gone = [row for row in rows if not os.path.exists(path_of(row["path"]))]
    return next(iter(gone or rows), None)


def stored(path: str) -> str | bytes:
    """A path as SQLite takes it: bytes where it is no text."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def path_of(stored: str | bytes) -> str:
    return os.fsdecode(stored)
