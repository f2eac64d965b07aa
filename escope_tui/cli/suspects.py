"""``escope suspects``: the statements that most likely made the failing runs fail."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.errors import UsageError
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.suspects import Suspect

EPILOG = """\
All are recordings of one program. The more passing ones, the better the ranking: it compares which
statements ran and what values they had (Ochiai, D*), follows what the failure depends on, and tells
which small change of a statement would have made a difference in the failing runs.

examples:
  escope suspects --failing bad.esr --passing good1.esr --passing good2.esr
  escope suspects --failing bad.esr --limit 5 --json
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    for name, what in (("failing", "went wrong"), ("passing", "went well")):
        parser.add_argument(
            f"--{name}",
            action="append",
            default=[],
            metavar="trace.esr",
            help=f"a recording of a run that {what} (may be given more than once)",
        )
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the statements, the most suspicious first."""
    from escope_tui.query.suspects import rank_suspects

    if not args.failing:
        raise UsageError("which run went wrong?", hint="escope suspects --failing bad.esr")
    with ExitStack() as stack:
        good = [stack.enter_context(common.opened(name))[0] for name in args.passing]
        bad = [stack.enter_context(common.opened(name))[0] for name in args.failing]
        limit = None if args.limit is None else args.limit + 1
        found = rank_suspects(good, bad, limit)
    common.write_all(found, args, _line, "no statement ran")
    cut = sum(each.cut for each in found[: args.limit])
    if cut:
        what = "1 statement" if cut == 1 else f"{cut} statements"
        common.narrate(f"not all small changes of {what} were tried: it would take too long")
    return 0


def _line(each: Suspect) -> str:
    place = f"{common.place(each.file, each.line)} in {one_line(each.function, 60)}"
    fact = f"  ({one_line(each.fact, 120)})" if each.fact else ""
    changed = f"  [would differ: {one_line(each.changed, 120)}]" if each.changed else ""
    cut = "  [not all changes tried]" if each.cut else ""
    return f"{each.score:>8.3f}  {place}  {one_line(each.source, 100)}{fact}{changed}{cut}"
