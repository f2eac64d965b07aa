"""``escope diff``: what differs between two moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.errors import UsageError
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.events import Change
    from escope_tui.query.recording import Recording

EPILOG = """\
Compared are the variables of the later moment's frame and module: those that have another value,
and those whose object has changed in place.

examples:
  escope diff trace.esr@100 @250
  escope diff @100 @250 --json          of the newest recording
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    parser.usage = f"{parser.prog} [trace.esr]@STEP @STEP [OPTIONS]"
    parser.add_argument("words", nargs="*", metavar="[trace.esr]@STEP @STEP", help="two moments")
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the variables that differ."""
    if len(args.words) != 2:
        raise UsageError("two moments are compared", hint="escope diff trace.esr@100 @250")
    path, first = common.locate(args.words[0])
    same = args.words[1].startswith("@")
    other, second = common.locate(f"{path}{args.words[1]}" if same else args.words[1])
    if first is None or second is None or other != path:
        raise UsageError(
            "two moments of one recording are compared", hint="escope diff trace.esr@100 @250"
        )
    with common.opened(path) as (rec, _):
        moments = sorted((common.moment(rec, first), common.moment(rec, second)))
        changes = rec.changes(moments[1], since=moments[0]) if moments[0] != moments[1] else []
        if args.json:
            rows = (_facts(rec, change, moments) for change in changes)
            common.write_all(rows, args, str, "nothing differs")
        else:
            common.write_all(changes, args, lambda c: _line(rec, c, moments[0]), "nothing differs")
    return 0


def _old(rec: Recording, change: Change, before: int) -> str | None:
    """What the variable was worth before; None where it was not bound."""
    from escope_tui.errors import EscopeError

    try:
        names = (
            rec.locals(before, change.frame_id)
            if change.scope == "local"
            else rec.globals(before, change.frame_id)
        )
        return common.shown(names.get(change.name))
    except (EscopeError, LookupError):
        return None


def _facts(rec: Recording, change: Change, moments: list[int]) -> dict[str, object]:
    from escope_tui.cli.plain import plain

    return {**plain(change), "old": _old(rec, change, moments[0]), "steps": moments}


def _line(rec: Recording, change: Change, before: int) -> str:
    old = _old(rec, change, before)
    new = "unbound" if change.value is None else change.value.summary(100)
    inside = " (the same object)" if change.in_place else ""
    was = "" if old is None else f"  (was {one_line(old, 100)})"
    return f"{change.scope}  {one_line(change.name, 60)} = {new}{inside}{was}"
