"""Exceptions: where each was raised, which frames it ended, where it was caught."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..model.events import ExceptionEvent, Place
from ..model.sites import CAUGHT
from ..model.text import one_line, safe_text
from ..model.values import Value
from ..replay.recording import EV_CAUGHT, EV_END, EV_RETURN, EV_UNWIND, EV_YIELD
from .moments import place_of
from .raised import joined, origin, swallowed

if TYPE_CHECKING:
    from ..replay.recording import Replay

MESSAGE_WIDTH = 300
STDERR = 2
REPORT = "Exception in thread "
"""How Python's own report about a thread begins."""


@dataclass(slots=True)
class _Way:
    """One exception that is on its way."""

    thread: int
    raw: Any
    seen: int
    """The step of the newest event."""
    raised: Place
    propagated: list[Place] = field(default_factory=list)
    caught: Place | None = None


def all_exceptions(rec: Replay) -> list[ExceptionEvent]:
    """As `read_exceptions`; read once for each recording."""
    kept: list[ExceptionEvent] | None = rec.kept.get("exceptions")
    if kept is None:
        kept = rec.kept["exceptions"] = read_exceptions(rec)
    return kept


def read_exceptions(rec: Replay) -> list[ExceptionEvent]:
    """All exceptions that recorded code saw, in the order in which they were raised."""
    done: list[_Way] = []
    flying: dict[tuple[int, Any], _Way] = {}
    seen: dict[int, list[int]] = {}
    if rec.file.exceptions:
        for raw in rec.raw_events(-1, len(rec), EV_UNWIND | EV_CAUGHT):
            seen.setdefault(raw[3], []).append(raw[0])
            _follow(rec, raw, flying, done)
    endings = _Endings(rec)
    done.extend(flying.values())
    found = [_event(rec, way, endings) for way in done]
    ending = _ending(rec, found)
    if ending is not None:
        found.append(ending)
    found += swallowed(rec, found, seen)
    return joined(rec, sorted(found, key=lambda each: (each.raised.step, each.thread)))


def _follow(rec: Replay, raw: Any, flying: dict[tuple[int, Any], _Way], done: list[_Way]) -> None:
    step, kind, thread, frame, site, value = raw
    key = (thread, value)
    # The handler's first statement may raise and be caught by another handler, all in one step.
    caught_here = kind == EV_CAUGHT and _begins(rec, step, frame, site)
    newest = rec.next_frame_step(step - 1 if caught_here else step, -1, frame)
    place = place_of(rec, newest if newest >= 0 else max(step, 0), max(step, 0))
    way = flying.get(key)
    if way is None:
        way = flying[key] = _Way(thread, value, step, place)
    way.seen = step
    if kind == EV_UNWIND:
        way.propagated.append(place)
        return
    handler = step if caught_here else rec.next_frame_step(step + 1, 1, frame)
    way.caught = place_of(rec, handler) if handler >= 0 else place
    done.append(flying.pop(key))


def _begins(rec: Replay, step: int, frame: int, site: int) -> bool:
    """Whether the step is itself the first statement of the handler that the site stands for."""
    if step < 0:
        return False
    info = rec.step_info(step)
    return (info.frame, info.site) == (frame, site) and bool(rec.program.site(site).flags & CAUGHT)


def _event(rec: Replay, way: _Way, endings: _Endings) -> ExceptionEvent:
    value = rec.state.passed_value(way.raw, way.seen)
    return ExceptionEvent(
        value.type_name if value is not None else "?",
        message(value),
        value,
        _from(rec, way.raised, value),
        tuple(_from(rec, each, value) for each in way.propagated),
        way.caught,
        way.caught is None and _was_last(rec, way) and endings.ended(way, value),
        way.thread,
    )


def _from(rec: Replay, place: Place, value: Value | None) -> Place:
    """The place, but for the `finally` clauses that ran before the frame was seen to end."""
    step = origin(rec, place.step, value)
    return place if step == place.step else place_of(rec, step, place.moment)


def message(value: Value | None) -> str:
    """What an exception says, from its arguments; one safe line."""
    if value is None or value.kind != "exception":
        return ""
    arguments = [member for role, _, member in value.entries() if role == "item"]
    if not arguments:
        return ""
    if len(arguments) == 1:
        text = arguments[0].data
        if isinstance(text, str) and not value.type_name.endswith("KeyError"):
            return one_line(text, MESSAGE_WIDTH)
        return arguments[0].summary(MESSAGE_WIDTH)
    return f"({', '.join(each.summary(60) for each in arguments)})"


def _was_last(rec: Replay, way: _Way) -> bool:
    """Nothing caught it and nothing of the frames that were left ran again."""
    if not way.propagated:
        return False
    last = way.propagated[-1]
    with rec.state.lock:
        parent = rec.scanner.frame_info(last.frame_id)[2]
    while parent:
        if rec.next_frame_step(way.seen + 1, 1, parent) >= 0:
            return False
        with rec.state.lock:
            parent = rec.scanner.frame_info(parent)[2]
    return True


class _Endings:
    """What Python said of the exceptions that ended the program or a thread."""

    def __init__(self, rec: Replay) -> None:
        self._rec = rec
        facts = rec.file.meta.get("exception")
        self._facts = facts if isinstance(facts, dict) else None
        self._names = rec.threads()

    def ended(self, way: _Way, value: Value | None) -> bool:
        """Whether an exception that left recorded code ended its thread: the program's own ending
        is in the facts about it, a thread's in what Python printed.
        """
        name = value.type_name.rpartition(".")[2] if value is not None else ""
        if way.thread == self._main:
            if name == "SystemExit":
                return self._rec.next_thread_step(way.seen + 1, 1, way.thread) < 0
            return self._facts is not None and name == self._last_name
        report = f"Exception in thread {self._names.get(way.thread, '')}"
        said = [(step, at) for step, at, text in self._reports if text.startswith(report)]
        return bool(said) and said[-1][0] >= way.seen and name in self._errors[said[-1][1] :]

    @cached_property
    def _main(self) -> int:
        thread = self._facts.get("thread", 0) if self._facts is not None else 0
        return thread if isinstance(thread, int) else 0

    @cached_property
    def _last_name(self) -> str:
        name = str(self._facts.get("type", "")) if self._facts is not None else ""
        return safe_text(name).rpartition(".")[2]

    @cached_property
    def _pieces(self) -> list[tuple[int, str]]:
        return [
            (step, data.decode("utf-8", "replace"))
            for step, stream, data in self._rec.file.output()
            if stream == STDERR
        ]

    @cached_property
    def _errors(self) -> str:
        return "".join(text for _, text in self._pieces)

    @cached_property
    def _reports(self) -> list[tuple[int, int, str]]:
        """Step, place and beginning of each report about a thread."""
        places: list[int] = []
        steps: list[int] = []
        length = 0
        for step, text in self._pieces:
            places.append(length)
            steps.append(step)
            length += len(text)
        found = []
        whole = self._errors
        at = whole.find(REPORT)
        while at >= 0:
            step = steps[bisect_right(places, at) - 1]
            found.append((step, at, safe_text(whole[at : at + 400].partition("\n")[0])))
            at = whole.find(REPORT, at + 1)
        return found


def last_statement(rec: Replay, thread: object) -> int:
    """The step of the statement that a thread was in at its end: the calls that this statement had
    made and that were over are passed by. Of an unknown thread, the last step.
    """
    last = len(rec) - 1
    if isinstance(thread, int):
        near = rec.next_thread_step(last, -1, thread)
        last = near if near >= 0 else last
    over = EV_RETURN | EV_END | EV_YIELD | EV_UNWIND
    ended = {raw[3] for raw in rec.raw_events(last, last + 1, over)}
    left = (each for each in reversed(rec.stack(last)) if each.frame_id not in ended)
    return next((each.last_step for each in left), last)


def _ending(rec: Replay, found: list[ExceptionEvent]) -> ExceptionEvent | None:
    """The exception that the recorder saw end the program, where no recorded function saw it."""
    facts = rec.file.meta.get("exception")
    if not isinstance(facts, dict) or not len(rec):
        return None
    name = safe_text(str(facts.get("type", "?")))
    if any(each.uncaught and each.type_name.endswith(name) for each in found):
        return None
    step = last_statement(rec, facts.get("thread", 0))
    text = one_line(str(facts.get("message", "")), MESSAGE_WIDTH)
    place = place_of(rec, step)
    return ExceptionEvent(name, text, None, place, (), None, True, rec.step_info(step).thread)
