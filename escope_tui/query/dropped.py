"""Where an exception may have been dropped: by the `with` and `finally` around what raised it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..replay.recording import EV_END, EV_RETURN
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.tables import Function

_PLAIN = ("staticmethod", "classmethod")
"""Decorators that call nothing of their own."""


def outwards(rec: Replay, number: int) -> Iterator[tuple[ast.AST, ast.AST]]:
    """A site's statement and what it is in, then that and what it is in, as far as the function."""
    site = rec.program.site(number)
    if not site.column:
        return  # a statement at the module's top: no need to parse the whole module
    node: ast.AST | None = rec.syntax.statement(site)
    parents = rec.syntax.parents(site.module)
    while node is not None:
        outer = parents.get(node)
        scopes = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda
        if outer is None or isinstance(outer, scopes):
            return
        yield node, outer
        node = outer


def drops_around(rec: Replay, number: int) -> tuple[int, int] | None:
    """The lines of the innermost statement that can let an exception of a site's statement drop: a
    `with`, or a `try` with a `finally`; None where there is none.
    """
    for node, outer in outwards(rec, number):
        if isinstance(outer, ast.Try | ast.TryStar):
            may = bool(outer.finalbody) and node not in outer.finalbody
        else:
            may = isinstance(outer, ast.With | ast.AsyncWith) and node in outer.body
        if may and isinstance(outer, ast.stmt):
            return outer.lineno, outer.end_lineno or outer.lineno
    return None


def dropped_above(rec: Replay, frame: int, seen: int) -> int | None:
    """Where the caller of a frame went on that an exception left during a step, if it reached the
    caller and a `with` or a `finally` there let it drop: the next step, or, where it came to its
    end, the statement that made the call. None where it did not, or that is not certain.
    """
    with rec.state.lock:
        module, place, caller, *_ = guarded(lambda: rec.scanner.frame_info(frame))
    if not caller:
        return None
    at = rec.next_frame_step(seen, -1, caller)
    lines = drops_around(rec, rec.site_of(at)) if at >= 0 else None
    if lines is None:
        return None
    later = rec.next_frame_step(seen + 1, 1, caller)
    line = rec.program.site(rec.site_of(later)).line if later >= 0 else 0
    if later < 0 and not ended_well(rec, caller):
        return None
    function = rec.program.function(module, place)
    if not _calls(rec, at, function.qualname) or _decorated(rec, function):
        return None  # what it called and is not recorded may have caught it
    inside = lines[0] < line <= lines[1] and drops_around(rec, rec.site_of(later)) == lines
    return None if inside else later if later >= 0 else at


def _calls(rec: Replay, step: int, qualname: str) -> bool:
    """Whether a step's statement itself calls a function by its name, a class for `__init__`."""
    parts = qualname.split(".")
    name = parts[-2] if parts[-1] in ("__init__", "__new__") and len(parts) > 1 else parts[-1]
    node = rec.syntax.statement(rec.program.site(rec.site_of(step)))
    heads = [node] if node is not None and not hasattr(node, "body") else _heads(node)
    calls = (each for head in heads for each in ast.walk(head) if isinstance(each, ast.Call))
    return any(
        name in (getattr(each.func, "id", None), getattr(each.func, "attr", None)) for each in calls
    )


def _decorated(rec: Replay, function: Function) -> bool:
    """Whether a function is called through what a decorator made of it."""
    known: dict[tuple[int, int], bool] = rec.kept.setdefault("decorated", {})
    key = (function.module, function.place)
    if key not in known:
        tree = rec.syntax.tree(function.module)
        known[key] = tree is None or any(
            function.line in (node.lineno, *(each.lineno for each in node.decorator_list))
            and not all(ast.unparse(each) in _PLAIN for each in node.decorator_list)
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        )
    return known[key]


def _heads(node: ast.stmt | None) -> list[ast.AST]:
    """What a compound statement evaluates itself."""
    if node is None:
        return []
    parts = (getattr(node, name, None) for name in ("test", "iter", "subject"))
    found: list[ast.AST] = [each for each in parts if isinstance(each, ast.AST)]
    return found + [each.context_expr for each in getattr(node, "items", ())]


def ended_well(rec: Replay, frame: int) -> bool:
    """Whether a frame came to its end, so that what was raised in it last was dropped."""
    with rec.state.lock:
        module, place, *_ = guarded(lambda: rec.scanner.frame_info(frame))
        last = guarded(lambda: rec.scanner.frame_range(frame)[1])
    if rec.program.function(module, place).kind == "module" and last >= len(rec) - 1:
        return rec.complete and not isinstance(rec.file.meta.get("exception"), dict)
    over = rec.raw_events(last, last + 1, EV_RETURN | EV_END)
    return any(raw[3] == frame for raw in over)
