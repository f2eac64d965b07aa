"""``escope coverage``: which lines ran, how often, and which never did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line, safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.query.recording import Recording

EPILOG = """\
examples:
  escope coverage                        a line for each file
  escope coverage trace.esr orders.py    the source with counts; lines that never ran are marked
  escope coverage --missing --json
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "[FILE]", moment=False)
    parser.add_argument("--missing", action="store_true", help="only the lines that never ran")
    common.add_json(parser, "a JSON object per file: counts by line, and the lines missed")


def run(args: Namespace) -> int:
    """Prints the coverage."""
    trace, words = common.take_words(args, 0, 1, "[FILE]")
    with common.opened(trace, whole=True) as (rec, _):
        if words:
            rec.program.modules_of(words[0])
            number = rec.program.modules_of(words[0])[-1]
            files = [rec.program.paths[number]]
        else:
            files = rec.files()
        for file in files:
            _file(rec, file, args, whole=bool(words))
    return 0


def _file(rec: Recording, file: str, args: Namespace, *, whole: bool) -> None:
    counts = dict(sorted(rec.line_counts(file).items()))
    missed = [line for line, count in counts.items() if not count]
    ran = len(counts) - len(missed)
    share = ran / len(counts) if counts else 1.0
    if args.json:
        row = {"file": safe_text(file), "statements": len(counts), "executed": ran}
        more = {"share": share, "missed": missed, "counts": counts}
        common.write_json(row | more)
        return
    if not whole or args.missing:
        gone = f"  never ran: {_ranges(missed)}" if missed else ""
        common.write(f"{share:>6.1%}  {ran:>6,} of {len(counts):>6,}  {safe_text(file)}{gone}")
        return
    lines = rec.program.lines(rec.program.modules_of(file)[-1])
    width = len(f"{max(counts.values(), default=0):,}")
    for number, text in enumerate(lines, 1):
        count = counts.get(number)
        shown = "" if count is None else f"{count:,}" if count else "!"
        common.write(f"{shown:>{width}} {number:>5}  {one_line(text, 400)}".rstrip())


def _ranges(lines: list[int]) -> str:
    """`3, 7-9`."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][-1] + 1:
            found[-1][1:] = [line]
        else:
            found.append([line])
    return ", ".join("-".join(map(str, each)) for each in found)
