"""``escope why``: the chain of causes of a value, or of a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.errors import NotFoundError
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.causes import Condition


EPILOG = """\
TARGET is a variable, an attribute or an item as the frame of that moment sees it: of @STEP, else of
the failure if the run failed, else of the end. Without a TARGET, why the statement did what it did.

examples:
  escope why                          why the newest recording failed
  escope why total
  escope why trace.esr@1234 'rows[3].price' --depth 3
  escope why @1234 --control          which conditions made this statement run
  escope why --not orders.py:57       why that line did not run (before @STEP)
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "[TARGET]")
    parser.add_argument(
        "--depth", type=common.natural, default=8, metavar="N", help="how many causes deep (8)"
    )
    other = parser.add_mutually_exclusive_group()
    other.add_argument(
        "--control",
        action="store_true",
        help="tell which conditions, with which values, made the statement of @STEP run",
    )
    other.add_argument(
        "--not", dest="line", metavar="FILE:LINE", help="tell why a line did not run (before @STEP)"
    )
    common.add_json(parser, "one JSON object, each cause in the `reads` of the one before")


def run(args: Namespace) -> int:
    """Prints the chain."""
    from escope_tui.cli.plain import plain

    if args.control or args.line:
        return _other(args)
    trace, words = common.take_words(args, 0, 1, "TARGET")
    with common.opened(trace) as (rec, step):
        failure = rec.first_failure() if step is None else None
        if failure is not None and failure.reason != "end":
            step = failure.step
            common.narrate(f"@{step:,}, the failure: {one_line(failure.text, 200)}")
        if not words and not len(rec):
            raise NotFoundError("the recording has no steps: there is nothing to explain")
        cause = rec.why(words[0] if words else None, at=step, depth=min(args.depth, 100))
        if args.json:
            common.write_json(plain(cause))
        else:
            for line in cause.lines():
                common.write(line)
    return 0


def _other(args: Namespace) -> int:
    from escope_tui.cli.plain import plain

    trace, _ = common.take_words(args, 0, 0, "nothing but a recording")
    with common.opened(trace) as (rec, step):
        if args.control:
            found = rec.control(max(len(rec) - 1, 0) if step is None else step)
            common.write_all(found, args, condition_line, "nothing decided that it ran")
            return 0
        file, colon, line = args.line.rpartition(":")
        if not colon or not line.isdecimal() or len(line) > 9:
            raise common.refuse(f"{one_line(args.line, 60)!r} is no line", "--not orders.py:57")
        if not file and len(rec.files()) == 1:
            file = rec.files()[0]
        answer = rec.why_not(file, int(line), step)
        if args.json:
            common.write_json(plain(answer))
        else:
            common.write(answer.text)
            where = "" if answer.step is None else f"@{answer.step:,}  "
            if answer.source:
                common.write(f"  {where}line {answer.decided_line}: {one_line(answer.source, 120)}")
            for name, value in answer.reads:
                common.write(f"    {one_line(name, 60)} = {value.summary(100)}")
    return 0


def condition_line(each: Condition) -> str:
    """A decision as one line."""
    values = ", ".join(f"{one_line(n, 40)} = {v.summary(60)}" for n, v in each.reads)
    outcome = "" if each.outcome is None else f" was {each.outcome}"
    place = f"{common.place(each.file, each.line)} in {one_line(each.function, 60)}"
    head = f"{'  ' * each.depth}@{each.step:,}  {place}  {each.kind}  {one_line(each.source, 120)}"
    return f"{head}{outcome}" + (f"  ({values})" if values else "")
