"""``escope why``: the chain of causes of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


EPILOG = """\
TARGET is a variable, an attribute or an item as the frame of that moment sees it.

examples:
  escope why total
  escope why trace.esr@1234 'rows[3].price' --depth 3
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "TARGET")
    parser.add_argument(
        "--depth", type=common.natural, default=8, metavar="N", help="how many causes deep (8)"
    )
    common.add_json(parser, "one JSON object, each cause in the `reads` of the one before")


def run(args: Namespace) -> int:
    """Prints the chain."""
    from escope_tui.cli.plain import plain

    trace, (target,) = common.take_words(args, 1, 1, "TARGET")
    with common.opened(trace) as (rec, step):
        cause = rec.why(target, at=step, depth=min(args.depth, 100))
        if args.json:
            common.write_json(plain(cause))
        else:
            for line in cause.lines():
                common.write(line)
    return 0
