"""``escope exceptions``: every exception, where it was raised and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.events import ExceptionEvent


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    common.add_words(parser, "[TYPE]", moment=False)
    parser.add_argument(
        "--fate",
        choices=("caught", "uncaught", "left"),
        help="only those that were caught, that ended the program or a thread, or that left "
        "recorded code and were caught elsewhere",
    )
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the exceptions in the order in which they were raised."""
    trace, words = common.take_words(args, 0, 1, "[TYPE]")
    with common.opened(trace) as (rec, _):
        found = (
            each
            for each in rec.exceptions()
            if (not words or words[0] in (each.type_name, each.type_name.rpartition(".")[2]))
            and args.fate in (None, each.fate)
        )
        common.write_all(found, args, _line, "no exception")
    return 0


def _line(error: ExceptionEvent) -> str:
    said = f"{one_line(error.type_name, 60)}: {one_line(error.message, 120)}".rstrip(": ")
    raised = error.raised
    where = f"{common.place(raised.file, raised.line)} in {one_line(raised.function, 60)}"
    fate = error.fate
    if error.caught is not None:
        place = common.place(error.caught.file, error.caught.line)
        fate += f" in {one_line(error.caught.function, 60)}, {place} @{error.caught.step:,}"
    way = f", through {len(error.propagated):,} frames" if len(error.propagated) > 1 else ""
    return f"@{error.step:,}  {where}  {said}  {fate}{way}"
