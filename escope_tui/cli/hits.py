"""``escope hits``: the executions of a line or a function, with expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.answers import Execution

EPILOG = """\
PLACE is file.py:41 (or 41, where one file is recorded), or a function's name; then it is the calls.
Each EXPRESSION is evaluated over the recorded values at each execution: a log point after the fact.
With @STEP, from there on.

examples:
  escope hits orders.py:41 "row.price * row.qty" total
  escope hits trace.esr discount price --where "price > 100" --json
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "PLACE [EXPRESSION ...]")
    parser.add_argument(
        "--where", default="", metavar="CONDITION", help="only executions for which this is true"
    )
    parser.add_argument("--back", action="store_true", help="from @STEP (or the end) backward")
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the executions in the order of time."""
    trace, words = common.take_words(args, 1, 1000, "PLACE [EXPRESSION ...]")
    where, expressions = words[0], words[1:]
    file, colon, line = where.rpartition(":")
    at_line = (bool(colon) or not file) and line.isdecimal() and len(line) < 10
    with common.opened(trace) as (rec, step):
        start, stop = (0, step) if args.back else (step or 0, None)
        found = rec.iter_executions(
            file=(file or None) if at_line else None,
            line=int(line) if at_line else None,
            function=None if at_line else where,
            expressions=expressions,
            where=args.where,
            start=start,
            stop=stop,
            direction=-1 if args.back else 1,
            limit=None if args.limit is None else args.limit + 1,
        )
        if args.json:
            common.write_all(
                ({**_facts(each), "values": _values(expressions, each)} for each in found),
                args,
                str,
                "it did not run",
                step,
            )
        else:
            common.write_all(found, args, lambda e: _line(e, expressions), "it did not run", step)
    return 0


def _facts(each: Execution) -> dict[str, object]:
    from escope_tui.cli.plain import plain

    names = ("step", "file", "line", "function", "thread", "frame_id", "time_ns", "problem")
    row = {name: plain(getattr(each, name)) for name in names}
    if each.call is not None:
        row |= {"args": plain(each.args), "returned": plain(each.returned)}
        row |= {"exception": plain(each.exception), "duration_ns": each.duration_ns}
    return row


def _values(expressions: list[str], each: Execution) -> dict[str, object]:
    return dict(zip(expressions, each.values, strict=False))


def _line(each: Execution, expressions: list[str]) -> str:
    from escope_tui.errors import EscopeError

    cells = []
    for name, value in zip(expressions, each.values, strict=False):
        if isinstance(value, EscopeError):
            shown = f"<{one_line(value.message, 80)}>"
        else:
            shown = value.summary(80)
        cells.append(f"{one_line(name, 40)} = {shown}")
    if each.call is not None:
        given = ", ".join(f"{one_line(n, 30)}={v.summary(40)}" for n, v in each.args.items())
        head = f"@{each.step:,}  {one_line(each.function, 60)}({given})"
        if each.returned is not None:
            head += f" → {each.returned.summary(60)}"
        elif each.exception is not None:
            head += f" ✖ {each.exception.summary(60)}"
    else:
        head = f"@{each.step:,}  {common.place(each.file, each.line)}"
        head += f" in {one_line(each.function, 60)}"
    if each.problem:
        cells.append(f"(condition: {one_line(each.problem, 80)})")
    return "  ".join([head, *cells])
