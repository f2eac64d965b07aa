"""``escope rm``: removes recordings, with their files."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.cli.record import human_size
from escope_tui.errors import OutputError
from escope_tui.model.text import safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.library.catalogue import Catalogue
    from escope_tui.library.entry import Entry


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument(
        "recordings",
        metavar="RECORDING",
        nargs="+",
        help="its number in `escope list`, its file, or words that only it has",
    )
    parser.add_argument(
        "--keep-file", action="store_true", help="take it out of the library, but leave the file"
    )
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Removes them; says which."""
    with common.library() as catalogue:
        # All are looked up first: a name that is wrong removes nothing.
        for entry in dict.fromkeys(catalogue.find(name) for name in args.recordings):
            remove(catalogue, entry, keep_file=args.keep_file)
            tell(entry, args.json)
    return 0


def remove(catalogue: Catalogue, entry: Entry, *, keep_file: bool = False) -> None:
    """Removes the file and its entry."""
    from escope_tui.query.sql.index import index_path

    if not keep_file:
        try:
            with suppress(FileNotFoundError):
                os.unlink(entry.path)
        except OSError as error:
            raise OutputError(f"can't remove {safe_text(entry.path)}: {error.strerror}") from error
        with suppress(OSError):
            os.unlink(index_path(entry.path))
    catalogue.forget(entry)


def tell(entry: Entry, as_json: bool, why: str = "") -> None:
    """One line on a recording that is gone."""
    if as_json:
        more = {"reason": why} if why else {}
        common.write_json(
            {"id": entry.id, "path": safe_text(entry.path), "size": entry.size, **more}
        )
    else:
        reason = f"  ({why})" if why else ""
        common.write(f"{entry.id}  {safe_text(entry.path)}  {human_size(entry.size)}{reason}")
