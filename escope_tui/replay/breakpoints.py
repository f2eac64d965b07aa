"""Places and conditions at which a run through the recording stops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import EscopeError, EvaluationError

if TYPE_CHECKING:
    from .recording import Replay

NEAR = 100
"""Hits that are looked at one by one, before all of a chunk is."""
FATES = ("", "raised", "caught", "uncaught", "left", "swallowed")


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """A line or a function's entry; an exception; a change of data. Any of them perhaps with a
    condition over recorded values, or with a hit count.
    """

    file: str = ""
    line: int = 0
    condition: str = ""
    function: str = ""
    enabled: bool = True
    hits: int = 0
    """Stop only at this hit, counted from the recording's start; 0: at each."""
    exception: str = ""
    """The end of the name of an exception's type or of one that this is derived from, or "*" for
    any: stops at the statement that raised, or where it was caught."""
    fate: str = ""
    """Of exceptions: "" or "raised" all, "caught" (stops at the handler), "uncaught", "left",
    "swallowed"."""
    target: str = ""
    """A variable, attribute or item: stops at the first step that shows each change of it."""
    at: int | None = None
    """The step at which `target` is read; None: the one that the run starts at."""
    frame: int | None = None
    """The frame from which `target` is seen; None: the step's."""
    object_id: int = 0
    """An object, whatever its names: stops at the first step that shows each change of it."""
    passed: bool = False
    """With `object_id`: stops where the object is passed to a function, instead."""

    @property
    def special(self) -> bool:
        """It is about an exception or about data, not about a place."""
        return bool(self.exception or self.target or self.object_id)

    def sites(self, rec: Replay) -> list[int]:
        """The step sites that it means."""
        if self.special:
            return []
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
    best: Stop | None = None
    plain: list[Breakpoint] = []
    for each in breakpoints:
        if not each.enabled:
            continue
        if each.fate not in FATES:
            raise EscopeError(
                f"an exception's fate is one of {', '.join(FATES[1:])}", slug="bad-question"
            )
        if each.special or each.hits:
            best = _nearer(best, _special(rec, start, direction, each), direction)
        else:
            plain.append(each)
    return _nearer(best, _at_places(rec, start, direction, plain, best), direction)


def _nearer(one: Stop | None, other: Stop | None, direction: int) -> Stop | None:
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda stop: stop.step * direction)


def _at_places(
    rec: Replay, start: int, direction: int, breakpoints: list[Breakpoint], limit: Stop | None
) -> Stop | None:
    owners: dict[int, list[Breakpoint]] = {}
    for each in breakpoints:
        for site in each.sites(rec):
            owners.setdefault(site, []).append(each)
    if not owners:
        return None
    sites = frozenset(owners)
    step = start
    for _ in range(NEAR):
        step = rec.next_site(step + direction, direction, sites)
        if step < 0 or (limit is not None and (step - limit.step) * direction > 0):
            return None
        for each in owners[rec.site_of(step)]:
            problem = _answer(rec, each, step)
            if problem is not None:
                return Stop(step, each, problem)
    best = limit
    for each in breakpoints:
        best = _nearer(best, _far(rec, step, direction, each, best), direction)
    return None if best is limit else best


def _far(
    rec: Replay, start: int, direction: int, stop: Breakpoint, limit: Stop | None
) -> Stop | None:
    """The next stop at a place, many hits away: chunk by chunk instead of hit by hit."""
    from .sampling import Sampler

    sites = stop.sites(rec)
    if not stop.condition:
        step = rec.next_site(start + direction, direction, frozenset(sites))
        return Stop(step, stop) if step >= 0 else None
    if direction > 0:
        span = (start + 1, len(rec) if limit is None else limit.step + 1)
    else:
        span = (0 if limit is None else limit.step, start)
    sampler = Sampler(rec, rec.surveyor)
    for hit in sampler.hits(sites, (), stop.condition, *span, direction):
        return Stop(hit.step, stop, "" if hit.holds is True else getattr(hit.holds, "message", ""))
    return None


def _special(rec: Replay, start: int, direction: int, stop: Breakpoint) -> Stop | None:
    """Stops by exceptions, data and hit counts: the questions' layer knows of them."""
    if stop.hits:
        step = rec.hit_number(stop)
        if step is None or (step - start) * direction <= 0:
            return None
        return Stop(step, stop)
    step = start
    while True:
        found = rec.special_stop(stop, step, direction, start)
        if found is None:
            return None
        if (found - step) * direction > 0:
            problem = _answer(rec, stop, found)
            if problem is not None:
                return Stop(found, stop, problem)
        step = max(found, step + 1) if direction > 0 else min(found, step - 1)
        if not 0 <= step < len(rec):
            return None


def _answer(rec: Replay, stop: Breakpoint, step: int) -> str | None:
    """None: the condition does not hold; else what was wrong with it, empty if nothing."""
    if not stop.condition:
        return ""
    try:
        return "" if rec.evaluate(stop.condition, at=step) else None
    except EvaluationError as error:
        return None if error.slug == "unbound" else error.message
