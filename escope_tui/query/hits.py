"""Executions of a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..model.events import Hit
from ..model.rows import Rows
from ..model.sites import STEP

if TYPE_CHECKING:
    from ..replay.recording import Replay


def iter_hits(
    rec: Replay, file: str, line: int, start: int = 0, direction: int = 1
) -> Iterator[Hit]:
    """The executions of a line from a step on, in either direction."""
    span = (start, len(rec)) if direction > 0 else (0, start + 1)
    return _hits(rec, frozenset(rec.program.sites_at(file, line)), span, direction)


def all_hits(rec: Replay, file: str, line: int) -> Rows[Hit]:
    """The executions of a line; the index tells how many."""
    sites = frozenset(rec.program.sites_at(file, line))
    return Rows(
        lambda direction: _hits(rec, sites, (0, len(rec)), direction),
        rec.surveyor.counted(sites),
        lambda number: list(_hits(rec, sites, rec.surveyor.span(number))),
    )


def _hits(
    rec: Replay, sites: frozenset[int], span: tuple[int, int], direction: int = 1
) -> Iterator[Hit]:
    places = {}
    for number in sites:
        site = rec.program.site(number)
        function = rec.program.function_of(site)
        places[number] = (rec.program.paths[site.module], site.line, function.qualname)
    survey = rec.surveyor.survey
    marked = rec.surveyor.site_set(sites)
    numbers = rec.surveyor.numbers(*span, direction, sites)
    for _, rows in rec.surveyor.beside(numbers, lambda n: survey.steps_at(n, marked, *span)):
        for step, number, thread, frame, ns in rows if direction > 0 else reversed(rows):
            yield Hit(step, *places[number], thread, frame, ns)


def statement_sites(rec: Replay, file: str, line: int) -> frozenset[int]:
    """The sites where a line's statements begin; of a line inside a longer comprehension, which
    holds none, those of its iterations.
    """
    sites = rec.program.sites_at(file, line)
    begins = [each for each in sites if rec.program.site(each).flags & STEP]
    return frozenset(begins or sites)


def statement_counts(rec: Replay, file: str) -> dict[int, int]:
    """How often the statements on each line ran; the iterations of a comprehension count only on
    lines that hold nothing else.
    """
    begun: dict[int, int] = {}
    inside: dict[int, int] = {}
    for flags, line, count in _counted(rec, file):
        counts = begun if flags & STEP else inside
        counts[line] = counts.get(line, 0) + count
    return inside | begun


def line_counts(rec: Replay, file: str) -> dict[int, int]:
    """How many steps were on each line of a file that holds a statement; 0 where none was."""
    counts: dict[int, int] = {}
    for _, line, count in _counted(rec, file):
        counts[line] = counts.get(line, 0) + count
    return counts


def _counted(rec: Replay, file: str) -> Iterator[tuple[int, int, int]]:
    """Flags, line and hits of each site of a file at which a step begins."""
    totals = rec.file.site_hits()
    for module in rec.program.modules_of(file):
        for number, flags, line in rec.program.step_sites(module):
            yield flags, line, totals.get(number, 0)
