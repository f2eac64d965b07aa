"""``escope exceptions``: every exception, where it was raised and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from escope_tui.model.events import ExceptionEvent


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    common.add_words(parser, "[TYPE]")
    parser.epilog = "With @STEP, those that were raised from there on."
    parser.add_argument(
        "--fate",
        choices=("caught", "uncaught", "left", "swallowed"),
        help="only those that were caught, that ended the program or a thread, that left recorded "
        "code and were caught elsewhere, or that a finally or a with let drop",
    )
    parser.add_argument(
        "--frames",
        action="store_true",
        help="show the frames that each went through, with their variables",
    )
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the exceptions in the order in which they were raised."""
    from escope_tui.query.exceptions import iter_exceptions, named_exceptions
    from escope_tui.query.fates import exceptions_of_fate

    trace, words = common.take_words(args, 0, 1, "[TYPE]")
    with common.opened(trace) as (rec, step):
        first = -1 if step is None else step - 1
        found: Iterator[ExceptionEvent]
        if words:
            named = named_exceptions(rec, words[0], first)
            found = (each for each in named if args.fate in (None, each.fate))
        elif args.fate is not None:
            found = exceptions_of_fate(rec, args.fate, first)
        else:
            found = iter_exceptions(rec, first, 1)
        line = _long if args.frames else _line
        common.write_all(found, args, line, "no exception", step)
    return 0


def _line(error: ExceptionEvent) -> str:
    raised = error.raised
    where = f"{common.place(raised.file, raised.line)} in {one_line(raised.function, 60)}"
    way = f", through {len(error.propagated):,} frames" if len(error.propagated) > 1 else ""
    behind = f", {behind_it(error)}" if behind_it(error) else ""
    return f"@{error.step:,}  {where}  {said(error)}  {_fate(error)}{way}{behind}"


def said(error: ExceptionEvent) -> str:
    """`KeyError: 'gold'`."""
    return f"{one_line(error.type_name, 60)}: {one_line(error.message, 120)}".rstrip(": ")


def behind_it(error: ExceptionEvent) -> str:
    """Which exception it came from; empty where from none."""
    if error.earlier is not None:
        return f"raised again: first @{error.earlier.step:,}"
    if error.cause is not None:
        return f"from {one_line(error.cause.type_name, 60)} @{error.cause.step:,}"
    if error.context is not None:
        return f"while handling {one_line(error.context.type_name, 60)} @{error.context.step:,}"
    return ""


def _fate(error: ExceptionEvent) -> str:
    place = error.caught or error.swallowed
    if place is None:
        return error.fate
    where = f"{one_line(place.function, 60)}, {common.place(place.file, place.line)}"
    went_on = error.caught is None and place.step > error.step
    return f"{error.fate} {'before' if went_on else 'in'} {where} @{place.step:,}"


def _long(error: ExceptionEvent) -> str:
    lines = [_line(error)]
    places = error.propagated
    if not places or places[0].frame_id != error.raised.frame_id:
        places = (error.raised, *places)
    for each in (*places, *((error.caught,) if error.caught else ())):
        values = ", ".join(f"{one_line(n, 40)}={v.summary(60)}" for n, v in each.locals.items())
        where = f"{common.place(each.file, each.line)} in {one_line(each.function, 60)}"
        caught = "caught in " if each is error.caught else ""
        lines.append(f"    {caught}{where} @{each.step:,}  {values}".rstrip())
    return "\n".join(lines)
