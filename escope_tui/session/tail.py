"""The exception that ended a program, found from the end, however long the recording is."""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter

from ..model.events import CAUGHT, UNWIND, Event, ExceptionEvent, Place
from ..model.text import one_line, safe_text
from ..model.values import Value
from ..query.raised import end_of, origin
from ..query.recording import Recording
from ..query.said import message
from ..query.thrown import thrown_from
from ..replay.recording import EV_UNWIND

WINDOW = 4096
WINDOWS = 8
"""How far from the end the exception is looked for."""
OTHERS = 100
"""How many exceptions of other types may have come later."""
WIDTH = 300
SHORT = 300_000
"""Up to so many steps, all exceptions are read before the first picture."""
SIGNALS = 128
"""Exit statuses above are signals."""
GROUPS = ("ExceptionGroup", "BaseExceptionGroup")
NESTED = 8
"""So deep groups may stand in groups."""
ORDERLY = frozenset(
    {"SystemExit", "GeneratorExit", "StopIteration", "StopAsyncIteration", "CancelledError"}
)
"""Exceptions that are no failure where code that is not recorded takes them."""


def uncaught(rec: Recording) -> ExceptionEvent | None:
    """What the recorder saw end the program, at the statement that raised it; of an exception group
    the first exception in it, if it was seen to be raised.
    """
    facts = rec.meta.get("exception")
    if not isinstance(facts, dict):
        return None
    name = safe_text(str(facts.get("type", "?")))
    thread = facts.get("thread", 0)
    thread = thread if isinstance(thread, int) else 0
    value: Value | None = None
    found = _last_unwind(rec, thread, name.rpartition(".")[2])
    if found is None:
        step, moment = end_of(rec, {**facts, "thread": thread})
    else:
        step, moment, value = found
        first = _first_in(value)
        inner = _last_unwind(rec, thread, "", first.object_id) if first is not None else None
        if first is not None and inner is not None:
            step, moment, value = inner
            name = value.type_name
    text = one_line(str(facts.get("message", "")), WIDTH)
    said = message(value) or text
    place = replace(_place(rec, step), moment=moment)
    return ExceptionEvent(name, said, value, place, (), None, True, thread)


def _first_in(value: Value) -> Value | None:
    """The first exception in a group that is no group itself; None if it is not known, or if the
    value is no group.
    """
    found: Value | None = None
    for _ in range(NESTED):
        held = _members(found or value)
        if not held:
            return found
        found = held[0]
    return None


def _members(value: Value) -> list[Value]:
    """What a group holds; empty for other exceptions."""
    grouped = value.type_name.rpartition(".")[2] in GROUPS
    held = value.attr("exceptions") if grouped else None
    if held is None or held.kind != "tuple":
        return []
    return [each for _, _, each in held.entries() if each.object_id is not None]


def _last_unwind(
    rec: Recording, thread: int, type_name: str, object_id: int | None = None
) -> tuple[int, int, Value] | None:
    """Where the last exception of a type (or the very one) that a frame of the thread let pass was
    raised, the step that ran then, and its value. Others may have come later: tasks are cancelled
    while an event loop is closed.
    """
    stop, others = len(rec), set()
    for _ in range(WINDOWS):
        start = max(0, stop - WINDOW)
        raws = [raw for raw in rec.raw_events(start, stop, EV_UNWIND) if raw[2] == thread]
        for raw in reversed(raws):
            if raw[5] in others:
                continue
            value = rec.state.passed_value(raw[5], raw[0])
            named = value.type_name.endswith(type_name)
            if named if object_id is None else value.object_id == object_id:
                first = min((each for each in raws if each[5] == raw[5]), key=itemgetter(0))
                # The statement of the frame that it ended first: calls in it may have come back.
                own = rec.next_frame_step(first[0], -1, first[3])
                own = own if own >= 0 else first[0]
                step = origin(rec, own, value)
                early = rec.state.passed_value(first[5], first[0])
                thrown = thrown_from(rec, step, first[0], early)
                if thrown is not None:
                    return thrown, first[0], value
                if step != own:  # `finally` clauses ran in between
                    return step, max(step, rec.next_frame_step(step + 1, 1, first[3]) - 1), value
                return step, first[0], value
            others.add(raw[5])
            if len(others) > OTHERS:
                return None
        if not start:
            return None
        stop = start
    return None


def left(rec: Recording) -> ExceptionEvent | None:
    """Of a run that failed although nothing ended it, as one of tests does: the last exception that
    went on into code that is not recorded.
    """
    status = rec.meta.get("exit_status")
    if not isinstance(status, int) or not 0 < status < SIGNALS or len(rec) > SHORT:
        return None
    for error in reversed(rec.exceptions()):
        if error.fate not in ("left", "uncaught") or not error.propagated:
            continue
        name = error.propagated[-1].function.rpartition(".")[2]
        protocol = name.startswith("__") and name.endswith("__")  # as `__getattr__` for `hasattr`
        if error.type_name not in ORDERLY and not protocol:
            return error
    return None


def raised_at(rec: Recording, step: int) -> ExceptionEvent | None:
    """What one statement raised, from its own events: where it went may not be known. What ends
    another frame alone, such as a generator that is closed, is not raised by the statement.
    """
    frame = rec[step].frame_id
    for event in rec.events(step):
        if event.kind in (UNWIND, CAUGHT) and event.value is not None and event.frame_id == frame:
            return _light(rec, step, event)
    return None


def _light(rec: Recording, step: int, event: Event) -> ExceptionEvent:
    value = event.value
    assert value is not None
    caught = None
    if event.kind == CAUGHT:
        caught = Place(step, event.function, event.file, event.line, event.frame_id)
    name, place = value.type_name, _place(rec, step)
    return ExceptionEvent(name, message(value), value, place, (), caught, False, event.thread)


def _place(rec: Recording, step: int) -> Place:
    found = rec[step]
    return Place(step, found.function, found.file, found.line, found.frame_id)
