"""Putting a query to the tables: what it reads is found out first, and it can only read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...errors import EscopeError
from ...model.text import one_line
from .index import Index, Told
from .schema import PARTS, VIEWS

if TYPE_CHECKING:
    from ..recording import Recording

MAX_QUERY = 100_000
STEPS_BETWEEN_LOOKS = 20_000
"""Of SQLite's machine, between two chances to be interrupted."""

_EXPLAIN = re.compile(r"\A\s*explain(\s+query\s+plan)?\b", re.IGNORECASE)
_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}
_NEVER = {"load_extension", "writefile", "readfile", "edit", "fts3_tokenizer"}


class QueryError(EscopeError):
    """The query makes no sense."""

    slug = "query"
    exit_code = 2


class Answer:
    """The rows of a query, read one by one."""

    def __init__(self, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
        self.columns = columns
        self._rows = rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return self._rows


def parts_of(query: str) -> list[str]:
    """The parts that a query reads; an error that helps where it makes no sense or would write.

    SQLite itself is asked, over empty tables.
    """
    if not query.strip():
        raise QueryError("the query is empty", hint=_hint())
    if len(query) > MAX_QUERY:
        raise QueryError(f"the query is longer than {MAX_QUERY:,} characters")
    read: set[tuple[str, str]] = set()
    tables: set[str] = set()
    connection = sqlite3.connect(":memory:")
    try:
        for part in PARTS.values():
            columns = ", ".join(f"[{name}]" for name in part.columns)
            connection.execute(f"CREATE TABLE {part.table} ({columns})")
        for view in VIEWS.values():
            connection.execute(f"CREATE VIEW {view.name} AS {view.select}")

        def noted(table: str, column: str) -> None:
            tables.add(table)
            read.add((table, column))

        with_guard(connection, noted)
        # As a part of a SELECT it can be nothing but one itself.
        core = _EXPLAIN.sub("", query).rstrip("; \n\t")
        try:
            _run(connection, f"EXPLAIN SELECT * FROM (\n{core}\n)")
        except QueryError:
            _run(connection, f"EXPLAIN {core}")  # tells what is wrong with the query itself
            raise
    finally:
        connection.close()
    return [
        part.name
        for part in PARTS.values()
        if (part.table in tables if not part.joined else not read.isdisjoint(part.joined))
    ]


def with_guard(connection: sqlite3.Connection, noted: Callable[[str, str], None]) -> None:
    """Lets a connection only read; tells which columns of which tables and views are read."""

    def guard(action: int, first: str | None, second: str | None, *_: object) -> int:
        if action not in _ALLOWED:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and second in _NEVER:
            return sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_READ and first:
            noted(first, second or "")
        return sqlite3.SQLITE_OK

    connection.set_authorizer(guard)


def ask(rec: Recording, query: str, told: Told | None = None) -> Answer:
    """The rows of a query over a recording, after the tables that it reads were built."""
    parts = parts_of(query)
    with Index(rec, told) as index:
        index.build(parts)
        path = index.path
    connection = sqlite3.connect(f"file:{_quoted(path)}?mode=ro", uri=True)
    with_guard(connection, lambda table, column: None)
    connection.set_progress_handler(lambda: 0, STEPS_BETWEEN_LOOKS)
    try:
        cursor = _run(connection, query)
    except BaseException:
        connection.close()
        raise
    columns = tuple(each[0] for each in cursor.description or ())
    return Answer(columns, _rows(connection, cursor))


def _quoted(path: str) -> str:
    from urllib.parse import quote

    return quote(path)


def _rows(connection: sqlite3.Connection, cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
    try:
        while True:
            row = _explained(cursor.fetchone)
            if row is None:
                return
            yield row
    finally:
        connection.close()


def _run(connection: sqlite3.Connection, query: str) -> sqlite3.Cursor:
    found: sqlite3.Cursor = _explained(lambda: connection.execute(query))
    if found.description is None:
        raise QueryError("the query gives no rows: only SELECT is understood", hint=_hint())
    return found


def _explained(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except (sqlite3.Error, sqlite3.Warning, ValueError, UnicodeError) as error:
        text = str(error)
        if "not authorized" in text or "prohibited" in text:
            raise QueryError("a query can only read", hint=_hint()) from error
        if "interrupted" in text:
            raise KeyboardInterrupt from error
        raise QueryError(f"the query fails: {one_line(text, 200)}", hint=_hint()) from error


def _hint() -> str:
    return f"tables: {', '.join(VIEWS)}; `escope sql --tables` tells their columns"
