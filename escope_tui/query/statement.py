"""Why a statement did what it did: what it read, and where that came from."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING

from ..model.causes import Cause
from ..model.text import one_line
from ..replay.state import guarded
from .chosen import chosen_by
from .exceptions import iter_exceptions
from .loops import find_loop
from .sources import header
from .why import Search

if TYPE_CHECKING:
    from ..model.events import ExceptionEvent
    from ..replay.recording import Replay

LONGEST = 60
MOST = 1_000
"""Exceptions inside the calls of one statement that are looked at, the last ones."""


def explain_statement(rec: Replay, step: int, depth: int = 8) -> Cause:
    """The causes of what a step's statement read, and of the exception that it raised if it raised
    one. Of a `raise` also the conditions under which it ran.
    """
    search = Search(rec)
    info = rec.step_info(step)
    after = rec.next_frame_step(step + 1, 1, info.frame)
    error = _raised(rec, step, info.frame, after)
    if error is not None and error.raised.frame_id != info.frame:
        search.flow.horizon = error.step  # the call that raised, and those around it, gave nothing
    else:
        search.flow.horizon = after if after >= 0 else len(rec)
    node = rec.syntax.statement(rec.program.site(info.site))
    began = step
    if isinstance(node, ast.For | ast.AsyncFor):
        loop = find_loop(rec, step)
        began = step if loop is None else loop.first  # what it goes through was made there
    operands = search.flow.operands(_evaluated(node), began, info.frame)
    reads, note = search.read_all(operands, began, info.frame, depth)
    if isinstance(node, ast.Raise):
        reads += chosen_by(search, step, info.frame, depth)
    if error is None:
        name = one_line(rec.program.statement(rec.program.site(info.site)), LONGEST)
        return search.place(name, "statement", None, step, tuple(reads), note)
    if error.value is None:
        note = "; ".join(filter(None, (error.message, note)))
    return search.place(error.type_name, "exception", error.value, step, tuple(reads), note)


def _evaluated(node: ast.stmt | None) -> ast.AST | None:
    """What a statement reads: of an assignment its value, and what finds its targets."""
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return header(node)
    parts = [node.value] if node.value is not None else []
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        for sub in ast.walk(target):
            if isinstance(sub, ast.Attribute | ast.Subscript) and isinstance(sub.ctx, ast.Store):
                parts.append(sub.value)
                parts += [sub.slice] if isinstance(sub, ast.Subscript) else []
    return ast.Tuple(parts, ast.Load())


def _raised(rec: Replay, step: int, frame: int, after: int) -> ExceptionEvent | None:
    """The exception that a statement raised, or that came out of what it called; `after`: the
    frame's next step, -1 where it ended.
    """
    if after < 0:
        with rec.state.lock:
            after = guarded(lambda: rec.scanner.frame_range(frame)[1]) + 1
    for found in islice(iter_exceptions(rec, max(after, step + 1), -1), MOST):
        if found.step < step:
            break
        places = (found.raised, *found.propagated)
        if any(each.step == step and each.frame_id == frame for each in places):
            return found
        if found.propagated and found.caught is not None and found.caught.frame_id == frame:
            return found
        if found.uncaught and any(each.frame == frame for each in rec.state.stack(found.step)):
            return found  # the main module's own end is not among the frames that it ended
    return None
