"""What one recording tells about each line: that it ran, how late, facts about the values there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from .._speedups.unpack import RawTuple, Ref, Text
from ..errors import EscopeError
from ..model.sites import BEGINS_STEP, HEADER
from ..replay.recording import EV_RETURN
from .control import conditions
from .coverage import find_first_failure
from .why import Search

if TYPE_CHECKING:
    from ..model.causes import Cause, Condition, Read
    from ..replay.recording import Replay

MAX_STEPS = 20_000
"""As many steps, half of them the last, are looked at for facts about values."""
MAX_NUMBERS = 8
SLICE = 250
Line = tuple[str, int]


@dataclass(slots=True)
class Observed:
    """One run."""

    lines: dict[Line, int] = field(default_factory=dict)
    """How often each line ran."""
    last: dict[Line, float] = field(default_factory=dict)
    """How late each line last ran: 1 is the failure, or the end."""
    facts: set[tuple[Line, str]] = field(default_factory=set)
    """What held at a line at least once."""
    sliced: dict[Line, float] = field(default_factory=dict)
    """Lines on which the result depends."""


def observe(rec: Replay, root: str = "", sliced: bool = True) -> Observed:
    """Reads one recording. Files are named relative to `root`."""
    found = Observed()
    names = [path.removeprefix(root) for path in rec.program.paths]
    for number, hits in rec.file.site_hits().items():
        site = rec.program.site(number)
        if site.flags & BEGINS_STEP:
            key = (names[site.module], site.line)
            found.lines[key] = max(found.lines.get(key, 0), hits)
    end = find_first_failure(rec).step
    _facts(rec, names, found, end)
    for key, count in found.lines.items():
        found.facts.add((key, "ran once" if count == 1 else "ran more than once"))
    if sliced and len(rec):
        _slice(rec, names, found, end)
    return found


def _facts(rec: Replay, names: list[str], found: Observed, end: int) -> None:
    half = MAX_STEPS // 2
    spans = [(0, min(half, end + 1)), (max(end + 1 - half, half), end + 1)]
    newest: dict[int, tuple[Line, dict[str, Any], int]] = {}
    for start, stop in spans:
        for step in rec.steps(start, stop):
            site = rec.program.site(rec.site_of(step.index))
            key = (names[site.module], step.line)
            found.last[key] = (step.index + 1) / (end + 1)
            facts = _numbers(rec, step.index, step.frame_id)
            before = newest.get(step.frame_id)
            if before is not None:
                _after(before, facts, key, found)
            for fact in _state(facts):
                found.facts.add((key, fact))
            newest[step.frame_id] = (key, facts, site.flags)
        newest.clear()
    for raw in rec.raw_events(0, min(end + 1, MAX_STEPS), EV_RETURN):
        own = rec.next_frame_step(raw[0], -1, raw[3])
        if own >= 0:
            site = rec.program.site(rec.site_of(own))
            value = _plain(rec, raw[5], min(raw[0] + 1, len(rec)))
            for fact in _single("result", value):
                found.facts.add(((names[site.module], site.line), fact))


def _after(
    before: tuple[Line, dict[str, Any], int], now: dict[str, Any], key: Line, found: Observed
) -> None:
    """Facts about what a statement did: the values that it wrote, the way that it sent control."""
    line, old, flags = before
    found.facts.add((line, f"then line {key[1]}"))
    if flags & HEADER:
        return
    for name, value in now.items():
        was = old.get(name, ...)
        if was is not ... and type(was) is type(value) and was == value:
            continue
        for fact in _single(name, value):
            found.facts.add((line, f"made {fact}"))
        if isinstance(value, int | float) and isinstance(was, int | float):
            found.facts.add((line, f"made {name} {'grow' if value > was else 'fall'}"))
        for other, against in list(now.items())[:MAX_NUMBERS]:
            if other != name and _ordered(value, against):
                sign = "<" if value < against else ">" if value > against else "=="
                found.facts.add((line, f"made {name} {sign} {other}"))


def _state(now: dict[str, Any]) -> Iterator[str]:
    for name, value in now.items():
        yield from _single(name, value)
    numbers = [(k, v) for k, v in now.items() if isinstance(v, int | float)][:MAX_NUMBERS]
    for (left, one), (right, other) in combinations(numbers, 2):
        yield f"{left} {'<' if one < other else '>' if one > other else '=='} {right}"


def _ordered(left: Any, right: Any) -> bool:
    return isinstance(left, int | float) and isinstance(right, int | float)


def _single(name: str, value: Any) -> Iterator[str]:
    if value is None:
        yield f"{name} is None"
    elif isinstance(value, bool):
        yield f"{name} is {value}"
    elif isinstance(value, int | float):
        yield f"{name} {'<' if value < 0 else '>' if value > 0 else '=='} 0"
        if value == 1:
            yield f"{name} == 1"
    elif isinstance(value, str):
        yield f"{name} is {'text' if value else 'empty'}"


def _numbers(rec: Replay, step: int, frame: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, raw in list(rec.state.bindings(step, frame).items())[:30]:
        value = _plain(rec, raw, step)
        if isinstance(value, tuple):
            found[f"len({name})"] = value[0]
        elif value is not ...:
            found[name] = value
    return found


def _plain(rec: Replay, raw: Any, step: int) -> Any:
    """A number, text, None, or the length of a container as a tuple; ... for anything else."""
    if raw is None or isinstance(raw, bool | int | float):
        return raw if raw == raw else ...
    if isinstance(raw, Text):
        return raw.value[:20]
    if isinstance(raw, RawTuple):
        return (raw.length,)
    if isinstance(raw, Ref):
        contents = rec.state.contents(raw.oid, step)
        if contents is not None and contents.size is not None:
            return (contents.size,)
    return ...


# -- what the result depends on


def _slice(rec: Replay, names: list[str], found: Observed, end: int) -> None:
    """The lines behind the statement that failed, or behind the last results: data first, then the
    conditions of each.
    """
    steps: set[int] = set()
    search = Search(rec, SLICE)
    search.flow.horizon = len(rec)
    frame = rec.step_info(end).frame
    try:
        for at in _criteria(rec, end, frame):
            site = rec.program.site(rec.site_of(at))
            node = rec.syntax.statement(site)
            steps.add(at)
            number = rec.step_info(at).frame
            for operand in search.flow.operands(node, at, number):
                read = search.operand(operand, at, number, 30)
                if read is not None:
                    _collect(read, steps)
    except (EscopeError, RecursionError):
        pass
    for step in steps:
        site = rec.program.site(rec.site_of(step))
        found.sliced[names[site.module], site.line] = 1.0
    seen: set[int] = set()
    waiting = list(steps)[:SLICE]
    while waiting:
        step = waiting.pop()
        try:
            decided = conditions(rec, step, 0)
        except EscopeError:
            continue
        for each in decided:
            if each.kind in ("call", "start") or each.step in seen:
                continue
            seen.add(each.step)
            key = (each.file, each.line)
            for module, path in enumerate(rec.program.paths):
                if path == each.file:
                    key = (names[module], each.line)
            found.sliced[key] = max(found.sliced.get(key, 0.0), 0.9)
            if len(seen) < SLICE:
                waiting.append(each.step)
            _behind(rec, search, each, names, found)


def _behind(
    rec: Replay, search: Search, each: Condition, names: list[str], found: Observed
) -> None:
    """The lines that gave a condition its values."""
    behind: set[int] = set()
    for text, _ in each.reads:
        if search.left <= -SLICE:
            return
        search.left = max(search.left, 8)
        try:
            cause = search.cause(text, each.step, each.frame_id, 3)
        except (EscopeError, RecursionError):
            continue
        behind.update(c.step for c in cause if c.step is not None)
    for step in behind:
        site = rec.program.site(rec.site_of(step))
        found.sliced.setdefault((names[site.module], site.line), 0.8)


def _criteria(rec: Replay, end: int, frame: int) -> list[int]:
    """The statements whose results were wrong: the one that failed, else the newest of the
    outermost frame that called recorded code.
    """
    if find_first_failure(rec).reason != "end":
        return [end]
    stack = rec.stack(end)
    outer = stack[0].frame_id if stack else frame
    at = rec.next_frame_step(end, -1, outer)
    search = Search(rec)
    for _ in range(20):
        if at < 0:
            break
        if search.flow.children(at, outer):
            return [at]
        at = rec.next_frame_step(at - 1, -1, outer)
    return [end]


def _collect(read: Read, steps: set[int]) -> None:
    waiting: list[Cause] = [read.cause] if read.cause is not None else []
    while waiting:
        cause = waiting.pop()
        if cause.step is not None:
            steps.add(cause.step)
        waiting += [each.cause for each in cause.reads if each.cause is not None]


def weight(node: ast.AST | None) -> float:
    """How much there is in a statement that can be wrong: operators, comparisons, constants, calls,
    subscripts. A plain `return x` or `pass` has next to nothing.
    """
    if node is None:
        return 0.0
    body = {"body", "orelse", "finalbody", "handlers", "cases", "decorator_list"}
    count = 0.0
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.BinOp | ast.Compare | ast.BoolOp):
            count += 1.0
        elif isinstance(each, ast.AugAssign):
            count += 0.6
        elif isinstance(each, ast.Call | ast.Subscript | ast.Slice | ast.IfExp):
            count += 0.7
        elif isinstance(each, ast.Constant) and not isinstance(each.value, str):
            count += 0.4
        for name, value in ast.iter_fields(each):
            if each is node and name in body and not isinstance(each, ast.Lambda):
                continue
            if isinstance(value, ast.AST):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [item for item in value if isinstance(item, ast.AST)]
    return count
