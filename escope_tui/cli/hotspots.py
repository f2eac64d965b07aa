"""``escope hotspots``: the functions that ran, by their own time, calls or exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
Times are of the recorded run, recording included; what a statement calls that is not recorded
counts as its own.

examples:
  escope hotspots --limit 10
  escope hotspots trace.esr --by calls --json
"""
ORDERS = {
    "own": "own_ns",
    "total": "total_ns",
    "calls": "calls",
    "steps": "steps",
    "exceptions": "exceptions",
}


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "", moment=False)
    parser.add_argument(
        "--by", choices=tuple(ORDERS), default="own", help="the order (default: own time)"
    )
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the functions."""
    trace, _ = common.take_words(args, 0, 0, "nothing but a recording")
    with common.opened(trace, whole=True) as (rec, _):
        key = ORDERS[args.by]
        found = sorted(rec.functions(), key=lambda each: -int(getattr(each, key)))
        if args.json:
            common.write_all(found, args, str, "no function ran")
            return 0
        rows = [["own time", "total", "calls", "steps", "raised", "function"]]
        for each in found[: args.limit]:
            place = common.place(each.file, each.line)
            rows.append(
                [
                    f"{each.own_ns / 1e9:>10.6f}",
                    f"{each.total_ns / 1e9:>10.6f}",
                    f"{each.calls:>9,}",
                    f"{each.steps:>11,}",
                    f"{each.exceptions:>6,}",
                    f"{one_line(each.function, 80)}  {place}",
                ]
            )
        common.table(rows)
    return 0
