"""What each function did: calls, steps, time, exceptions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..model.answers import FunctionStats
from ..model.sites import BEGINS_STEP, ENTER, UNWIND

if TYPE_CHECKING:
    from ..replay.recording import Replay


def read_functions(
    rec: Replay, progress: Callable[[float], None] | None = None
) -> list[FunctionStats]:
    """The functions that ran, those that took the most time of their own first. Counts come from
    the index, times from the chunks' sums; where a chunk has none, it is decoded. What passed
    between two readings of the clock (docs/format.md, Times) is shared by the events in between.
    """
    calls, steps = counts(rec)
    own: dict[int, float] = {}
    total: dict[int, float] = {}
    chunks = rec.file.chunks
    survey = rec.surveyor.survey

    def read(number: int) -> dict[int, tuple[float, float]]:
        later = chunks[number + 1].first_ns if number + 1 < len(chunks) else chunks[number].last_ns
        return _summed(rec, number, later) or survey.times(number, later)

    for number, found in rec.surveyor.beside(range(len(chunks)), read):
        for function, (own_ns, total_ns) in found.items():
            own[function] = own.get(function, 0) + own_ns
            total[function] = total.get(function, 0) + total_ns
        if progress is not None:
            progress((number + 1) / len(chunks))
    _count_expressions(rec, calls)
    failed = _failed(rec)
    result = []
    for each in rec.program.functions():
        key = (each.module, each.place)
        if not steps.get(key) and not calls.get(key):
            continue
        number = survey.function_number(*key)
        result.append(
            FunctionStats(
                each.qualname,
                rec.program.paths[each.module],
                each.line,
                calls.get(key, 0),
                steps.get(key, 0),
                round(own.get(number, 0.0)),
                round(total.get(number, 0.0)),
                failed.get(key, 0),
            )
        )
    return sorted(result, key=lambda each: (-each.own_ns, -each.steps, each.file, each.line))


def _summed(rec: Replay, number: int, later: int) -> dict[int, tuple[float, float]] | None:
    """As `Survey.times`, from what the chunk sums up itself; None: it does not."""
    sums = rec.sums(number)
    if sums is None or sums.spent is None:
        return None
    behind = max(later - rec.file.chunks[number].last_ns, 0)
    return {
        function: (
            each.own + (behind if function == sums.running else 0),
            each.total + (behind if each.stays else 0),
        )
        for function, each in sums.spent.items()
    }


def _count_expressions(rec: Replay, calls: dict[tuple[int, int], int]) -> None:
    """Generator expressions: the index tells their iterations, not how many there were."""
    found = [each for each in rec.program.functions() if each.kind == "genexp"]
    wanted = rec.surveyor.function_set(found)
    sites = frozenset(rec.program.enter_sites(found))
    survey = rec.surveyor.survey
    numbers = rec.surveyor.numbers(sites=sites)
    read = rec.surveyor.beside(numbers, lambda n: survey.calls(n, wanted, 0, len(rec) + 1))
    for _, rows in read:
        for row in rows:
            site = rec.program.site(row[1])
            key = (site.module, site.function)
            calls[key] = calls.get(key, 0) + 1


def counts(rec: Replay) -> tuple[dict[tuple[int, int], int], dict[tuple[int, int], int]]:
    """Calls and steps of each function, by module and place."""
    calls: dict[tuple[int, int], int] = {}
    steps: dict[tuple[int, int], int] = {}
    for number, hits in rec.file.site_hits().items():
        site = rec.program.site(number)
        key = (site.module, site.function)
        if site.flags & ENTER:
            calls[key] = calls.get(key, 0) + hits
        if site.flags & BEGINS_STEP:
            steps[key] = steps.get(key, 0) + hits
    return calls, steps


def _failed(rec: Replay) -> dict[tuple[int, int], int]:
    """How often an exception ended a frame of each function, from the index."""
    found: dict[tuple[int, int], int] = {}
    for number, hits in rec.file.site_hits().items():
        site = rec.program.site(number)
        if site.flags & UNWIND:
            key = (site.module, site.function)
            found[key] = found.get(key, 0) + hits
    return found
