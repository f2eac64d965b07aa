"""Writes the tables of a recording into an SQLite file, JSON lines or Parquet files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from ..errors import EscopeError, OutputError
from ..model.text import safe_text
from ..query.sql.ask import ask
from ..query.sql.schema import VIEWS
from ..query.sql.tables import View

if TYPE_CHECKING:
    from ..query.recording import Recording
    from ..query.sql.index import Told

FORMATS = ("sqlite", "jsonl", "parquet")
BATCH = 50_000
_PYTHON = {"integer": int, "real": "ANY", "text": str}


def export(
    rec: Recording,
    form: str,
    path: str,
    names: Sequence[str],
    told: Told | None = None,
    force: bool = False,
) -> list[str]:
    """Writes tables; the paths of the files. `path` is a file for `sqlite`, else a folder. A file
    that is there is left alone unless `force`; one that could not be finished is removed.
    """
    if form == "parquet":
        _pyarrow()
    if form == "sqlite":
        return [_whole(path, force, lambda passing: _sqlite(rec, passing, names, told))]
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise OutputError(f"can't make the folder {safe_text(path)}: {error.strerror}") from error
    made = []
    for name in names:
        view = VIEWS[name]
        file = os.path.join(path, f"{name}.{form}")
        made.append(_whole(file, force, lambda passing, v=view: _one(rec, form, passing, v, told)))  # type: ignore[misc]
    return made


def write_jsonl(rec: Recording, view: View, file: IO[str], told: Told | None = None) -> None:
    """A table as JSON lines."""
    answer = ask(rec, f"SELECT * FROM {view.name}", told)
    for row in answer:
        file.write(json.dumps(dict(zip(answer.columns, map(_plain, row), strict=True))) + "\n")


def _plain(value: Any) -> Any:
    """JSON has no infinities."""
    if isinstance(value, float) and (value != value or abs(value) == float("inf")):
        return str(value)
    return value


def _whole(path: str, force: bool, make: Callable[[str], None]) -> str:
    if os.path.lexists(path) and not force:
        raise OutputError(f"{safe_text(path)} exists already", hint="overwrite it with --force")
    passing = f"{path}.{os.getpid()}.part"
    try:
        make(passing)
        os.replace(passing, path)
    except OSError as error:
        raise OutputError(f"can't write {safe_text(path)}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            os.unlink(passing)
    return path


def _one(rec: Recording, form: str, path: str, view: View, told: Told | None) -> None:
    if form == "parquet":
        _parquet(rec, view, path, told)
        return
    with open(path, "w", encoding="utf-8") as file:
        write_jsonl(rec, view, file, told)


def _sqlite(rec: Recording, path: str, names: Sequence[str], told: Told | None) -> None:
    import sqlite3

    from sqlite_utils import Database

    with open(path, "wb"):
        pass  # a place that cannot be written is said as such
    db = Database(path, execute_plugins=False)
    try:
        for name in names:
            view = VIEWS[name]
            db.table(name).create({each.name: _PYTHON[each.type] for each in view.columns})
            answer = ask(rec, f"SELECT * FROM {name}", told)
            places = ", ".join("?" * len(answer.columns))
            with db.atomic():
                db.conn.executemany(f"INSERT INTO {name} VALUES ({places})", iter(answer))
    except sqlite3.Error as error:
        raise OutputError(f"can't write {safe_text(path)}: {error}") from error
    finally:
        db.close()


def _pyarrow() -> Any:
    try:
        import pyarrow  # type: ignore[import-not-found,import-untyped,unused-ignore]
        import pyarrow.parquet  # type: ignore[import-not-found,import-untyped,unused-ignore]
    except ImportError as error:
        raise EscopeError(
            "Parquet needs pyarrow, which is not installed",
            hint="pip install 'escope[parquet]', or choose --format jsonl or sqlite",
            slug="missing-extra",
        ) from error
    return pyarrow


def _exact(number: Any) -> Any:
    """As a float, which has room for so many digits only."""
    return float(number) if number is not None and float(number) == number else None


def _parquet(rec: Recording, view: View, path: str, told: Told | None) -> None:
    arrow = _pyarrow()
    kinds = {"integer": arrow.int64(), "real": arrow.float64(), "text": arrow.string()}
    schema = arrow.schema([(each.name, kinds[each.type]) for each in view.columns])
    answer = ask(rec, f"SELECT * FROM {view.name}", told)
    rows = iter(answer)
    with arrow.parquet.ParquetWriter(path, schema) as writer:
        while batch := list(islice(rows, BATCH)):
            columns = [
                arrow.array(
                    map(_exact, column) if field.type == kinds["real"] else column, field.type
                )
                for column, field in zip(zip(*batch, strict=True), schema, strict=True)
            ]
            writer.write_batch(arrow.record_batch(columns, schema=schema))
