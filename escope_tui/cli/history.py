"""``escope history``: the values that a variable, an attribute, an item or an object took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.answers import HistoryPoint

EPILOG = """\
TARGET is a variable, an attribute or an item as the frame of @STEP sees it (without a step: every
variable of that name), or an object by its identity: '#12'.

examples:
  escope history total
  escope history trace.esr@1234 self.rows --no-contents --json
"""
BARS = "▁▂▃▄▅▆▇█"


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "TARGET")
    parser.add_argument(
        "--no-contents",
        action="store_true",
        help="only new values, not changes inside the object",
    )
    parser.add_argument(
        "--plot", action="store_true", help="draw a bar beside each number (a container's length)"
    )
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the values in the order of time."""
    trace, (target,) = common.take_words(args, 1, 1, "TARGET")
    number = target[1:] if target.startswith("#") else ""
    what = int(number) if number.isdecimal() and len(number) < 18 else target
    with common.opened(trace) as (rec, step):
        found = rec.iter_history(what, at=step, in_place=not args.no_contents)
        if args.plot and not args.json:
            points = list(found)
            bars = _bars(points)
            common.write_all(
                zip(points, bars, strict=True),
                args,
                lambda pair: f"{pair[1]} {_line(pair[0])}",
                "it has no values",
            )
        else:
            common.write_all(found, args, _line, "it has no values")
    return 0


def _line(point: HistoryPoint) -> str:
    value = "deleted" if point.value is None else point.value.summary(100)
    place = f"{common.place(point.file, point.line)} in {one_line(point.function, 60)}"
    return f"@{point.step:,}  {place}  {point.kind}  {value}"


def _bars(points: list[HistoryPoint]) -> list[str]:
    numbers = [point.number for point in points]
    known = [n for n in numbers if n is not None and abs(n) < 1e300]
    low, high = min(known, default=0.0), max(known, default=0.0)
    bars = []
    for number in numbers:
        if number is None or not low <= number <= high:
            bars.append(" ")
        else:
            bars.append(BARS[int((number - low) / (high - low or 1.0) * (len(BARS) - 1))])
    return bars
