"""Which statement is to blame: a ranking from passing and failing recordings of one program.

Spectrum-based fault localisation (Ochiai: Abreu et al. 2007; D*: Wong et al. 2014), the same
coefficient over facts about values, branches and counts (after Liblit et al. 2005), the recency of
a line before the failure, the dynamic slice of the failing result, small changes of the statement
that would have made a difference in the failing runs, and how much there is in a statement that can
be wrong. The slice counts by function: what a faulty condition left undone is in no slice, but the
function where it was left undone is.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ..errors import EscopeError
from ..model.sites import STEP
from ..model.suspects import Suspect
from ..replay.evaluator import Effort
from .coverage import find_first_failure
from .mutants import compiled, differing, small_changes
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
EFFORT = 4_000_000
"""Units of `Effort` that all small changes may take together: some seconds of work."""
SHARE = 8
"""One statement has an eighth of what is left: the more suspicious, the more there is for it."""
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
    weights, places = _weights(failing, lines)
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
                False,
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
    runs = [
        _Run(rec, _sites(rec), find_first_failure(rec).step + 1, failed)
        for group, failed in ((failing, True), (passing, False))
        for rec in group
    ]
    effort = Effort(EFFORT)
    return [_with_change(each, runs, effort.part(SHARE)) for each in suspects]


class _Run(NamedTuple):
    rec: Replay
    sites: dict[Line, list[int]]
    stop: int
    failed: bool


def _with_change(suspect: Suspect, runs: Sequence[_Run], effort: Effort) -> Suspect:
    """A suspect with the small change that goes best with failing."""
    line = (suspect.file, suspect.line)
    knows = next((run for run in runs if line in run.sites), None)
    if knows is None:
        return suspect
    rec = knows.rec
    changes = small_changes(rec.syntax.statement(rec.program.site(knows.sites[line][0])))
    asked = compiled(changes)
    counts = dict.fromkeys(asked, (0, 0))
    failing = sum(run.failed for run in runs)
    cut = False
    for number, run in enumerate(runs):
        if not asked:
            break
        own = effort.part(len(runs) - number)
        tried = differing(run.rec, run.sites.get(line, ()), asked, run.stop, own)
        cut = cut or tried.cut
        for place in tried.found:
            bad, good = counts[place]
            counts[place] = (bad + run.failed, good + (not run.failed))
        rest = sum(each.failed for each in runs[number + 1 :])
        hopeful = _hopeful(counts, suspect.ochiai, failing, rest, len(runs) - number - 1 - rest)
        counts = {place: counts[place] for place in hopeful if place not in tried.missed}
        asked = {place: asked[place] for place in counts}
    best, chosen, exact = suspect.ochiai, "", False
    for place, (bad, good) in counts.items():
        score = _ochiai(bad, good, failing)
        if score > best:
            best, chosen = score, f"{changes[place].before} → {changes[place].after}"
        exact = exact or (bad == failing and good == 0)
    score = suspect.score + WEIGHTS["change"] * (best - suspect.ochiai) + WEIGHTS["exact"] * exact
    return replace(suspect, score=score, change=best if chosen else 0.0, changed=chosen, cut=cut)


def _hopeful(
    counts: dict[int, tuple[int, int]], least: float, failing: int, bad_left: int, good_left: int
) -> list[int]:
    """The changes that can still turn out to be the best, whatever the runs to come give."""
    sure = [_ochiai(bad, good + good_left, failing) for bad, good in counts.values()]
    floor = max(sure, default=0.0)
    found = []
    for place, (bad, good) in counts.items():
        top = _ochiai(bad + bad_left, good, failing)
        if top == 1.0 or (top > least and top >= floor):
            found.append(place)
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
    runs: Sequence[Replay], lines: set[Line]
) -> tuple[dict[Line, float], dict[Line, tuple[str, str]]]:
    """How much can be wrong in each statement, and its function and source."""
    weights = dict.fromkeys(lines, 0.0)
    places = dict.fromkeys(lines, ("", ""))
    missing = set(lines)
    for rec in runs:
        if not missing:
            break
        for line, numbers in _sites(rec).items():
            if line not in missing:
                continue
            missing.discard(line)
            for site in map(rec.program.site, numbers):
                weights[line] = max(weights[line], weight(rec.syntax.statement(site)))
                function = rec.program.function_of(site).qualname
                places[line] = (function, rec.program.statement(site))
    return weights, places
