"""``escope gc``: removes recordings that are too old or take too much room."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.cli.record import human_size
from escope_tui.cli.rm import remove, tell

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
Only files in the recordings folder are removed, the oldest first; what was written elsewhere with
-o is yours. Recordings with a tag, a note or a bookmark stay, unless --tagged is given. Entries
whose file is gone are forgotten, unless somebody said something of them.

examples:
  escope gc --older-than 30d --max-size 5GB --dry-run
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "--older-than",
        metavar="AGE",
        help="remove those that are older: 30d, 12h, 2w ($ESCOPE_GC_AGE)",
    )
    parser.add_argument(
        "--max-size",
        metavar="SIZE",
        help="remove the oldest until the rest is no larger: 500MB, 2GB ($ESCOPE_GC_SIZE)",
    )
    parser.add_argument("--tagged", action="store_true", help="tagged and noted ones may go too")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Removes them; says which."""
    from escope_tui.library.limits import Limits, parse_age, parse_size, surplus

    age = args.older_than or os.environ.get("ESCOPE_GC_AGE")
    size = args.max_size or os.environ.get("ESCOPE_GC_SIZE")
    limits = Limits(parse_age(age) if age else None, parse_size(size) if size else None)
    with common.library() as catalogue:
        entries = catalogue.entries()
        gone = surplus(entries, limits, catalogue.recordings, time.time(), args.tagged)
        forgotten = [each for each in entries if each.missing and not each.kept]
        for entry, why in gone:
            if not args.dry_run:
                remove(catalogue, entry)
            tell(entry, args.json, why)
        for entry in forgotten:
            if not args.dry_run:
                remove(catalogue, entry, keep_file=True)
            tell(entry, args.json, "its file is gone")
    if not age and not size:
        common.narrate("no limit was given: --older-than or --max-size sets one")
    freed = sum(entry.size for entry, _ in gone)
    verb = "would be removed" if args.dry_run else "removed"
    common.narrate(f"{len(gone):,} recordings {verb}, {human_size(freed)}")
    return 0
