"""``escope list``: the recordings that were made, the newest first."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import clip, one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Sequence

    from escope_tui.library.entry import Entry


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="only those with all these words in command, folder, exception, note, tags, commit",
    )
    parser.add_argument("--tag", metavar="TAG", help="only those with this tag")
    parser.add_argument(
        "--failed", action="store_true", help="only those that ended by an error or a signal"
    )
    parser.add_argument(
        "--missing", action="store_true", help="only those whose file is gone or was moved away"
    )
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the list."""
    with common.library() as catalogue:
        found = catalogue.entries(" ".join(args.words), args.tag, args.failed, args.missing or None)
    total = len(found)
    found = found[: args.limit]
    if args.json:
        for entry in found:
            common.write_json(entry.plain())
    else:
        common.table(_rows(found))
    if not total:
        narrowed = args.words or args.tag or args.failed or args.missing
        common.narrate("no recording fits" if narrowed else "no recording yet")
    elif len(found) < total:
        common.narrate(f"{total - len(found):,} more")
    return 0


def _rows(found: Sequence[Entry]) -> Iterator[list[str]]:
    for entry in found:
        yield [
            f"{entry.id:>3}",
            time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.started_at)),
            ending(entry),
            f"{entry.steps:>11,} steps",
            clip(entry.command or entry.name, 60),
            " ".join(f"#{tag}" for tag in entry.tags) + (" (missing)" if entry.missing else ""),
            one_line(entry.note.partition("\n")[0], 60),
        ]


def ending(entry: Entry) -> str:
    """How the program ended, in a word or two."""
    if entry.exception:
        return one_line(entry.exception.partition(":")[0].rpartition(".")[2], 24)
    status = entry.exit_status
    if status is None:
        return "unfinished" if entry.problem else "?"
    return "ok" if status == 0 else f"exit {status}"
