"""Loops: which iteration a step belongs to, how many there were, where each begins."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

from ..model.answers import Loop
from ..model.sites import ENTER, HEADER, STEP
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Site

LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Headers(Sequence[int]):
    """The steps of a loop's header in one frame, from its first evaluation to the last of this run;
    read by the chunk.
    """

    def __init__(self, rec: Replay, sites: frozenset[int], frame: int, span: tuple[int, int]):
        self._rec = rec
        self._frame = frame
        self._span = span
        self._marked = rec.surveyor.site_set(sites)
        self._numbers = list(rec.surveyor.numbers(*span, sites=sites))
        self._known: dict[int, list[int]] = {}
        self._starts: list[int] = []
        total = 0
        alone = _alone(rec, sites)
        counts: dict[int, int] = {}
        edges = {self._numbers[0], self._numbers[-1]} if self._numbers else set()
        if alone:
            counts = {
                n: sum(k for site, k in rec.surveyor.site_hits(n).items() if site in sites)
                for n in self._numbers
                if n not in edges
            }
        rest = [n for n in self._numbers if n not in counts]
        for number, steps in rec.surveyor.over(rest, self._read):
            counts[number] = len(steps)
        for number in self._numbers:
            self._starts.append(total)
            total += counts[number]
        self._count = total

    def _read(self, number: int) -> list[int]:
        start, stop = self._span
        rows = self._rec.surveyor.survey.hits(number, self._marked, start, stop)
        found = [row[0] for row in rows if row[3] == self._frame]
        if len(self._known) > 8:
            self._known.clear()
        self._known[number] = found
        return found

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> list[int]: ...
    def __getitem__(self, index: int | slice) -> int | list[int]:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(self._count))]
        place = index + self._count if index < 0 else index
        if not 0 <= place < self._count:
            raise IndexError(index)
        at = bisect_right(self._starts, place) - 1
        return self._steps(self._numbers[at])[place - self._starts[at]]

    def _steps(self, number: int) -> list[int]:
        found = self._known.get(number)
        if found is None:
            with self._rec.state.lock:
                found = guarded(lambda: self._read(number))
        return found

    def __iter__(self) -> Iterator[int]:
        for number in self._numbers:
            yield from self._steps(number)

    def place(self, step: int) -> int:
        """How many of the header's steps are at or before a step."""
        seen = 0
        for number, start in zip(self._numbers, self._starts, strict=True):
            if self._rec.file.chunks[number].first_step > step:
                break
            seen = start
            last = number
        if not self._numbers or self._rec.file.chunks[self._numbers[0]].first_step > step:
            return 0
        return seen + bisect_right(self._steps(last), step)


def _alone(rec: Replay, sites: frozenset[int]) -> bool:
    """Whether the loop ran once in all, in the only call of its function: then the index counts
    its iterations.
    """
    hits = rec.file.site_hits()
    if hits.get(min(sites), 0) != 1:
        return False
    site = rec.program.site(min(sites))
    return all(
        hits.get(number, 0) <= 1
        for number, _ in rec.program.module_sites(site.module, ENTER, site.function)
    )


def header_sites(rec: Replay, near: Site) -> frozenset[int]:
    """The sites of a loop header, by one of them; the lowest is its first evaluation."""
    return frozenset(
        number
        for number, site in rec.program.module_sites(near.module, HEADER, near.function)
        if site.flags & STEP and (site.line, site.column) == (near.line, near.column)
    )


def find_loop(rec: Replay, step: int, level: int = 0) -> Loop | None:
    """The innermost loop around a step's statement (`level` 1: the one around that); the statement
    may be the header itself. None where there is none.
    """
    info = rec.step_info(step)
    site = rec.program.site(info.site)
    node: ast.AST | None = rec.syntax.statement(site)
    parents = rec.syntax.parents(site.module)
    child: ast.AST | None = None
    while node is not None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            if child is not None:
                return None
        elif isinstance(node, LOOPS) and child not in node.orelse:
            if level == 0:
                return _loop(rec, step, node, site)
            level -= 1
        node, child = parents.get(node), node
    return None


def _loop(rec: Replay, step: int, node: ast.stmt, near: Site) -> Loop | None:
    frame = rec.step_info(step).frame
    found = [
        each
        for _, each in rec.program.module_sites(near.module, HEADER, near.function)
        if (each.line, each.column) == (node.lineno, node.col_offset)
    ]
    if not found:
        return None
    sites = header_sites(rec, found[0])
    first = _frame_site(rec, step, -1, frozenset((min(sites),)), frame)
    if first < 0:
        return None
    later = _frame_site(rec, first + 1, 1, frozenset((min(sites),)), frame)
    end = later if later >= 0 else len(rec)
    headers = Headers(rec, sites, frame, (first, end))
    place = headers.place(step)
    count = _iterations(rec, headers, node, frame)
    site = rec.program.site(min(sites))
    return Loop(
        rec.program.paths[site.module],
        site.line,
        rec.program.function_of(site).qualname,
        frame,
        headers[place - 1],
        place,
        count,
        first,
        headers[-1],
        headers,
    )


def _iterations(rec: Replay, headers: Headers, node: ast.stmt, frame: int) -> int:
    """How many of the header's evaluations began an iteration: all, or all but the last."""
    after = rec.next_frame_step(headers[-1] + 1, 1, frame)
    body = getattr(node, "body", [])
    first, last = body[0].lineno, body[-1].end_lineno or body[-1].lineno
    if after >= 0:
        line = rec.program.site(rec.site_of(after)).line
        if first <= line <= last and not _is_header_line(node, line):
            return len(headers)
    return len(headers) - 1


def _is_header_line(node: ast.stmt, line: int) -> bool:
    body = getattr(node, "body", [])
    return line == node.lineno and body[0].lineno != node.lineno


def _frame_site(rec: Replay, start: int, direction: int, sites: frozenset[int], frame: int) -> int:
    at = rec.next_site(start, direction, sites)
    while at >= 0 and rec.step_info(at).frame != frame:
        at = rec.next_site(at + direction, direction, sites)
    return at
