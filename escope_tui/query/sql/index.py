"""The file that holds the tables: made on first use beside the recording, as far as needed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from ... import __version__
from ...errors import EscopeError
from ...launcher.places import cache_folder
from ...library.entry import identity
from ...model.text import one_line, safe_text
from .schema import PARTS, VIEWS
from .tables import Part

if TYPE_CHECKING:
    from sqlite_utils import Database

    from ..recording import Recording

SUFFIX = ".sqlite"
LAYOUT = 4
"""Of the tables and of what is told in them; another one is built anew."""
PATIENCE = 600.0
"""Seconds to wait while another process builds."""

Told = Callable[[str, float], None]
"""Told the table that is built and the share of it that is done."""


class TablesError(EscopeError):
    """The tables cannot be built or read."""

    slug = "tables"


def index_path(recording: str) -> str:
    """Where the tables of a recording are kept."""
    return recording + SUFFIX


class Index:
    """The tables of one recording. Open it in a `with` statement."""

    def __init__(self, rec: Recording, told: Told | None = None) -> None:
        self._rec = rec
        self._told = told or (lambda table, share: None)
        path = os.path.abspath(rec.path)
        self._key = f"{LAYOUT} {__version__} {identity(path)}"
        self.path = index_path(path)
        if not _writable(self.path):
            folder = os.path.join(cache_folder(), "indexes")
            self.path = os.path.join(folder, identity(path) + SUFFIX)
        with _explained(self.path):
            self._db = self._open()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    def _open(self) -> Database:
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        try:
            db = _connect(self.path)
            if self._sound(db):
                return db
            db.close()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                raise
        with suppress(FileNotFoundError):
            os.unlink(self.path)
        db = _connect(self.path)
        with _writing(db):
            if not self._sound(db):
                db.table("_index").create({"key": str}, pk="key", if_not_exists=True)
                db.table("_index").insert({"key": self._key}, ignore=True)
                db.table("_parts").create({"name": str}, pk="name", if_not_exists=True)
                for part in PARTS.values():
                    db.table(part.table).create(dict(part.columns), pk=part.key, if_not_exists=True)
                for view in VIEWS.values():
                    db.create_view(view.name, view.select, ignore=True)
        return db

    def _sound(self, db: Database) -> bool:
        """The file tells of this recording, in this layout."""
        if "_index" not in db.table_names():
            return False
        return [row["key"] for row in db.table("_index").rows] == [self._key]

    def built(self) -> set[str]:
        """The parts that are there."""
        return {row["name"] for row in self._db.table("_parts").rows}

    def build(self, parts: Iterable[str]) -> None:
        """Builds those parts that are not there yet. When it is stopped, what was built whole
        stays.
        """
        for name in parts:
            if name in self.built():
                continue
            with _explained(self.path), _writing(self._db):
                if name not in self.built():  # another process may have been at it
                    self._fill(PARTS[name])
                    self._db.table("_parts").insert({"name": name})

    def _fill(self, part: Part) -> None:
        table = self._db.table(part.table)

        def progress(share: float) -> None:
            self._told(part.name, share)

        # Plain rows go past sqlite-utils, which looks at every single value: ten times as fast.
        places = ", ".join("?" * len(part.columns))
        self._db.conn.executemany(
            f"INSERT INTO {part.table} VALUES ({places})", part.rows(self._rec, progress)
        )
        for column in part.indexes:
            table.create_index([column], if_not_exists=True)
        progress(1.0)


def _writable(path: str) -> bool:
    if os.path.exists(path):
        return os.access(path, os.W_OK)
    return os.access(os.path.dirname(path), os.W_OK)


def _connect(path: str) -> Database:
    from sqlite_utils import Database

    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        db = Database(connection, execute_plugins=False)
        db.execute("PRAGMA synchronous = OFF")  # what is lost is built again
        db.table_names()
    except BaseException:
        connection.close()
        raise
    return db


@contextmanager
def _writing(db: Database) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.rollback()
        raise
    db.commit()


@contextmanager
def _explained(path: str) -> Iterator[None]:
    """What SQLite or the disk has against it, as an error that a person can act on."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise TablesError(
            f"the tables in {safe_text(path)} cannot be built: {one_line(str(error), 200)}",
            hint="that file may be removed at any time; it needs room beside the recording",
        ) from error
