"""Which statement is to blame: a ranking from passing and failing recordings of one program.

Spectrum-based fault localisation (Ochiai: Abreu et al. 2007; D*: Wong et al. 2014), the same
coefficient over facts about values, branches and counts (after Liblit et al. 2005), the recency of
a line before the failure, the dynamic slice of the failing result, small changes of the statement
that would have made a difference in the failing runs, and how much there is in a statement that can
be wrong. The slice counts by function: what a faulty condition left undone is in
no slice, but the function where it was left undone is.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import EscopeError
from ..model.sites import STEP
from ..model.suspects import Suspect
from .coverage import find_first_failure
from .mutants import differing, small_changes
from .observe import Line, Observed, observe, weight

if TYPE_CHECKING:
    from ..replay.recording import Replay

WEIGHTS = {
    "ochiai": 1.0,
    "predicate": 0.3,
    "recency": 0.33,
    "sliced": 0.05,
    "weight": 0.3,
    "module": -0.35,
    "change": 0.4,
    "exact": 0.2,
}
"""`change` counts by what it is better than the statement's own spectrum; `exact` where a change
would have made a difference in all failing runs and in no passing one.
"""
CANDIDATES = 60
"""Statements, the most suspicious, of which small changes are tried."""
MAX_RUNS = 30
"""Runs of either sort in which they are."""
ENOUGH = 3.0
"""From this weight on a statement is as likely to be wrong as any."""


def rank_suspects(
    passing: Sequence[Replay], failing: Sequence[Replay], limit: int | None = None
) -> list[Suspect]:
    """The statements that failing recordings ran, the most suspicious first. Without passing
    recordings only the failing ones' own facts order them.
    """
    if not failing:
        raise EscopeError(
            "no failing recording to explain",
            slug="bad-question",
            hint="give at least one recording of a run that went wrong",
        )
    good = [observe(rec, _root(rec), sliced=False) for rec in passing]
    bad = [observe(rec, _root(rec)) for rec in failing]
    facts = _best_facts(good, bad)
    lines = {line for run in bad for line in run.lines if run.lines[line]}
    weights, places = _weights(failing[0], lines)
    near = _near(bad, places)
    inner = any(places[line][0] != "<module>" for line in lines)
    found = []
    for line in lines:
        ran_bad = sum(bool(run.lines.get(line)) for run in bad)
        ran_good = sum(bool(run.lines.get(line)) for run in good)
        spectrum = _ochiai(ran_bad, ran_good, len(bad))
        predicate, fact = facts.get(line, (0.0, ""))
        recency = sum(run.last.get(line, 0.0) for run in bad) / len(bad)
        sliced = sum(run.sliced.get(line, 0.0) for run in bad) / len(bad)
        function, source = places[line]
        score = (
            WEIGHTS["ochiai"] * spectrum
            + WEIGHTS["predicate"] * predicate
            + WEIGHTS["recency"] * recency
            + WEIGHTS["sliced"] * near.get((line[0], function), 0.0)
            + WEIGHTS["weight"] * math.log1p(min(weights[line], ENOUGH)) / math.log1p(ENOUGH)
            + (WEIGHTS["module"] if inner and function == "<module>" else 0.0)
        )
        missed = ran_good + len(bad) - ran_bad
        found.append(
            Suspect(
                line[0],
                line[1],
                function,
                source,
                score,
                spectrum,
                ran_bad**2 / missed if missed else math.inf,
                predicate,
                fact,
                0.0,
                "",
                recency,
                sliced,
                ran_bad,
                ran_good,
            )
        )
    found.sort(key=_order)
    tried = _with_changes(found[:CANDIDATES], passing[:MAX_RUNS], failing[:MAX_RUNS])
    found = sorted([*tried, *found[CANDIDATES:]], key=_order)
    return found if limit is None else found[: max(limit, 0)]


def _order(each: Suspect) -> tuple[float, float, str, int]:
    return -each.score, -each.recency, each.file, each.line


def _with_changes(
    suspects: Sequence[Suspect], passing: Sequence[Replay], failing: Sequence[Replay]
) -> list[Suspect]:
    """The suspects with what small changes of them would have done."""
    runs = [(rec, _sites(rec), find_first_failure(rec).step + 1) for rec in (*failing, *passing)]
    rec, sites, _ = runs[0]
    found = []
    for each in suspects:
        line = (each.file, each.line)
        changes = small_changes(rec.syntax.statement(rec.program.site(sites[line][0])))
        counts = [[0, 0] for _ in changes]
        for place, (run, own, stop) in enumerate(runs if changes else ()):
            for number in differing(run, own.get(line, ()), changes, stop):
                counts[number][place >= len(failing)] += 1
        best, chosen, exact = each.ochiai, "", False
        for change, (bad, good) in zip(changes, counts, strict=True):
            score = _ochiai(bad, good, len(failing))
            if score > best:
                best, chosen = score, f"{change.before} → {change.after}"
            exact = exact or (bad == len(failing) and good == 0)
        score = each.score + WEIGHTS["change"] * (best - each.ochiai) + WEIGHTS["exact"] * exact
        found.append(replace(each, score=score, change=best if chosen else 0.0, changed=chosen))
    return found


def _sites(rec: Replay) -> dict[Line, list[int]]:
    """The sites of each line's statements; files relative to what their paths have in common."""
    root, found = _root(rec), dict[Line, list[int]]()
    for module, path in enumerate(rec.program.paths):
        for number, site in rec.program.module_sites(module):
            if site.flags & STEP:
                found.setdefault((path.removeprefix(root), site.line), []).append(number)
    return found


def _near(bad: list[Observed], places: dict[Line, tuple[str, str]]) -> dict[tuple[str, str], float]:
    """In what share of the failing runs the result depends on something in a function."""
    found: dict[tuple[str, str], float] = {}
    for run in bad:
        reached = {(line[0], places[line][0]) for line in run.sliced if line in places}
        for each in reached:
            found[each] = found.get(each, 0.0) + 1 / len(bad)
    return found


def _root(rec: Replay) -> str:
    """What the paths of a recording have in common, so that another checkout's can be compared."""
    paths = [os.path.dirname(path) for path in rec.program.paths if path.startswith("/")]
    try:
        return os.path.join(os.path.commonpath(paths), "") if paths else ""
    except ValueError:
        return ""


def _ochiai(bad: int, good: int, all_bad: int) -> float:
    below = math.sqrt(all_bad * (bad + good))
    return bad / below if below else 0.0


def _best_facts(good: list[Observed], bad: list[Observed]) -> dict[Line, tuple[float, str]]:
    """For each line the fact that goes best with failing."""
    counts: dict[tuple[Line, str], list[int]] = {}
    for place, runs in enumerate((bad, good)):
        for run in runs:
            for each in run.facts:
                counts.setdefault(each, [0, 0])[place] += 1
    best: dict[Line, tuple[float, str]] = {}
    for (line, fact), (in_bad, in_good) in counts.items():
        score = _ochiai(in_bad, in_good, len(bad))
        if in_bad and score > best.get(line, (0.0, ""))[0]:
            best[line] = (score, fact)
    return best


def _weights(
    rec: Replay, lines: set[Line]
) -> tuple[dict[Line, float], dict[Line, tuple[str, str]]]:
    """How much can be wrong in each statement, and its function and source."""
    root = _root(rec)
    weights = dict.fromkeys(lines, 0.0)
    places = dict.fromkeys(lines, ("", ""))
    for module, path in enumerate(rec.program.paths):
        for _, site in rec.program.module_sites(module):
            line = (path.removeprefix(root), site.line)
            if line not in weights or not site.flags & STEP:
                continue
            node = rec.syntax.statement(site)
            weights[line] = max(weights[line], weight(node))
            places[line] = (rec.program.function_of(site).qualname, rec.program.statement(site))
    return weights, places
