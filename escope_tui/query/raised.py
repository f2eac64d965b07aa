"""Where an exception came from: behind a `finally`, out of another exception; and those of which
nothing is told but that a `raise` ran.
"""

from __future__ import annotations

import ast
import builtins
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from ..model import events
from ..model.events import ExceptionEvent, Place
from ..model.sites import STEP
from ..model.text import one_line, safe_text
from ..model.values import Value
from ..replay.recording import EV_CAUGHT
from .dropped import drops_around, ended_well, outwards
from .endings import last_statement, last_step
from .moments import place_of
from .said import message
from .thrown import thrown_from, traceback, yields

if TYPE_CHECKING:
    from ..replay.recording import Replay

WIDTH = 300
_SWALLOWS = re.compile(r"^[ \t]*(?:(?:async[ \t]+)?with\b|finally[ \t]*:)", re.MULTILINE)
NEAR = 10_000
"""So many steps of a frame are gone back over to find where a `finally` was entered."""


def origin(rec: Replay, step: int, value: Value | None, known: Sequence[int] = ()) -> int:
    """The statement of a frame that let an exception out, of which `step` is the newest one when
    that was seen: before the `finally` clauses that ran on the way. `known`: the frame's lines in
    the traceback, where the value does not tell them.
    """
    while True:
        site = rec.program.site(rec.site_of(step))
        clause = finally_around(rec, rec.site_of(step))
        if clause is None:
            return step
        first, last = clause
        before = _before(rec, step, first, last)
        if before < 0:
            return step
        name = rec.program.function_of(site).name
        lines = list(known) or _traceback(value, rec.program.paths[site.module], name)
        inside = any(first <= line <= last for line in lines)
        if inside and all(first <= line <= last for line in lines):
            return step
        if not lines or inside:  # without the traceback: a clause that broke off raised itself
            node = rec.syntax.statement(site)
            if site.end_line < last or isinstance(node, ast.Raise):
                return step
        step = before


def newest_place(rec: Replay, row: Any) -> tuple[int, int]:
    """The newest step of the frame that an exception left or was caught in, and its site."""
    step, kind, _, frame, _, _, newest, site, handler = row[:9]
    if newest >= 0:
        return newest, site
    # The handler's first statement may raise and be caught by another handler, all in one step.
    caught_here = kind == EV_CAUGHT and handler == step
    newest = rec.next_frame_step(step - 1 if caught_here else step, -1, frame)
    newest = newest if newest >= 0 else max(step, 0)
    return newest, rec.site_of(newest)


def left_at(rec: Replay, place: Place, value: Value | None) -> Place:
    """The place, but for the `finally` clauses that ran before the frame was seen to end."""
    step = origin(rec, place.step, value)
    return place if step == place.step else place_of(rec, step, place.moment)


def raised_at(rec: Replay, place: Place, raw: Any) -> Place:
    """The place, or that of the statement whose `with` threw the exception into a generator."""
    if not yields(rec, rec.site_of(place.step)):
        return place
    value = rec.state.passed_value(raw, place.moment)
    step = thrown_from(rec, place.step, place.moment, value)
    return place if step is None else place_of(rec, step, place.moment)


def finally_around(rec: Replay, number: int) -> tuple[int, int] | None:
    """The lines of the innermost `finally` clause that a site's statement is in."""
    for node, outer in outwards(rec, number):
        clause = getattr(outer, "finalbody", None) or []
        if node in clause:
            return clause[0].lineno, clause[-1].end_lineno or clause[-1].lineno
    return None


def star_around(rec: Replay, number: int) -> int | None:
    """The line of the `try` with `except*` of which a site's statement is in a handler."""
    for node, outer in outwards(rec, number):
        if isinstance(node, ast.ExceptHandler) and isinstance(outer, ast.TryStar):
            return outer.lineno
    return None


def _before(rec: Replay, step: int, first: int, last: int) -> int:
    """The frame's newest step before it came to some lines; -1 where there is none near."""
    frame = rec.step_info(step).frame
    for _ in range(NEAR):
        if first > rec.program.site(rec.site_of(step)).line or step < 0:
            return step
        line = rec.program.site(rec.site_of(step)).line
        if line > last:
            return step
        step = rec.next_frame_step(step - 1, -1, frame)
        if step < 0:
            return -1
    return -1


def _traceback(value: Value | None, file: str, function: str) -> list[int]:
    """The lines of a function in the traceback that was recorded with an exception."""
    return [line for *known, line in traceback(value) if known == [function, file]]


def end_of(rec: Replay, facts: Mapping[str, Any]) -> tuple[int, int]:
    """The statement of the thread's outermost code that let out the exception that ended the
    program, which no recorded function saw, and the last step of what it called.
    """
    thread = facts.get("thread", 0)
    step, last = last_statement(rec, thread), last_step(rec, thread)
    site = rec.program.site(rec.site_of(step))
    own = safe_text(str(facts.get("file", ""))) == rec.program.paths[site.module]
    line = facts.get("line")
    lines = [line] if own and isinstance(line, int) else []
    found = origin(rec, step, None, lines)
    if found == step:
        return step, max(step, last)
    frame = rec.step_info(found).frame
    return found, max(found, rec.next_frame_step(found + 1, 1, frame) - 1)


# -- raises without an end


def may_swallow(rec: Replay) -> bool:
    """Whether any recorded source could let an exception drop unseen: it has a `finally` or a
    `with`.
    """
    modules = range(len(rec.program.paths))
    return any(_SWALLOWS.search(rec.program.source(number)) for number in modules)


def swallowed(
    rec: Replay,
    found: Sequence[ExceptionEvent],
    seen: Mapping[int, Sequence[int]],
    numbers: range,
    known: Counter[int],
) -> Iterator[ExceptionEvent]:
    """The `raise` statements in some chunks that neither a handler nor the end of a frame followed:
    a `finally` that left, or a `with`, let the exception drop. `seen`: the steps at which a frame
    caught or let pass something; `known`: how often something was raised at each site there.
    """
    sites = unseen_raises(rec, numbers, known)
    if not sites:
        return
    raised = {each.step for each in found}
    marked, survey = rec.surveyor.site_set(sites), rec.surveyor.survey
    some = [n for n in numbers if not rec.surveyor.site_hits(n).keys().isdisjoint(sites)]
    for _, rows in rec.surveyor.beside(some, lambda n: survey.steps_at(n, marked, 0, len(rec))):
        for step, _, _, frame, _ in rows:
            if step in raised:
                continue
            later = rec.next_frame_step(step + 1, 1, frame)
            told = seen.get(frame, ())
            at = bisect_left(told, step)
            if later < 0 and at == len(told) and ended_well(rec, frame):
                later = step  # nothing of it ran any more
                if _leaves(rec, step):
                    yield _dropped(rec, found, step, None)
                    continue
            if later >= 0 and not (at < len(told) and told[at] <= later):
                yield _dropped(rec, found, step, later)


def unseen_raises(rec: Replay, numbers: range, known: Counter[int]) -> list[int]:
    """The `raise` statements that ran more often in some chunks than it is `known` that something
    was raised there.
    """
    raising = _raising_sites(rec)
    counts: Counter[int] = Counter()
    for number in numbers if raising else ():
        counts.update(rec.surveyor.site_hits(number))
    return [number for number in raising if counts[number] > known[number]]


def _raising_sites(rec: Replay) -> frozenset[int]:
    """The `raise` statements that ran anywhere in the recording."""
    found: frozenset[int] | None = rec.kept.get("raising sites")
    if found is None:
        found = rec.kept["raising sites"] = frozenset(
            number
            for number in rec.file.site_hits()
            if rec.program.site(number).flags & STEP
            and rec.program.step_kind(number) == events.RAISE
        )
    return found


def _leaves(rec: Replay, step: int) -> bool:
    """Whether a `raise` was a module's that nothing around it could drop: it ended the program, as
    `SystemExit` does without a word.
    """
    number = rec.site_of(step)
    scope = rec.program.function_of(rec.program.site(number))
    return scope.kind == "module" and drops_around(rec, number) is None


def _dropped(
    rec: Replay, found: Sequence[ExceptionEvent], step: int, later: int | None
) -> ExceptionEvent:
    """What a `raise` raised that nothing was seen of, and where its frame went on; None: it ended
    the program.
    """
    place = place_of(rec, step)
    node = rec.syntax.statement(rec.program.site(rec.site_of(step)))
    given = node.exc if isinstance(node, ast.Raise) else None
    name, text, value = "?", "", None
    if given is None:  # the one that is being handled, again
        handled = [e for e in found if e.caught and e.caught.frame_id == place.frame_id]
        again = max(
            (e for e in handled if e.caught and e.caught.step <= step),
            key=lambda e: e.raised.step,
            default=None,
        )
        if again is not None:
            name, text, value = again.type_name, again.message, again.value
    elif isinstance(given, ast.Call):
        name = one_line(ast.unparse(given.func), WIDTH)
        text = _says(rec, name, given.args, step)
    else:
        try:
            value = rec.evaluate(ast.unparse(given), at=step)
        except EscopeError:
            value = None
        name = one_line(ast.unparse(given), WIDTH)
        if value is not None and value.kind == "exception":
            name, text = value.type_name, message(value)
        else:
            value = None
    thread = rec.step_info(step).thread
    gone = None if later is None else place_of(rec, later)
    return ExceptionEvent(name, text, value, place, (), None, later is None, thread, swallowed=gone)


def _says(rec: Replay, name: str, arguments: Sequence[ast.expr], step: int) -> str:
    """What an exception with some arguments says, as `message` tells it of one that is recorded."""
    if len(arguments) == 1:
        value = _argument(rec, arguments[0], step)
        plain = value is not None and isinstance(value.data, str) and not name.endswith("KeyError")
        if value is not None and plain:
            return one_line(str(value.data), WIDTH)
        return "…" if value is None else value.summary(WIDTH)
    values = [_argument(rec, each, step) for each in arguments]
    said = ["…" if each is None else each.summary(60) for each in values]
    known = getattr(builtins, name, None)
    system = isinstance(known, type) and issubclass(known, OSError)
    if system and len(values) in (2, 3) and values[1] is not None:
        text = one_line(str(values[1].data), WIDTH)
        return ": ".join([f"[Errno {said[0]}] {text}", *said[2:]])
    return f"({', '.join(said)})" if said else ""


def _argument(rec: Replay, node: ast.expr, step: int) -> Value | None:
    try:
        return rec.evaluate(ast.unparse(node), at=step)
    except EscopeError:
        return None


# -- chains


def highest_before(rec: Replay, number: int) -> int:
    """The highest identity of an object that the chunks before one name or touch."""
    with rec.state.lock:
        known: list[int] = rec.kept.setdefault("highest", [0])
        while len(known) <= number:
            known.append(max(known[-1], rec.surveyor.survey.highest(len(known) - 1)))
        return known[number]


class Chains:
    """Exceptions in order, each with those that it came from. `whole` gives all of the recording's,
    where these are only some: it is asked when one of the others may be behind one of these.
    """

    def __init__(
        self,
        rec: Replay,
        found: Sequence[ExceptionEvent],
        whole: Callable[[], Sequence[ExceptionEvent]] | None = None,
    ) -> None:
        self._rec = rec
        self._found = found
        self._whole = whole

    @cached_property
    def _highest(self) -> int:
        """The highest identity of an object before the first of these was raised."""
        step = self._found[0].step if self._found else 0
        number = self._rec.file.chunk_of(step) if 0 <= step < len(self._rec) else 0
        return highest_before(self._rec, number)

    @cached_property
    def _by_object(self) -> dict[int, list[int]]:
        """The places of the exceptions that are one object."""
        places: dict[int, list[int]] = {}
        for place, each in enumerate(self._found):
            identity = each.object_id
            if identity is not None:
                places.setdefault(identity, []).append(place)
        return places

    @cached_property
    def _handled(self) -> dict[int, list[int]]:
        """The places of the exceptions that a frame caught."""
        places: dict[int, list[int]] = {}
        for place, each in enumerate(self._found):
            frame = each.handler_frame
            if frame is not None:
                places.setdefault(frame, []).append(place)
        return places

    def links(
        self, each: ExceptionEvent, place: int
    ) -> tuple[ExceptionEvent | None, ExceptionEvent | None, ExceptionEvent | None]:
        """Its cause, what was being handled, and the same one before."""
        if each.stands_alone and not self._is_older(each.object_id):
            return None, None, self._newest(each.object_id, place)
        if self._whole is not None and self._reaches_back(each, place):
            return _same(self._whole(), each)
        rec = self._rec
        cause = self._object(each, "__cause__", place)
        context = self._object(each, "__context__", place)
        node = _raise(rec, each)
        if cause is None and node is not None and node.cause is not None:
            cause = self._evaluated(each, node.cause, place)
        told = _from_value(each, "__suppress_context__")
        hidden = node is not None and isinstance(node.cause, ast.Constant)
        if cause is None and (hidden or (told is not None and told.data is True)):
            context = None
        elif context is None and _from_value(each, "__context__") is None:
            context = self._being_handled(each, place)
        earlier = self._newest(each.object_id, place)
        return cause, None if context is not None and context is earlier else context, earlier

    def _is_older(self, identity: int | None) -> bool:
        """Whether an object is from before these, which are not all of the recording's."""
        return self._whole is not None and identity is not None and identity <= self._highest

    def _reaches_back(self, each: ExceptionEvent, place: int) -> bool:
        """Whether an exception from before these may be behind one of them."""
        behind = [each.object_id]
        behind += [
            other.object_id
            for other in (_from_value(each, "__cause__"), _from_value(each, "__context__"))
            if other is not None
        ]
        if any(map(self._is_older, behind)):
            return True
        if _from_value(each, "__context__") is not None:
            return False
        for frame in self._rec.stack(each.raised.step):
            if frame.last_step < 0 or not _handler_of(self._rec, frame.last_step):
                continue
            places = self._handled.get(frame.frame_id, ())
            if not bisect_left(places, place):
                return True
        return False

    def _newest(self, identity: int | None, place: int) -> ExceptionEvent | None:
        """The newest one before a place that is this object."""
        places = self._by_object.get(identity, ()) if identity is not None else ()
        at = bisect_left(places, place)
        return self._found[places[at - 1]] if at else None

    def _object(self, each: ExceptionEvent, name: str, place: int) -> ExceptionEvent | None:
        other = _from_value(each, name)
        return None if other is None else self._newest(other.object_id, place)

    def _evaluated(self, each: ExceptionEvent, node: ast.expr, place: int) -> ExceptionEvent | None:
        try:
            value = self._rec.evaluate(
                ast.unparse(node), at=each.raised.step, frame=each.raised.frame_id
            )
        except (EscopeError, IndexError):
            return None
        return self._newest(value.object_id, place)

    def _being_handled(self, each: ExceptionEvent, place: int) -> ExceptionEvent | None:
        """The exception in whose handler this one was raised."""
        if not self._handled:
            return None
        for frame in reversed(self._rec.stack(each.raised.step)):
            places = self._handled.get(frame.frame_id, ())
            before = places[: bisect_left(places, place)][-3:]
            caught = [
                event
                for event in (self._found[k] for k in before)
                if event.caught is not None and event.caught.step <= each.raised.step
            ]
            if (
                caught
                and frame.last_step >= 0
                and _in_handler(self._rec, frame.last_step, caught[-1])
            ):
                return caught[-1]
        return None


def _from_value(each: ExceptionEvent, name: str) -> Value | None:
    return None if each.value is None else each.value.attr(name)


def _raise(rec: Replay, each: ExceptionEvent) -> ast.Raise | None:
    node = rec.syntax.statement(rec.program.site(rec.site_of(each.raised.step)))
    return node if isinstance(node, ast.Raise) else None


def _same(
    found: Sequence[ExceptionEvent], each: ExceptionEvent
) -> tuple[ExceptionEvent | None, ExceptionEvent | None, ExceptionEvent | None]:
    """What is behind an exception, by the whole list that it is in too."""
    at = bisect_left(found, (each.step, each.thread), key=lambda one: (one.step, one.thread))
    for one in found[at : at + 20]:
        if (one.step, one.thread, one.object_id) == (each.step, each.thread, each.object_id):
            return one.cause, one.context, one.earlier
    return None, None, None


def _in_handler(rec: Replay, step: int, event: ExceptionEvent) -> bool:
    assert event.caught is not None
    node = _handler_of(rec, step)
    return node is not None and node.lineno <= event.caught.line <= (node.end_lineno or node.lineno)


def _handler_of(rec: Replay, step: int) -> ast.ExceptHandler | None:
    return handler_around(rec, rec.site_of(step))


def handler_around(rec: Replay, number: int) -> ast.ExceptHandler | None:
    """The innermost `except` clause that a site's statement is in."""
    site = rec.program.site(number)
    node: ast.AST | None = rec.syntax.statement(site)
    parents = rec.syntax.parents(site.module)
    while node is not None:
        if isinstance(node, ast.ExceptHandler):
            return node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            return None
        node = parents.get(node)
    return None
