"""``escope test``: a regression test from a recorded call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.errors import NotFoundError, OutputError
from escope_tui.model.text import one_line, safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.events import Call
    from escope_tui.query.recording import Recording

EPILOG = """\
The call is the one that runs at @STEP, or the first call of FUNCTION from @STEP on. The test calls
the function with the recorded arguments and expects the recorded result, or what --expect says.

examples:
  escope test trace.esr discount -o test_discount.py
  escope test trace.esr@1234 --expect 90
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "[FUNCTION]")
    parser.add_argument("--expect", metavar="EXPRESSION", help="what the call should have given")
    parser.add_argument("--name", default="", help="the test's name")
    parser.add_argument("-o", "--output", metavar="FILE", help="the file to write")
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    common.add_json(parser, "one JSON object: the source, and the call")


def run(args: Namespace) -> int:
    """Writes or prints the test."""
    from escope_tui.cli.plain import plain

    trace, words = common.take_words(args, 0, 1, "[FUNCTION]")
    with common.opened(trace) as (rec, step):
        call = _call(rec, words[0] if words else None, step)
        source = rec.test_case(call, args.expect, args.name)
        if args.json:
            common.write_json({"source": source, "call": plain(call), "path": args.output})
    if args.output is None:
        if not args.json:
            common.write_text(source)
        return 0
    if os.path.lexists(args.output) and not args.force:
        raise OutputError(
            f"{safe_text(args.output)} exists already", hint="overwrite it with --force"
        )
    try:
        with open(args.output, "w", encoding="utf-8") as file:
            file.write(source)
    except OSError as error:
        raise OutputError(f"can't write {safe_text(args.output)}: {error.strerror}") from error
    common.narrate(f"wrote {safe_text(args.output)}")
    return 0


def _call(rec: Recording, function: str | None, step: int | None) -> Call:
    from escope_tui.query.calls import iter_calls

    if function is not None:
        for call in iter_calls(rec, function, None, step or 0):
            return call
        raise NotFoundError(f"no call of {one_line(function, 60)} from there on")
    found = rec.call_at(max(len(rec) - 1, 0) if step is None else step)
    if found is None:
        raise NotFoundError("no call is running there", hint="name a function, or another @STEP")
    return found
