"""``escope steps``: one line per step of a recording."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from escope_tui.cli import common
from escope_tui.errors import UsageError
from escope_tui.model.text import one_line, safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.query.recording import Recording

VALUE_WIDTH = 200


def configure(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "trace",
        nargs="?",
        metavar="trace.esr[@STEP]",
        help="the recording (default: the newest one); @STEP: that step",
    )
    parser.add_argument(
        "--from",
        dest="first",
        type=int,
        default=0,
        metavar="N",
        help="the first step to print; negative counts from the end",
    )
    parser.add_argument(
        "--to",
        dest="last",
        type=int,
        default=-1,
        metavar="N",
        help="the last step to print; negative counts from the end",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print a JSON object per line, with the variables that changed before the step",
    )


def run(args: Namespace) -> int:
    """Print the steps."""
    with common.opened(args.trace) as (rec, at):
        if at is not None:
            args.first, args.last = at, (at if args.last == -1 else args.last)
        count = len(rec)
        first = _place(args.first, count)
        last = _place(args.last, count)
        if first is None:
            raise UsageError(f"the recording has {count:,} steps: there is no step {args.first}")
        last = count - 1 if last is None else last
        if args.json:
            _print_json(rec, first, last)
        else:
            _print_text(rec, first, last)
    return 0


def _place(number: int, count: int) -> int | None:
    """A step number within the recording; None beyond its end."""
    if number < 0:
        return max(number + count, 0)
    return number if number < count or number == 0 else None


def _print_text(rec: Recording, first: int, last: int) -> None:
    width = len(f"{max(last, 0):,}")
    texts: dict[int, str] = {}
    for step in rec.steps(first, last + 1):
        site = rec.site_of(step.index)
        text = texts.get(site)
        if text is None:
            text = texts[site] = _source(rec, site)
        name = step.file.replace("\\", "/").rpartition("/")[2]
        place = f"{name}:{step.line}"
        sys.stdout.write(
            f"{step.index:>{width},}  t{step.thread} d{step.depth:<3} {place:<24} "
            f"{step.function:<24} {text}\n"
        )


def _source(rec: Recording, site: int) -> str:
    return one_line(rec.program.statement(rec.program.site(site)), 100)


def _print_json(rec: Recording, first: int, last: int) -> None:
    import json

    for step in rec.steps(first, last + 1):
        changed: dict[str, Any] = {}
        for change in rec.changes(step.index):
            value = change.value
            changed[safe_text(change.name)] = None if value is None else value.summary(VALUE_WIDTH)
        row = {
            "index": step.index,
            "kind": step.kind,
            "file": step.file,
            "line": step.line,
            "end_line": step.end_line,
            "function": step.function,
            "process": step.process,
            "thread": step.thread,
            "task": step.task,
            "depth": step.depth,
            "frame_id": step.frame_id,
            "is_entry": step.is_entry,
            "time_ns": step.time_ns,
            "changed": changed,
        }
        sys.stdout.write(json.dumps(row) + "\n")
