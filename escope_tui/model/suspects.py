"""Statements that are suspected of a failure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Suspect:
    """One statement, and how strongly passing and failing recordings speak against it."""

    file: str
    line: int
    function: str
    source: str
    score: float
    """The sum of the parts, weighted; only the order means something."""
    ochiai: float
    """Spectrum: how well "this line ran" goes with failing (Ochiai coefficient, 0 to 1)."""
    dstar: float
    """Spectrum: D* with exponent 2; infinite where only failing runs ran the line."""
    predicate: float
    """The best Ochiai coefficient of a fact about values, branches or counts at the line."""
    fact: str
    """That fact, in words."""
    change: float
    """The best Ochiai coefficient of a small change of the statement, such as `<=` for `<`: how
    well "it would have given something else" goes with failing. 0 where it is no better than that
    the line ran.
    """
    changed: str
    """That change: the expression that stands there, and what could."""
    cut: bool
    """Some of the small changes, or of the executions, were not looked at: they would have taken
    too long.
    """
    recency: float
    """How late the line last ran before the failure (0 to 1)."""
    sliced: float
    """Whether the failing result depends on it: 1 by data, less by control, 0 not at all."""
    failing: int
    """Failing recordings that ran it."""
    passing: int
    """Passing recordings that ran it."""
