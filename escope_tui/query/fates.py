"""Exceptions by what became of them: those that nothing recorded caught are few, and are looked for
without a word about the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..model.events import ExceptionEvent
from ..replay.recording import EV_CAUGHT
from ..replay.survey import GAP
from .exceptions import (
    blocks_of,
    exceptions_in,
    iter_exceptions,
    still_running,
    uncaught_exceptions,
    window,
)
from .raised import may_swallow, newest_place, unseen_raises
from .spots import Spots
from .thrown import yields

if TYPE_CHECKING:
    from ..replay.recording import Replay


def exceptions_of_fate(
    rec: Replay, fate: str, step: int = -1, direction: int = 1
) -> Iterator[ExceptionEvent]:
    """As `iter_exceptions`, those of one fate (see `ExceptionEvent.fate`). Uncaught ones are looked
    for where the threads end; for others that nothing caught, chunks in which everything that was
    raised was caught are passed by.
    """
    if fate == "uncaught":
        ends = uncaught_exceptions(rec)
        found = iter(ends) if direction > 0 else reversed(ends)
        return (e for e in found if (e.step - step) * direction > 0 and e.fate == fate)
    if fate == "caught" or "exceptions" in rec.kept:
        return (each for each in iter_exceptions(rec, step, direction) if each.fate == fate)
    if fate == "swallowed" and not may_swallow(rec) and not _has_gaps(rec):
        return iter(())
    return (each for each in _uncaught_here(rec, step, direction) if each.fate == fate)


def _has_gaps(rec: Replay) -> bool:
    return any(each.flags & GAP for each in rec.file.chunks)


def _uncaught_here(rec: Replay, step: int, direction: int) -> Iterator[ExceptionEvent]:
    """The exceptions of the chunks in which any was raised that nothing recorded caught."""
    span = (step + 1, len(rec)) if direction > 0 else (0, step)
    spots = Spots(rec)
    for own in blocks_of(rec, span, direction):
        if may_go_uncaught(rec, own, spots):
            here = exceptions_in(rec, own, span, spots)
            yield from here if direction > 0 else reversed(here)


def may_go_uncaught(rec: Replay, own: range, spots: Spots) -> bool:
    """Whether any exception that was raised in some chunks in a row may not have been caught by
    recorded code: it is still on its way behind them, a statement runs on that may yet raise, or a
    `raise` ran of which nothing was seen.
    """
    near = window(rec, own, spots)
    if near is None:
        return True
    first, stop = rec.surveyor.span(own[0])[0], rec.surveyor.span(own[-1])[1]
    raised: Counter[int] = Counter()
    flying: dict[tuple[int, object], bool] = {}
    some = [number for number in near if rec.file.chunks[number].n_exceptions]
    for _, rows in rec.surveyor.beside(some, rec.surveyor.survey.raises):
        for row in rows:
            key = (row[2], row[5])
            caught = row[1] == EV_CAUGHT
            known = flying.pop(key, None) if caught else flying.get(key)
            if known is not None:
                continue
            if caught and spots.star(row[9] if row[9] >= 0 else row[4]) is not None:
                return True  # a part of a group
            step, site = newest_place(rec, row)
            here = first <= step < stop
            raised[site] += here
            if not caught:
                flying[key] = here or spots.in_finally(site) or yields(rec, site)
    if any(flying.values()) or still_running(rec, own, near)[1]:
        return True
    return bool(unseen_raises(rec, own, raised))
