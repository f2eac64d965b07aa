"""Executions of a line or a function as a table: log points after the fact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ..errors import EscopeError, NotFoundError
from ..model.answers import Execution
from ..model.rows import Rows
from ..model.text import safe_text
from ..replay.reach import check_condition
from ..replay.sampling import Hit, Sampler
from .calls import CallView, each_call, functions_called

if TYPE_CHECKING:
    from ..replay.recording import Replay


def iter_executions(
    rec: Replay,
    file: str | None = None,
    line: int | None = None,
    function: str | None = None,
    expressions: Sequence[str] = (),
    where: str = "",
    start: int = 0,
    stop: int | None = None,
    direction: int = 1,
    limit: int | None = None,
) -> Iterator[Execution]:
    """The executions of a line (`file`, `line`), or the calls of a function, as `Execution`s, in
    order of time (`direction` -1: from the end). Only rows for which the expression `where` holds
    are there; where it cannot be answered, the row says so in `problem`.
    """
    if (line is None) == (function is None):
        raise EscopeError(
            "ask for a line or for a function",
            slug="bad-question",
            hint='such as file="shop.py", line=7, or function="discount"',
        )
    if direction not in (1, -1):
        raise EscopeError("the direction is 1 or -1", slug="bad-question")
    if function is not None:
        check_condition(rec, where, rec.program.enter_sites(functions_called(rec, function, file)))
        rows = _calls(rec, function, file, expressions, where, (start, stop), direction)
    else:
        sites = line_sites(rec, file, line or 0)
        check_condition(rec, where, sites)
        found = Sampler(rec, rec.surveyor).hits(sites, expressions, where, start, stop, direction)
        rows = (_execution(rec, hit) for hit in found)
    return rows if limit is None else islice(rows, max(limit, 0))


def execution_rows(
    rec: Replay,
    file: str | None,
    line: int | None,
    function: str | None,
    expressions: Sequence[str],
    where: str,
    span: tuple[int, int],
    direction: int = 1,
    limit: int | None = None,
) -> Rows[Execution]:
    """As `iter_executions`, as a sequence; how many executions of a line there are is told by the
    index where all of them are wanted.
    """

    def ask(span: tuple[int, int], way: int, most: int | None = None) -> Iterator[Execution]:
        return iter_executions(rec, file, line, function, expressions, where, *span, way, most)

    ask(span, direction, 0)  # what is wrong with the question is told now
    every = not where.strip() and limit is None and direction > 0 and span == (0, len(rec))
    parts = None
    if line is not None and every:
        parts = rec.surveyor.counted(line_sites(rec, file, line))

    def walk(way: int) -> Iterator[Execution]:
        if limit is not None and way < 0:
            return reversed(list(ask(span, direction, limit)))
        return ask(span, direction * way, limit)

    return Rows(walk, parts, lambda number: list(ask(rec.surveyor.span(number), 1)))


def line_sites(rec: Replay, file: str | None, line: int) -> list[int]:
    """The sites of a line; an error that says what is near when there is no statement."""
    if file is None:
        files = rec.files()
        if len(files) != 1:
            raise EscopeError(
                "a line needs a file",
                slug="bad-question",
                hint="the recording has " + ", ".join(safe_text(each) for each in files[:5]),
            )
        file = files[0]
    sites = rec.program.sites_at(file, line)
    if not sites:
        lines = sorted(
            {
                site.line
                for module in rec.program.modules_of(file)
                for _, site in rec.program.module_sites(module)
                if site.flags & 1
            }
        )
        near = sorted(lines, key=lambda each: (abs(each - line), each))[:3]
        raise NotFoundError(
            f"no recorded statement is on line {line} of {safe_text(file)}",
            hint=f"the nearest are on {', '.join(map(str, sorted(near)))}" if near else "",
        )
    return sites


def _execution(rec: Replay, hit: Hit) -> Execution:
    site = rec.program.site(hit.site)
    return Execution(
        hit.step,
        rec.program.paths[site.module],
        site.line,
        rec.program.function_of(site).qualname,
        hit.thread,
        hit.frame,
        hit.time_ns,
        hit.values,
        "" if hit.holds is True else getattr(hit.holds, "message", ""),
    )


def _calls(
    rec: Replay,
    function: str,
    file: str | None,
    expressions: Sequence[str],
    where: str,
    span: tuple[int, int | None],
    direction: int,
) -> Iterator[Execution]:
    functions = functions_called(rec, function, file)
    start, stop = span
    if not expressions and not where.strip():
        for call, time_ns in each_call(rec, functions, start, stop, direction):
            yield Execution(
                call.enter,
                call.file,
                call.line,
                call.function,
                call.thread,
                call.frame_id,
                time_ns,
                (),
                "",
                call,
            )
        return
    view = CallView(rec)
    sites = rec.program.enter_sites(functions)
    entry = frozenset(site for site in sites if rec.program.site(site).flags & 2)
    hits = Sampler(rec, rec.surveyor).hits(sites, expressions, where, start, stop, direction)
    for hit in hits:
        if hit.site not in entry and rec.next_frame_step(hit.step - 1, -1, hit.frame) >= 0:
            continue
        row = _execution(rec, hit)
        call = view.call(hit.step)
        yield Execution(
            row.step,
            row.file,
            call.line,
            row.function,
            row.thread,
            row.frame_id,
            row.time_ns,
            row.values,
            row.problem,
            call,
        )
