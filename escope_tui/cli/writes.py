"""``escope writes``: who wrote a variable, an attribute or an item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from escope_tui.model.events import Write
    from escope_tui.query.recording import Recording

EPILOG = """\
TARGET is a variable, an attribute or an item: as the frame of @STEP sees it, or, without a step,
every variable of that name.

examples:
  escope writes total
  escope writes trace.esr@1234 'self.total' --last
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "TARGET")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--last", action="store_true", help="only the write that gave it its value at @STEP"
    )
    which.add_argument("--next", action="store_true", help="only the first write after @STEP")
    common.add_limit(parser)
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the writes, the oldest first."""
    trace, (target,) = common.take_words(args, 1, 1, "TARGET")
    with common.opened(trace) as (rec, step):
        if args.last or args.next:
            found = rec.last_write(target, step) if args.last else rec.next_write(target, step)
            writes = iter([] if found is None else [found])
        else:
            writes = _all(rec, target, step)
        common.write_all(writes, args, _line, "it is never written")
    return 0


def _all(rec: Recording, target: str, step: int | None) -> Iterator[Write]:
    from escope_tui.query.writes import iter_writes

    return iter_writes(rec, target, step)


def _line(write: Write) -> str:
    value = "deleted" if write.value is None else write.value.summary(80)
    old = f"  (was {write.old.summary(60)})" if write.old is not None else ""
    place = f"{common.place(write.file, write.line)} in {one_line(write.function, 60)}"
    name = one_line(write.target, 60)
    return f"@{write.step:,}  {place}  {write.kind}  {name} = {value}{old}"
