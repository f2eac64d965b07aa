"""The exception that ended a program, found from the end, however long the recording is."""

from __future__ import annotations

from typing import Any

from ..model.events import CAUGHT, UNWIND, Event, ExceptionEvent, Place
from ..model.text import one_line, safe_text
from ..model.values import Value
from ..query.exceptions import last_statement, message
from ..query.recording import Recording
from ..replay.recording import EV_UNWIND

WINDOW = 4096
WINDOWS = 8
"""How far from the end the exception is looked for."""
WIDTH = 300


def uncaught(rec: Recording) -> ExceptionEvent | None:
    """What the recorder saw end the program, at the statement that raised it."""
    facts = rec.meta.get("exception")
    if not isinstance(facts, dict):
        return None
    name = safe_text(str(facts.get("type", "?")))
    thread = facts.get("thread", 0)
    thread = thread if isinstance(thread, int) else 0
    step = last_statement(rec, thread)
    value: Value | None = None
    found = _last_unwind(rec, thread)
    if found is not None:
        candidate = rec.state.passed_value(found[1], found[0])
        if candidate is not None and candidate.type_name.endswith(name.rpartition(".")[2]):
            step, value = found[0], candidate
    text = one_line(str(facts.get("message", "")), WIDTH)
    said = message(value) or text
    return ExceptionEvent(name, said, value, _place(rec, step), (), None, True, thread)


def _last_unwind(rec: Recording, thread: int) -> tuple[int, Any] | None:
    """Where the last exception that a frame of the thread let pass was raised, and its value."""
    stop = len(rec)
    for _ in range(WINDOWS):
        start = max(0, stop - WINDOW)
        raws = [raw for raw in rec.raw_events(start, stop, EV_UNWIND) if raw[2] == thread]
        if raws:
            value = raws[-1][5]
            return min(raw[0] for raw in raws if raw[5] == value), value
        if not start:
            return None
        stop = start
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
