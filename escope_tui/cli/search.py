"""``escope search``: where a text or a value is, in the order of time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.answers import Found

EPILOG = """\
A number means that number (and text that has it), a quoted text exactly that string, None, True and
False themselves; other text is looked for inside values, names, types, output and source. With
@STEP, from there on.

examples:
  escope search 4711
  escope search trace.esr@1234 None --kind return --function discount --back --limit 1
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "TEXT")
    kinds = "name, value, type, output, source, return, argument, exception"
    parser.add_argument(
        "--kind",
        action="append",
        default=[],
        metavar="KIND",
        help=f"look only there (may be given more than once): {kinds}",
    )
    parser.add_argument("--function", metavar="NAME", help="only in this function")
    parser.add_argument("--back", action="store_true", help="from @STEP (or the end) backward")
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints what was found."""
    from escope_tui.errors import UsageError
    from escope_tui.model.answers import SEARCH_KINDS

    trace, (text,) = common.take_words(args, 1, 1, "TEXT")
    for kind in args.kind:
        if kind not in SEARCH_KINDS:
            raise UsageError(
                f"there is nothing to search called {one_line(kind, 40)!r}",
                hint=f"--kind {', '.join(SEARCH_KINDS)}",
            )
    with common.opened(trace) as (rec, step):
        found = rec.iter_search(
            text,
            kinds=args.kind or SEARCH_KINDS,
            start=step,
            direction=-1 if args.back else 1,
            limit=None if args.limit is None else args.limit + 1,
            function=args.function,
        )
        common.write_all(found, args, _line, "nothing is found", step)
    return 0


def _line(each: Found) -> str:
    place = f"{common.place(each.file, each.line)} in {one_line(each.function, 60)}"
    return f"@{each.step:,}  {each.kind}  {place}  {one_line(each.text, 160)}"
