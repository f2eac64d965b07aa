"""``escope calls``: the calls of recorded functions, with arguments and results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from escope_tui.model.events import Call
    from escope_tui.query.recording import Recording

EPILOG = """\
With @STEP, the calls from that step on.

examples:
  escope calls discount --json
  escope calls trace.esr --tree --depth 3
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "[FUNCTION]")
    parser.add_argument("--file", metavar="FILE", help="only functions of this file")
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the calls in the order of their first steps."""
    trace, words = common.take_words(args, 0, 1, "[FUNCTION]")
    with common.opened(trace) as (rec, step):
        calls = _calls(rec, words[0] if words else None, args.file, step or 0)
        common.write_all(calls, args, line_of, "no such call", step)
    return 0


def _calls(rec: Recording, function: str | None, file: str | None, start: int) -> Iterator[Call]:
    from escope_tui.query.calls import iter_calls

    return iter_calls(rec, function, file, start)


def line_of(call: Call) -> str:
    """A call as one line: `@12  total(rows=[…]) → 410`."""
    given = ", ".join(f"{one_line(n, 40)}={v.summary(40)}" for n, v in call.args.items())
    if call.exception is not None:
        end = f" ✖ {call.exception.summary(80)}"
    elif call.returned is not None:
        end = f" → {call.returned.summary(80)}"
    else:
        end = f"  {call.outcome}"
    return f"@{call.enter:,}  {one_line(call.function, 80)}({given}){end}"
