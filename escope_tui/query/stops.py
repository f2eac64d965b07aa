"""Stops that need an answer from the whole recording: exceptions, data, hit counts, predicates."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, cast

from ..errors import EscopeError, EvaluationError
from ..replay import syntax
from ..replay.evaluator import evaluate, parse
from ..replay.names import Target, find_targets
from ..replay.reach import check_names
from ..replay.sampling import Sampler
from ..replay.state import guarded
from .exceptions import all_exceptions, iter_exceptions
from .kinds import is_kind
from .raised import may_swallow
from .writes import object_change, step_to, value_now

if TYPE_CHECKING:
    from ..model.events import ExceptionEvent, Write
    from ..replay.breakpoints import Breakpoint
    from ..replay.recording import Replay
    from ..replay.state import FrameState

DOUBTS = 100
"""Steps at which only the evaluator could tell, before it is asked about all."""


def next_special(
    rec: Replay, stop: Breakpoint, step: int, direction: int, start: int
) -> int | None:
    """The next step at which a stop about exceptions or data may stop."""
    if stop.exception:
        return _exception(rec, stop, step, direction)
    if stop.object_id:
        if stop.passed:
            return _passed(rec, stop.object_id, step, direction)
        at = step if direction > 0 else step - 1
        change = object_change(rec, f"#{stop.object_id}", stop.object_id, at, direction)
        return None if change is None else _shown(rec, change.visible)
    seen = start if stop.at is None else stop.at
    targets = find_targets(rec, stop.target, seen, stop.frame)
    write = change_of(rec, stop.target, targets, step, direction, seen, stop.frame)
    return None if write is None else _shown(rec, write.visible)


def change_of(
    rec: Replay,
    text: str,
    targets: list[Target],
    step: int,
    direction: int,
    seen: int,
    frame: int | None = None,
) -> Write | None:
    """The next change that shows first after a step (backward: at or before it), in place of what
    the targets mean then too.
    """
    found: list[Write] = []
    start = step if direction > 0 else step - 1
    for target in targets:
        write = step_to(rec, target, start, direction)
        if write is not None and write.step >= 0:
            found.append(write)
        at = min(step, seen) if direction < 0 else max(step, 0)
        if frame is not None and not rec.state.alive(at, frame):
            continue
        value = value_now(rec, target, at, frame)
        if value is not None and value.object_id is not None:
            change = object_change(rec, text, value.object_id, start, direction)
            if change is not None:
                found.append(change)
    pick = min if direction > 0 else max
    return pick(found, key=lambda write: write.visible) if found else None


def _shown(rec: Replay, visible: int) -> int | None:
    return visible if visible < len(rec) else None


def _exception(rec: Replay, stop: Breakpoint, step: int, direction: int) -> int | None:
    if stop.fate != "caught":
        found = next(exceptions_from(rec, stop, step, direction), None)
        return None if found is None else found.step
    wanted = (e for e in all_exceptions(rec) if is_kind(rec, e.type_name, stop.exception))
    steps = [e.caught.step for e in wanted if e.caught is not None]
    beyond = [at for at in steps if (at - step) * direction > 0]
    return min(beyond, key=lambda at: at * direction, default=None)


def exceptions_from(
    rec: Replay, stop: Breakpoint, step: int, direction: int
) -> Iterator[ExceptionEvent]:
    """The exceptions that a stop is about, the nearest to a step first."""
    types = {name for _, name in rec.file.types.values()}
    facts = isinstance(rec.file.meta.get("exception"), dict)
    known = any(is_kind(rec, name, stop.exception) for name in types)
    if rec.complete and not facts and not known and not may_swallow(rec):
        return
    for each in iter_exceptions(rec, step, direction):
        if stop.fate in ("", "raised", each.fate) and is_kind(rec, each.type_name, stop.exception):
            yield each


def _passed(rec: Replay, identity: int, step: int, direction: int) -> int | None:
    """Where an object is a parameter of a function that is entered."""
    survey = rec.surveyor.survey
    match = (0, None, None, None, None, identity)
    span = (step + 1, len(rec)) if direction > 0 else (0, step)
    numbers = rec.surveyor.numbers(*span, direction=direction)
    read = rec.surveyor.over_some(
        numbers,
        lambda n: survey.may_write(n, match),
        lambda n: survey.writes(n, span[0], span[1], match),
    )
    for _, rows in read:
        for row in rows if direction > 0 else reversed(rows):
            visible, writer, what, _, slot, _ = row
            if what != "slot" or visible != writer or visible >= len(rec):
                continue
            site = rec.program.site(rec.site_of(visible))
            if site.flags & 2 and slot < rec.program.function_of(site).parameters:
                return int(visible)
    return None


def numbered_hit(rec: Replay, stop: Breakpoint) -> int | None:
    """The step of a stop's hit of that number."""
    if stop.hits < 0:
        raise EscopeError("hits are counted from 1", slug="bad-question")
    if not stop.special and not stop.condition:
        return _counted(rec, stop.sites(rec), stop.hits)
    key = f"hit {stop!r}"
    if key not in rec.kept:
        rec.kept[key] = next(islice(_hits(rec, stop), stop.hits - 1, None), None)
    found: int | None = rec.kept[key]
    return found


def _counted(rec: Replay, sites: list[int], wanted: int) -> int | None:
    """The step of the n-th hit of some sites: the index counts, one chunk is looked into."""
    left = wanted
    marked = rec.surveyor.site_set(sites)
    for number in rec.surveyor.numbers(sites=sites):
        hits = rec.surveyor.site_hits(number)
        here = sum(hits.get(site, 0) for site in sites)
        if left > here:
            left -= here
            continue
        with rec.state.lock:
            rows = rec.surveyor.survey.hits(number, marked, 0, len(rec))
        return rows[left - 1][0]
    return None


def _hits(rec: Replay, stop: Breakpoint) -> Iterator[int]:
    if not stop.special:
        sampler = Sampler(rec, rec.surveyor)
        for hit in sampler.hits(stop.sites(rec), (), stop.condition):
            yield hit.step
        return
    step = -1
    while True:
        found = next_special(rec, stop, step, 1, stop.at if stop.at is not None else 0)
        if found is None:
            return
        holds = True
        if stop.condition:
            try:
                holds = bool(rec.evaluate(stop.condition, at=found))
            except EvaluationError as error:
                holds = error.slug != "unbound"
        if holds:
            yield found
        step = max(found, step + 1)


def _turn(
    rec: Replay,
    tree: ast.expr,
    state: FrameState,
    shared: bool,
    way: tuple[int, int, bool],
    holds: Callable[[int], bool],
) -> object:
    """The next step from which the truth of an expression over plain variables is another, chunk by
    chunk; `...` where only the evaluator can tell.
    """
    step, direction, now = way
    look = Sampler(rec, rec.surveyor).turns(tree, state.function)
    if look is None:
        return ...
    first, stop = 0, len(rec)
    frame = 0 if shared else state.frame
    if not shared:
        with rec.state.lock:
            first, last = guarded(lambda: rec.scanner.frame_range(state.frame))
        stop = min(stop, last + 2)
    span = (step + 1, stop) if direction > 0 else (max(first, 0), step)
    numbers = rec.surveyor.numbers(*span, direction)
    doubts = 0

    def ask(number: int, start: int, stop: int) -> int:
        return look(number, frame, now, start, stop, direction < 0)

    for number, seen in rec.surveyor.beside(numbers, lambda n: ask(n, *span)):
        at = seen
        while at >= 0:
            if not shared and not rec.state.alive(at, frame):
                if direction > 0:
                    return None
            elif holds(at) is not now:
                return at
            doubts += 1
            if doubts > DOUBTS:
                return ...
            rest = (at + 1, span[1]) if direction > 0 else (span[0], at)
            at = guarded(partial(ask, number, *rest))
    return None


def turning_point(
    rec: Replay, predicate: str, step: int, direction: int, frame: int | None = None
) -> int | None:
    """The next step at which an expression's truth, as the frame of a step sees it, is another;
    backward: the newest one before. What cannot be evaluated counts as false.
    """
    if direction not in (1, -1):
        raise EscopeError("the direction is 1 or -1", slug="bad-question")
    tree = parse(predicate)
    number = rec.state.current_frame(step) if frame is None else frame

    state = rec.state.frame_state(step, number) if number else None
    own = set(state.function.variables) if state is not None else set()
    names = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    module = state.function.module if state is not None and not names & own else None
    if state is not None:
        shared = rec.program.function(state.function.module, 0).variables
        check_names(tree, own.union(shared), "this frame or its module")

    def holds(at: int) -> bool:
        try:
            if module is not None:  # no frame is needed, and this one may end
                shared = rec.state.module_bindings(at, module)
                found = {name: rec.state.value(raw, at) for name, raw in shared.items()}
                return bool(evaluate(tree, [found]))
            return bool(rec.evaluated(tree, at, number))
        except EvaluationError:
            return False

    now = holds(step)
    if state is not None:
        found = _turn(rec, tree, state, module is not None, (step, direction, now), holds)
        if found is not ...:
            return cast("int | None", found)
    reads = syntax.reads(tree)
    parts = dict.fromkeys(reads)
    for each in reads:  # of `order.lines[0].price`, `order` and `order.lines` may change too
        node = parse(each)
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
            parts.setdefault(ast.unparse(node))
    at = step
    while True:
        changes = []
        for text in parts:
            try:
                seen = step if module is not None else at
                targets = find_targets(rec, text, seen, number)
                side = at if direction > 0 else at + 1
                whose = None if module is not None else number
                write = change_of(rec, text, targets, side, direction, at, whose)
            except EscopeError:
                continue
            if write is not None:
                changes.append(write.visible)
        if not changes:
            return None
        if direction > 0:
            at = max(min(changes), at + 1)
            if at >= len(rec) or (module is None and not rec.state.alive(at, number)):
                return None
            if holds(at) is not now:
                return at
        else:
            at = min(max(changes), at)
            if at <= 0 or (module is None and not rec.state.alive(at - 1, number)):
                return None
            at -= 1
            if holds(at) is not now:
                return at
