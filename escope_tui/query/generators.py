"""What generators gave to a statement, and which statement took the last of one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from ..model.values import Value
from ..replay.recording import EV_YIELD
from .calls import iter_calls
from .sources import header

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from .flow import Child
    from .why import Search

FAR = 50_000
"""Steps of a statement up to which what its generators gave is looked for."""
CANDIDATES = 20
PREFIXES = ("<generator ", "<async_generator ")


def function_of(value: Value) -> str:
    """The name of a generator's function; empty for any other iterator."""
    if value.kind != "iterator":
        return ""
    said = value.summary(200)
    prefix = next((each for each in PREFIXES if said.startswith(each)), "")
    return said[len(prefix) :].partition(">")[0] if prefix else ""


def given_by(rec: Replay, child: Child, stop: int) -> list[tuple[Any, ...]]:
    """The `yield` events of a generator's frame before a step."""
    end = min(stop, len(rec), child.enter + FAR)
    return [raw for raw in rec.raw_events(child.enter, end, EV_YIELD) if raw[3] == child.frame]


def spent_by(search: Search, value: Value, at: int, frame: int) -> int | None:
    """The step of a frame's statement that took the last from a generator before a moment."""
    name, rec = function_of(value), search.rec
    if not name or not frame:
        return None
    try:
        calls = list(islice(iter_calls(rec, name, None, min(at, len(rec)) - 1, -1), CANDIDATES))
    except EscopeError:
        return None
    for call in calls:
        end = search.calls.call_end(call)
        if end.step is None or end.step >= at or end.outcome not in ("return", "end"):
            continue
        user = rec.next_frame_step(end.step, -1, frame)
        if user >= 0 and user < at and _mentions(search, value, user, frame):
            return user
    return None


def _mentions(search: Search, value: Value, step: int, frame: int) -> bool:
    """Whether a statement has a name for an object."""
    node = search.rec.syntax.statement(search.rec.program.site(search.rec.site_of(step)))
    for text in _names(header(node)):
        found = search.flow.value(text, step, frame)
        if found is not None and found.object_id == value.object_id:
            return True
    return False


def _names(tree: ast.AST | None) -> Iterator[str]:
    for each in ast.walk(tree) if tree is not None else ():
        if isinstance(each, ast.Name | ast.Attribute) and isinstance(each.ctx, ast.Load):
            yield ast.unparse(each)
