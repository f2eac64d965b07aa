"""Exceptions that came into a generator from outside, as a `with` over `contextlib.contextmanager`
throws them in at the `yield`: which caller's statement raised them.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from ..model.text import safe_text
from ..model.values import Value

if TYPE_CHECKING:
    from ..replay.recording import Replay

Entry = tuple[str, str, int]
"""A line of a traceback: function, file, line."""


def thrown_from(rec: Replay, step: int, moment: int, value: Value | None) -> int | None:
    """The step of the statement that raised an exception which a generator's statement at `step`
    was seen to let out at `moment`; None where nothing tells of another place. The traceback does:
    below the generator's own line stands that of the caller. `value` as it was at the moment.
    """
    entries = traceback(value) if yields(rec, rec.site_of(step)) else []
    found = None
    while entries and yields(rec, rec.site_of(step)):
        frame = rec.step_info(step).frame
        inner = rec.state.frame_state(moment, frame).function
        site = rec.program.site(rec.site_of(step))
        own = (inner.name, rec.program.paths[inner.module])
        last = max(
            (
                at
                for at, each in enumerate(entries)
                if each[:2] == own and site.line <= each[2] <= site.end_line
            ),
            default=-1,
        )
        entries = entries[last + 1 :]
        caller = _caller(rec, frame, moment, {entry[:2]: entry[2] for entry in entries})
        if caller is None:
            break
        found = step = caller
    return found


def _caller(rec: Replay, frame: int, moment: int, lines: dict[tuple[str, str], int]) -> int | None:
    """The newest step of the nearest frame above one that a traceback names, if it is in that line
    of it.
    """
    for state in reversed(rec.state.stack_above(moment, frame)):
        line = lines.get((state.function.name, rec.program.paths[state.function.module]))
        if line is not None and state.last_step >= 0:
            site = rec.program.site(rec.site_of(state.last_step))
            return state.last_step if site.line <= line <= site.end_line else None
    return None


def yields(rec: Replay, site: int) -> bool:
    """Whether the statement of a site hands a value out of a generator."""
    known: dict[int, bool] = rec.kept.setdefault("yields", {})
    found = known.get(site)
    if found is None:
        info = rec.program.site(site)
        lines = rec.program.lines(info.module)[info.line - 1 : info.end_line]
        node = rec.syntax.statement(info) if any("yield" in each for each in lines) else None
        inside = ast.walk(node) if node is not None else ()
        found = any(isinstance(each, ast.Yield | ast.YieldFrom) for each in inside)
        known[site] = found
    return found


def traceback(value: Value | None) -> list[Entry]:
    """The traceback that was recorded with an exception, outermost first."""
    found = None if value is None else value.attr("__traceback__")
    if found is None or found.kind != "tuple":
        return []
    entries: list[Entry] = []
    for _, _, entry in found.entries():
        parts = [member.data for *_, member in entry.entries()]
        if len(parts) == 3 and isinstance(parts[1], int):
            entries.append((safe_text(str(parts[2])), safe_text(str(parts[0])), parts[1]))
    return entries
