"""``escope diff``: what differs between two moments, or between two runs of one program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.errors import UsageError
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.differences import MomentDifference, RunDifference

EPILOG = """\
Of two moments, the variables that differ and what differs inside them, the most telling first. Of
two recordings of one program (a run that went well and one that did not), the first differences:
their calls are aligned by the call tree, not statement by statement, and what fed a value is told.

examples:
  escope diff trace.esr@100 @250
  escope diff @100 @250 --json          of the newest recording
  escope diff good.esr bad.esr
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    parser.usage = (
        f"{parser.prog} [trace.esr]@STEP @STEP [OPTIONS]\n"
        f"       {parser.prog} good.esr bad.esr [OPTIONS]"
    )
    parser.add_argument("words", nargs="*", metavar="WHAT", help="two moments, or two recordings")
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints what differs."""
    if len(args.words) != 2:
        raise UsageError(
            "two moments, or two recordings, are compared", hint="escope diff trace.esr@100 @250"
        )
    path, first = common.locate(args.words[0])
    same = args.words[1].startswith("@")
    other, second = common.locate(f"{path}{args.words[1]}" if same else args.words[1])
    if first is None and second is None:
        return _runs(args, path, other)
    if first is None or second is None or other != path:
        raise UsageError(
            "two moments of one recording are compared", hint="escope diff trace.esr@100 @250"
        )
    with common.opened(path) as (rec, _):
        found = rec.compare(common.moment(rec, first), common.moment(rec, second))
        common.write_all(found, args, _line, "nothing differs")
        if found.cut:
            common.narrate("the variables hold too much: not all that lies in them was compared")
    return 0


def _runs(args: Namespace, good: str, bad: str) -> int:
    from escope_tui.query.compare import compare_recordings

    with common.opened(good) as (rec_a, _), common.opened(bad) as (rec_b, _):
        limit = 5 if args.limit is None else args.limit
        found = compare_recordings(rec_a, rec_b, limit)
        args.limit = None
        common.write_all(found, args, _run_line, "the runs do the same")
    return 0


def _line(each: MomentDifference) -> str:
    old = "unbound" if each.before is None else each.before.summary(100)
    new = "unbound" if each.after is None else each.after.summary(100)
    inside = " (the same object)" if each.in_place else ""
    where = f"{each.scope} of {one_line(each.function, 60)}"
    return f"{one_line(each.name, 120)}: {old} → {new}{inside}  {where}"


def _run_line(each: RunDifference) -> str:
    place = f"{common.place(each.file, each.line)} in {one_line(each.function, 60)}"
    lines = [f"@{each.step_a:,} @{each.step_b:,}  {place}  {each.kind}: {each.text}"]
    for name, cause in (("first", each.cause_a), ("second", each.cause_b)):
        if cause is not None:
            lines += [f"    {name}: {line}" for line in cause.lines()[:6]]
    return "\n".join(lines)
