"""``escope sql``: a recording asked in SQL."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from escope_tui.cli import common
from escope_tui.model.text import one_line, safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.query.sql.ask import Answer

EPILOG = """\
The tables are steps, calls, writes, exceptions, output, objects and lines; --tables tells their
columns. What a query reads is built on first use and kept in trace.esr.sqlite beside the recording,
which can be removed at any time. A query can only read.

examples:
  escope sql "select function, count(*) from calls group by 1 order by 2 desc"
  escope sql trace.esr "select step, value from writes where name = 'total'"
"""
MAX_SHOWN = 200


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "QUERY", moment=False)
    parser.add_argument("--tables", action="store_true", help="tell the tables and their columns")
    parser.add_argument("--csv", action="store_true", help="print CSV, with a header")
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Builds what the query needs, asks it, prints the rows."""
    if args.tables:
        common.take_words(args, 0, 0, "nothing but a recording")
        _tables(args.json)
        return 0
    trace, (query,) = common.take_words(args, 1, 1, "QUERY")
    from escope_tui.query.sql.ask import ask
    from escope_tui.shell.progress import told

    with common.opened(trace, whole=True) as (rec, _):
        answer = ask(rec, query, told())
        if args.csv:
            _csv(answer, args.limit)
        elif args.json:
            _json(answer, args.limit)
        else:
            _table(answer, args.limit)
    return 0


def _tables(as_json: bool) -> None:
    from dataclasses import asdict

    from escope_tui.query.sql.schema import VIEWS

    for view in VIEWS.values():
        if as_json:
            columns = [asdict(column) for column in view.columns]
            common.write_json({"table": view.name, "help": view.help, "columns": columns})
            continue
        common.write(f"{view.name}: {view.help}")
        common.table((f"    {each.name}", each.type, each.help) for each in view.columns)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()
    return one_line(str(value), MAX_SHOWN)


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value


def _limited(answer: Answer, limit: int | None) -> Any:
    from itertools import islice

    return answer if limit is None else islice(answer, limit)


def _json(answer: Answer, limit: int | None) -> None:
    names = [safe_text(name) for name in answer.columns]
    for row in _limited(answer, limit):
        common.write_json(dict(zip(names, map(_plain, row), strict=True)))


def _csv(answer: Answer, limit: int | None) -> None:
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(safe_text, answer.columns))
    for row in _limited(answer, limit):
        writer.writerow(
            [safe_text(each) if isinstance(each, str) else _plain(each) for each in row]
        )


def _table(answer: Answer, limit: int | None) -> None:
    header = [safe_text(name) for name in answer.columns]
    rows = [[_cell(each) for each in row] for row in _limited(answer, limit)]
    common.table([header, *rows])
    if not rows:
        common.narrate("no row")
