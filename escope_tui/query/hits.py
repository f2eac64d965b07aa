"""Executions of a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..model.events import Hit
from ..model.sites import BEGINS_STEP

if TYPE_CHECKING:
    from ..replay.recording import Replay


def iter_hits(
    rec: Replay, file: str, line: int, start: int = 0, direction: int = 1
) -> Iterator[Hit]:
    """The executions of a line from a step on, in either direction."""
    sites = frozenset(rec.program.sites_at(file, line))
    step = rec.next_site(start, direction, sites)
    while step >= 0:
        info = rec.step_info(step)
        site = rec.program.site(info.site)
        function = rec.program.function_of(site)
        path = rec.program.paths[site.module]
        yield Hit(step, path, site.line, function.qualname, info.thread, info.frame, info.time_ns)
        step = rec.next_site(step + direction, direction, sites)


def line_counts(rec: Replay, file: str) -> dict[int, int]:
    """How many steps were on each line of a file that holds a statement; 0 where none was."""
    totals = rec.file.site_hits()
    counts: dict[int, int] = {}
    for module in rec.program.modules_of(file):
        for number, site in rec.program.module_sites(module):
            if site.flags & BEGINS_STEP:
                counts[site.line] = counts.get(site.line, 0) + totals.get(number, 0)
    return counts
