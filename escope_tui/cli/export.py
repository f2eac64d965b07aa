"""``escope export``: a recording's tables for other tools."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.errors import UsageError
from escope_tui.model.text import one_line, safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
The tables are those of `escope sql`. sqlite makes one file; jsonl and parquet make a folder with a
file for each table. A single table as jsonl goes to standard output when no -o is given. Parquet
needs pyarrow: pip install 'escope[parquet]'.

examples:
  escope export trace.esr --format sqlite -o trace.db
  escope export --format jsonl --table writes | head
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "", moment=False)
    parser.add_argument("--format", choices=("sqlite", "jsonl", "parquet"), required=True)
    parser.add_argument("-o", "--output", metavar="PATH", help="the file or folder to write")
    parser.add_argument(
        "--table",
        action="append",
        default=[],
        metavar="NAME",
        help="only this table (may be given more than once)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")
    common.add_json(parser, "the files that were written, one JSON object per line")


def run(args: Namespace) -> int:
    """Writes the tables; says which files."""
    from escope_tui.export.tables import export, write_jsonl
    from escope_tui.query.sql.schema import VIEWS
    from escope_tui.shell.progress import told

    trace, _ = common.take_words(args, 0, 0, "nothing but a recording")
    names = list(dict.fromkeys(args.table)) or list(VIEWS)
    for name in names:
        if name not in VIEWS:
            raise UsageError(
                f"there is no table {one_line(name, 40)!r}", hint=f"tables: {', '.join(VIEWS)}"
            )
    with common.opened(trace, whole=True) as (rec, _):
        if args.output is None and args.format == "jsonl" and len(names) == 1:
            write_jsonl(rec, VIEWS[names[0]], sys.stdout, told())
            return 0
        path = args.output or _place(rec.path, args.format)
        for made in export(rec, args.format, path, names, told(), args.force):
            if args.json:
                common.write_json({"path": safe_text(made), "size": os.path.getsize(made)})
            else:
                common.write(safe_text(made))
    return 0


def _place(recording: str, form: str) -> str:
    stem = os.path.basename(recording).removesuffix(".esr")
    return f"{stem}.db" if form == "sqlite" else f"{stem}-{form}"
