"""What generators gave to a statement, and which statement took the last of one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import EscopeError
from ..model.sites import BEGINS_STEP
from ..model.values import Value
from ..replay.recording import EV_YIELD
from ..replay.state import guarded
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
    name, more, _ = said[len(prefix) :].partition("> (")
    return "" if not prefix else name if more else name.removesuffix(">")


def given_by(rec: Replay, child: Child, stop: int) -> list[tuple[Any, ...]]:
    """The `yield` events of a generator's frame before a step."""
    end = min(stop, len(rec), child.enter + FAR)
    return [raw for raw in rec.raw_events(child.enter, end, EV_YIELD) if raw[3] == child.frame]


class Spent(NamedTuple):
    """Where a generator gave its last."""

    step: int
    note: str


def spent_by(search: Search, value: Value, at: int, frame: int) -> Spent | None:
    """The statement of a frame that took the last from a generator before a moment."""
    name, rec = function_of(value), search.rec
    if not name or not frame:
        return None
    if name.endswith("<genexpr>"):  # that one has ended is not recorded, but what it gave is
        lasts, note = _last_given(rec, name, at), "it gave its last there"
    else:
        lasts, note = _ends(search, name, at), "it ended there: nothing was left to take from it"
    for last in lasts:
        user = rec.next_frame_step(last, -1, frame)
        if user >= 0 and user < at and _mentions(search, value, user, frame):
            return Spent(user, note)
    return None


def _ends(search: Search, name: str, at: int) -> Iterator[int]:
    """The steps in which calls of a generator function ended before a moment."""
    rec = search.rec
    try:
        calls = list(islice(iter_calls(rec, name, None, min(at, len(rec)) - 1, -1), CANDIDATES))
    except EscopeError:
        return
    for call in calls:
        end = search.calls.call_end(call)
        if end.step is not None and end.step < at and end.outcome in ("return", "end"):
            yield end.step


def _last_given(rec: Replay, name: str, at: int) -> Iterator[int]:
    """The last iterations of generator expressions that ran before a moment and not after it."""
    sites = frozenset(
        number
        for function in rec.program.functions()
        if function.qualname == name
        for number, site in rec.program.module_sites(function.module)
        if site.function == function.place and site.flags & BEGINS_STEP
    )
    step = at
    for _ in range(CANDIDATES):
        step = rec.next_site(step - 1, -1, sites) if step > 0 else -1
        if step < 0:
            return
        frame = rec.step_info(step).frame
        if rec.next_frame_step(step + 1, 1, frame) < 0:
            yield step
        with rec.state.lock:
            step = guarded(lambda: rec.scanner.frame_range(frame))[0]  # noqa: B023


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
