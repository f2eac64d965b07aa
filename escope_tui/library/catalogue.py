"""The catalogue: an SQLite file in escope's data folder, kept in step with the files.

A recording that lies in the recordings folder is found there; one that was written elsewhere was
announced by a small file in `library.new`, which `escope record` leaves because it has no time for
more. Both are taken in whenever the catalogue is opened.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escope_tui.errors import EscopeError, NotFoundError, UsageError
from escope_tui.library import store, words
from escope_tui.library.entry import Bookmark, Entry, identity, read_facts
from escope_tui.model.text import clip, one_line, safe_text

if TYPE_CHECKING:
    from sqlite_utils import Database

FILE = "library.db"
ANNOUNCED = "library.new"
SUFFIX = ".esr"
PATIENCE = 30.0
"""Seconds to wait while another process writes."""
MAX_WORDS = 10_000


class LibraryError(EscopeError):
    """The catalogue cannot be used."""

    slug = "library"


class Catalogue:
    """The recordings, and what was said of them. Open it in a `with` statement."""

    def __init__(self, folder: str, recordings: str) -> None:
        self.folder = folder
        """Escope's data folder: the catalogue lies in it."""
        self.recordings = recordings
        self.rebuilt = ""
        """Where a broken catalogue was put aside when this one was made from the files."""
        self.unwritable = ""
        """Why nothing can be kept: what is there can be asked all the same."""
        self._path = os.path.join(folder, FILE)
        with suppress(OSError):
            os.makedirs(folder, exist_ok=True)
        self._db = self._open()
        try:
            self.refresh()
        except sqlite3.OperationalError as error:
            self._db.close()
            self._db = self._apart(error)
            self._guarded(self.refresh)
        except sqlite3.Error as error:
            raise _unusable(self._path, error) from error

    def __enter__(self) -> Catalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    # -- opening

    def _open(self) -> Database:
        try:
            return self._connect()
        except sqlite3.OperationalError as error:
            return self._apart(error)
        except sqlite3.DatabaseError:
            return self._anew()

    def _apart(self, error: sqlite3.OperationalError) -> Database:
        """The catalogue in memory, where its file or folder cannot be written."""
        from sqlite_utils import Database

        if "locked" in str(error):
            raise _unusable(self._path, error) from error
        self.unwritable = str(error)
        db = Database(sqlite3.connect(":memory:", isolation_level=None), execute_plugins=False)
        with suppress(sqlite3.Error):
            uri = f"{Path(os.path.abspath(self._path)).as_uri()}?mode=ro&immutable=1"
            with closing(sqlite3.connect(uri, uri=True)) as kept:
                kept.backup(db.conn)
        if not set(store.TABLES) <= set(db.table_names()):
            store.make_tables(db)
            self._restore(db)
        return db

    def _connect(self) -> Database:
        from sqlite_utils import Database

        connection = sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)
        try:
            db = Database(connection, execute_plugins=False)
            if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("the check found damage")
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, store.VERSION):
                raise sqlite3.DatabaseError("another version")
            if not version:
                with store.writing(db):
                    if store.make_tables(db):
                        self._restore(db)
            elif not set(store.TABLES) <= set(db.table_names()):
                raise sqlite3.DatabaseError("a table is missing")
        except BaseException:
            connection.close()
            raise
        return db

    def _anew(self) -> Database:
        """A broken catalogue is put aside and made from the files."""
        aside = f"{self._path}.broken-{time.strftime('%Y%m%d-%H%M%S')}"
        try:
            os.replace(self._path, aside)
            for tail in ("-journal", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    os.unlink(self._path + tail)
            db = self._connect()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(self._path, error) from error
        self.rebuilt = aside
        return db

    def _restore(self, db: Database) -> None:
        """Says again what people had said of the recordings that are there."""
        for said in words.read(self.folder):
            if os.path.exists(said.path):
                self._take(db, said.path)
            for path in self._found() if store.by_identity(db, said.identity) is None else ():
                if identity(path) == said.identity:
                    self._take(db, path)
            row = store.by_identity(db, said.identity)
            if row is not None:
                store.say(db, row["id"], said.tags, said.note, said.bookmarks)

    def _guarded(self, work: Any, *args: Any) -> Any:
        """Does it; what SQLite has against it becomes an error that a person can act on."""
        try:
            return work(*args)
        except sqlite3.Error as error:
            raise _unusable(self._path, error) from error

    # -- keeping in step with the files

    def refresh(self) -> None:
        """Takes in what is new, and notices what has changed, moved or gone."""
        db = self._db
        known = {store.path_of(r["path"]): r for r in db.table("recordings").rows}
        fresh = [path for path in self._found() if not _same(known.get(path), path)]
        announced = list(self._announced())
        fresh += [path for path, _ in announced if not _same(known.get(path), path)]
        gone = [p for p, row in known.items() if bool(row["missing"]) is os.path.exists(p)]
        if fresh or gone:
            with store.writing(db):
                for path in gone:
                    there = os.path.exists(path)
                    db.table("recordings").update(known[path]["id"], {"missing": int(not there)})
                for path in dict.fromkeys(fresh):
                    self._take(db, path)
                self._write_words()
        for _, note in announced:
            with suppress(OSError):
                os.unlink(note)

    def _found(self) -> Iterator[str]:
        try:
            with os.scandir(self.recordings) as entries:
                files = [e.path for e in entries if e.name.endswith(SUFFIX) and e.is_file()]
        except OSError:
            return
        yield from sorted(files)

    def _announced(self) -> Iterator[tuple[str, str]]:
        """Recordings that were written elsewhere, and the notes that tell of them."""
        folder = os.path.join(self.folder, ANNOUNCED)
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            return
        for name in names:
            note = os.path.join(folder, name)
            try:
                with open(note, "rb") as file:
                    path = os.fsdecode(file.read(5000))
                if path.startswith("/") and "\0" not in path and path.endswith("\n"):
                    yield path[:-1], note
                elif time.time() - os.path.getmtime(note) > 3600:
                    yield "", note  # it was never written to its end
            except OSError:
                continue

    def _take(self, db: Database, path: str) -> int | None:
        """Adds a file, or brings its row up to date; the row's number."""
        try:
            facts = read_facts(path)
        except OSError:
            return None
        table = db.table("recordings")
        here = next(iter(table.rows_where("path = ?", [store.stored(path)])), None)
        if here is None:
            moved = store.by_identity(db, facts["identity"])
            if moved is not None and not os.path.exists(store.path_of(moved["path"])):
                here = moved
        if here is not None:
            table.update(here["id"], {**facts, "path": store.stored(path)})
            return int(here["id"])
        table.insert({**facts, "path": store.stored(path), "note": "", "tags": ""})
        found = db.execute("SELECT id FROM recordings WHERE path = ?", [store.stored(path)])
        return int(found.fetchone()[0])

    # -- looking

    def entries(
        self,
        search: str = "",
        tag: str | None = None,
        failed: bool = False,
        missing: bool | None = None,
    ) -> list[Entry]:
        """The recordings, the newest first.

        `search`: words that all stand in the command, the folder, the exception, the note, the
        tags, the path or the commit, each perhaps as the beginning of a word; signs without a
        letter or digit stand there as they are. `failed`: those that
        ended by an exception, a signal or another exit status than 0. `missing`: only those whose
        file is (not) there.
        """
        return list(self._guarded(self._entries, search, tag, failed, missing))

    def _entries(
        self, search: str, tag: str | None, failed: bool, missing: bool | None
    ) -> list[Entry]:
        where, given = ["1"], list[Any]()
        found = _terms(search)
        if found:
            where.append("id IN (SELECT rowid FROM recordings_fts WHERE recordings_fts MATCH ?)")
            given.append(found)
        for sign in _signs(search):
            where.append(f"({' OR '.join(f'instr({name}, ?)' for name in store.SEARCHED)})")
            given += [sign] * len(store.SEARCHED)
        if tag is not None:
            where.append("id IN (SELECT recording FROM tags WHERE tag = ?)")
            given.append(_sound(tag))
        if failed:
            where.append("(exception != '' OR ifnull(exit_status, 0) != 0)")
        if missing is not None:
            where.append("missing = ?")
            given.append(int(missing))
        rows = self._db.table("recordings").rows_where(
            " AND ".join(where), given, order_by="started_at DESC, id DESC"
        )
        said = self._said_of_all()
        return [_entry(row, said) for row in rows]

    def find(self, name: str) -> Entry:
        """The recording that a person means: by number, path, file name, or words of its own."""
        entry: Entry = self._guarded(self._find, name)
        return entry

    def _find(self, name: str) -> Entry:
        row = self._row("id", int(name)) if name.isdecimal() and len(name) < 18 else None
        path = os.path.abspath(name)
        if row is None and os.path.isfile(path):
            return self.add(path)
        inside = os.path.join(self.recordings, name)
        for each in (path, inside, inside + SUFFIX):
            row = row or self._row("path", store.stored(each))
        if row is not None:
            return _entry(row, self._said_of_all())
        searched = _terms(name) or _signs(name)
        found = self._entries(name, None, False, None) if searched else []
        if len(found) == 1:
            return found[0]
        if not found:
            raise NotFoundError(
                f"the library has no recording {one_line(name, 80)}",
                hint="`escope list` shows those that there are",
            )
        some = ", ".join(f"{each.id} {each.name}" for each in found[:5])
        raise NotFoundError(
            f"{len(found)} recordings fit {one_line(name, 80)}: {clip(some, 400)}",
            hint="give its number or its file",
        )

    def add(self, path: str) -> Entry:
        """Takes in one file, wherever it lies."""
        number = self._guarded(self._added, os.path.abspath(path))
        if number is None:
            raise NotFoundError(f"can't read {safe_text(path)}")
        return self._get(number)

    def _added(self, path: str) -> int | None:
        known = next(
            iter(self._db.table("recordings").rows_where("path = ?", [store.stored(path)])), None
        )
        if _same(known, path):
            return int(known["id"]) if known else None
        with store.writing(self._db):
            number = self._take(self._db, path)
            self._write_words()
        return number

    def newest(self) -> Entry:
        """The recording that was made last and is there."""
        for entry in self.entries(missing=False):
            return entry
        raise NotFoundError(
            "the library has no recording yet", hint="make one: escope record script.py"
        )

    def _get(self, number: int) -> Entry:
        row = self._row("id", number)
        if row is not None:
            return _entry(row, self._said_of_all())
        raise NotFoundError(f"the library has no recording {number}")

    def _row(self, column: str, value: object) -> dict[str, Any] | None:
        rows = self._db.table("recordings").rows_where(f"{column} = ?", [value])
        return next(iter(rows), None)

    def _said_of_all(self) -> _Words:
        """Tags and bookmarks by recording."""
        found: _Words = {}
        for row in self._db.table("tags").rows_where(order_by="tag"):
            found.setdefault(row["recording"], ([], []))[0].append(row["tag"])
        for row in self._db.table("bookmarks").rows_where(order_by="step, name"):
            mark = Bookmark(row["name"], row["step"], row["note"])
            found.setdefault(row["recording"], ([], []))[1].append(mark)
        return found

    # -- saying something of a recording

    def tag(self, entry: Entry, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Entry:
        """Adds and removes tags."""
        added, gone = [*map(_sound, add)], {*map(_sound, remove)}

        def change(now: Entry) -> Entry:
            tags = dict.fromkeys([*now.tags, *added])
            return replace(now, tags=tuple(tag for tag in tags if tag not in gone))

        return self._say(entry, change)

    def note(self, entry: Entry, text: str) -> Entry:
        """Writes the note; an empty one removes it."""
        if len(text) > MAX_WORDS:
            raise UsageError(f"a note has at most {MAX_WORDS:,} characters")
        return self._say(entry, lambda now: replace(now, note=_valid(text)))

    def mark(self, entry: Entry, name: str, step: int, note: str = "") -> Entry:
        """Gives a moment a name; one that is in use moves there."""
        added = Bookmark(_sound(name), step, _valid(note)[:MAX_WORDS])

        def change(now: Entry) -> Entry:
            kept = [each for each in now.bookmarks if each.name != added.name]
            return replace(now, bookmarks=(*kept, added))

        return self._say(entry, change)

    def unmark(self, entry: Entry, name: str) -> Entry:
        """Removes a bookmark."""

        def change(now: Entry) -> Entry:
            kept = [each for each in now.bookmarks if each.name != _sound(name)]
            if len(kept) == len(now.bookmarks):
                raise NotFoundError(f"there is no bookmark {one_line(name, 60)}")
            return replace(now, bookmarks=tuple(kept))

        return self._say(entry, change)

    def _say(self, entry: Entry, change: Callable[[Entry], Entry]) -> Entry:
        """Changes what is said, as it stands when nobody else is writing."""
        if self.unwritable:
            raise LibraryError(
                f"the library {safe_text(self._path)} cannot be written: {self.unwritable}",
                hint="$ESCOPE_HOME names another place",
            )

        def write() -> None:
            with store.writing(self._db):
                new = change(self._get(entry.id))
                store.say(self._db, entry.id, new.tags, new.note, new.bookmarks)
                self._write_words()

        self._guarded(write)
        return self._get(entry.id)

    def forget(self, entry: Entry) -> None:
        """Takes a recording out of the catalogue; its file stays."""

        def write() -> None:
            with store.writing(self._db):
                for table in ("tags", "bookmarks"):
                    self._db.table(table).delete_where("recording = ?", [entry.id])
                self._db.table("recordings").delete(entry.id)
                self._write_words()

        self._guarded(write)

    def _write_words(self) -> None:
        """Beside the catalogue stands what cannot be read from the recordings."""
        outside = os.path.join(self.recordings, "")
        heard = self._said_of_all()
        said = []
        for row in self._db.table("recordings").rows:
            entry = _entry(row, heard)
            if entry.kept or not entry.path.startswith(outside):
                said.append(
                    words.Said(entry.path, row["identity"], entry.tags, entry.note, entry.bookmarks)
                )
        words.write(self.folder, said)


_Words = dict[int, tuple[list[str], list[Bookmark]]]


def _entry(row: dict[str, Any], said: _Words) -> Entry:
    tags, marks = said.get(row["id"], ([], []))
    names = Entry.__dataclass_fields__.keys() - {"tags", "bookmarks", "path", "missing"}
    return Entry(
        **{name: row[name] for name in names},
        path=store.path_of(row["path"]),
        missing=bool(row["missing"]),
        tags=tuple(tags),
        bookmarks=tuple(marks),
    )


def _same(row: dict[str, Any] | None, path: str) -> bool:
    """The row tells of the file as it is now."""
    if row is None or not path:
        return not path
    try:
        status = os.stat(path)
        changed = (row["size"], row["mtime"]) != (status.st_size, status.st_mtime)
        return not row["missing"] and (not changed or row["identity"] == identity(path))
    except OSError:
        return True


def _valid(text: str) -> str:
    """Text that can be stored: what came in as broken bytes is replaced."""
    return text.encode("utf-8", "replace").decode()


def _sound(name: str) -> str:
    """A tag or a bookmark's name: one short safe word or line."""
    text = one_line(name.strip(), 100)
    if not text:
        raise UsageError("a tag or a name cannot be empty")
    return text


def _terms(search: str) -> str:
    """Words as FTS5 takes them: all of them, each perhaps only begun."""
    text = safe_text(search[:1000])
    kept = "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
    return " AND ".join(f'"{word}"*' for word in kept)


def _signs(search: str) -> list[str]:
    """The words that full-text search does not see: those without a letter or digit."""
    text = safe_text(search[:1000])
    return [word for word in text.split() if not any(c.isalnum() or c == "_" for c in word)]


def _unusable(path: str, error: Exception) -> LibraryError:
    locked = "locked" in str(error)
    return LibraryError(
        f"the library {safe_text(path)} cannot be used: {one_line(str(error), 200)}",
        hint="another process is at work in it: try again when that has ended"
        if locked
        else "escope makes it anew from the recordings when that file is removed",
    )
