"""Places and conditions at which a run through the recording stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EvaluationError

if TYPE_CHECKING:
    from .recording import Replay


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A line, perhaps with a condition over recorded values, or a function's entry."""

    file: str = ""
    line: int = 0
    condition: str = ""
    function: str = ""
    enabled: bool = True

    def sites(self, rec: Replay) -> list[int]:
        """The step sites that it means."""
        if self.function:
            found = rec.program.find_functions(self.function, self.file or None)
            return rec.program.enter_sites(found)
        return rec.program.sites_at(self.file, self.line)


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a run stopped, and why."""

    step: int
    breakpoint: Breakpoint | None
    """None: at an end of the recording."""
    problem: str = ""
    """Why the condition could not be answered; the run stops there all the same."""


def next_stop(
    rec: Replay, start: int, direction: int, breakpoints: list[Breakpoint]
) -> Stop | None:
    """The first stop after (or before) a step; None where there is none up to the end."""
    owners: dict[int, list[Breakpoint]] = {}
    for each in breakpoints:
        if each.enabled:
            for site in each.sites(rec):
                owners.setdefault(site, []).append(each)
    if not owners:
        return None
    sites = frozenset(owners)
    step = start
    while True:
        step = rec.next_site(step + direction, direction, sites)
        if step < 0:
            return None
        for each in owners[rec.site_of(step)]:
            problem = _answer(rec, each, step)
            if problem is not None:
                return Stop(step, each, problem)


def _answer(rec: Replay, stop: Breakpoint, step: int) -> str | None:
    """None: the condition does not hold; else what was wrong with it, empty if nothing."""
    if not stop.condition:
        return ""
    try:
        return "" if rec.evaluate(stop.condition, at=step) else None
    except EvaluationError as error:
        return None if error.slug == "unbound" else error.message
