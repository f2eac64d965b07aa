"""The tables that SQL is asked over, and the rows of each.

What people ask are views; the tables under them hold numbers in the place of texts that would be
in every row. A part is what is built at once: some tables under views, in one go over the
recording.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..._speedups.unpack import Text, Unbound
from ...model.sites import ENTER
from ...model.text import safe_text
from ...replay.names import Variable
from ...replay.recording import EV_OBJECT
from ...replay.state import guarded
from ..calls import caller_step, each_call
from ..writes import may_bind, old_value, retold, statement_step

if TYPE_CHECKING:
    from ...model.values import Value
    from ...replay.tables import Function
    from ..recording import Recording

WIDTH = 200
MAX_NUMBER = 2**63
KEPT = 100_000
STRETCH = 8192
"""Steps between two reports of progress."""

Progress = Callable[[float], None]
Shown = tuple[str | None, str | None, int | float | None, int | None]
"""A value as text, its type, itself where it is a number, and its identity."""
Rows = Iterator[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """Tables that are built together."""

    name: str
    table: str
    """The table that it fills."""
    columns: Mapping[str, Any]
    """Of that table."""
    key: str | None
    rows: Callable[[Recording, Progress], Rows]
    indexes: tuple[str, ...] = ()
    """Columns that are looked up by."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a view, for people."""

    name: str
    type: str
    help: str


@dataclass(frozen=True, slots=True)
class View:
    """One table that can be asked."""

    name: str
    help: str
    select: str
    columns: tuple[Column, ...]


def step_rows(rec: Recording, progress: Progress) -> Rows:
    """Numbers of every step."""
    total = len(rec)
    tasks = bool(rec.tasks())
    for start in range(0, total, STRETCH):
        progress(start / total)
        with rec.state.lock:
            at, stop = start, min(start + STRETCH, total)
            infos = guarded(lambda a=at, b=stop: list(rec.scanner.steps(a, b)))  # type: ignore[misc]
        for step, site, thread, frame, depth, time_ns in infos:
            task = rec.task_of(frame) if tasks else None
            yield (step, site, thread, task, depth, time_ns, frame)


def site_rows(rec: Recording, progress: Progress) -> Rows:
    """The places that steps stand at."""
    program = rec.program
    for module, path in enumerate(program.paths):
        progress(module / len(program.paths))
        for number, site in program.module_sites(module):
            function = program.function_of(site).qualname
            kind = program.step_kind(number)
            source = safe_text(program.statement(site))
            yield (number, kind, path, site.line, site.end_line, function, source)


def line_rows(rec: Recording, progress: Progress) -> Rows:
    """Every line of the recorded files; `hits` is null where no statement begins."""
    files = rec.files()
    for number, path in enumerate(files):
        progress(number / len(files))
        counts = rec.line_counts(path)
        lines = rec.program.lines(rec.program.modules_of(path)[-1])
        if lines and not lines[-1]:
            lines = lines[:-1]
        for line, text in enumerate(lines, 1):
            yield (path, line, counts.get(line), safe_text(text, keep="\t"))


def call_rows(rec: Recording, progress: Progress) -> Rows:
    """The calls of recorded functions."""
    total = max(len(rec), 1)
    functions = rec.program.find_functions(None)
    for number, (call, time_ns) in enumerate(each_call(rec, functions)):
        if number % 256 == 0:
            progress(call.enter / total)
        args = {safe_text(name): value.summary(WIDTH) for name, value in call.args.items()}
        returned, _, number_returned, _ = of_value(call.returned)
        exception = call.exception
        info = rec.step_info(call.enter)
        with rec.state.lock:
            parent = guarded(lambda f=call.frame_id: rec.scanner.frame_info(f)[2])  # type: ignore[misc]
        yield (
            call.frame_id,
            call.function,
            call.file,
            call.line,
            call.enter,
            call.exit,
            call.outcome,
            json.dumps(args),
            returned,
            number_returned,
            None if exception is None else exception.summary(WIDTH),
            call.caller,
            parent or None,
            call.thread,
            info.depth,
            time_ns,
        )


def exception_rows(rec: Recording, progress: Progress) -> Rows:
    """The exceptions."""
    progress(0.0)
    for number, each in enumerate(rec.exceptions()):
        caught = each.caught
        yield (
            number,
            each.step,
            each.type_name,
            each.message,
            each.raised.file,
            each.raised.line,
            each.raised.function,
            each.raised.frame_id,
            each.fate,
            None if caught is None else caught.step,
            None if caught is None else caught.file,
            None if caught is None else caught.line,
            None if caught is None else caught.function,
            len(each.propagated),
            each.thread,
        )


def output_rows(rec: Recording, progress: Progress) -> Rows:
    """What the program wrote."""
    progress(0.0)
    for number, chunk in enumerate(rec.output()):
        text = chunk.text.encode("utf-8", "backslashreplace").decode()
        yield (number, chunk.step, chunk.stream, text)


def object_rows(rec: Recording, progress: Progress) -> Rows:
    """The objects that have an identity, in the order in which they were first seen."""
    total = max(len(rec), 1)
    seen: dict[int, list[int]] = {}
    for start in range(-1, len(rec), STRETCH):
        progress(max(start, 0) / total / 2)
        for raw in rec.raw_events(start, min(start + STRETCH, len(rec)), EV_OBJECT):
            row = seen.setdefault(int(raw[5]), [raw[0] + 1, raw[0] + 1, 0])
            row[1], row[2] = raw[0] + 1, row[2] + 1
    for place, (number, (first, last, records)) in enumerate(seen.items()):
        if place % 256 == 0:
            progress(0.5 + place / len(seen) / 2)
        value = rec.state.value_of_object(number, min(first, len(rec)))
        text, kind, _, _ = of_value(value)
        yield (number, kind, safe_text(value.module), text, value.size, first, last, records)


def write_rows(rec: Recording, progress: Progress) -> Rows:
    """Every time that a variable was bound or unbound, or that an attribute or item of an object
    was given a value after the object was first seen.
    """
    total = len(rec)
    survey = rec.surveyor.survey
    values = Values(rec)
    scopes: dict[tuple[str, int], Function] = {}
    begun = _Begun(rec)
    numbers = rec.surveyor.numbers(0, total)
    for number, found in rec.surveyor.over(numbers, lambda n: survey.writes(n, -1, total + 2)):
        progress(number / len(rec.file.chunks))
        for visible, writer, what, owner, key, raw in found:
            if what in ("attr", "item"):
                if not begun.is_first(owner, visible):
                    yield _part(rec, values, what, owner, writer, visible, key, raw)
                continue
            if what not in ("slot", "global"):
                continue
            function = scopes.get((what, owner))
            if function is None:
                if len(scopes) > KEPT:
                    scopes.clear()
                function = scopes[what, owner] = _scope(rec, what, owner)
            bound = not isinstance(raw, Unbound)
            if _is_retold(rec, function, what, owner, writer, visible, key, raw):
                continue
            shown = values.at(raw, min(visible, total)) if bound else of_value(None)
            yield (*_write(rec, function, owner, writer, visible, key, bound), *shown, None)


def _scope(rec: Recording, what: str, owner: int) -> Function:
    if what == "global":
        return rec.program.function(owner, 0)
    with rec.state.lock:
        module, place, *_ = guarded(lambda: rec.scanner.frame_info(owner))
    return rec.program.function(module, place)


def _is_retold(
    rec: Recording,
    function: Function,
    what: str,
    owner: int,
    writer: int,
    visible: int,
    slot: int,
    raw: Any,
) -> bool:
    """Whether a record is no write; see `writes.retold`."""
    name = function.variables[slot] if slot < len(function.variables) else ""
    if not isinstance(raw, Unbound) and may_bind(rec, writer, name):
        return False
    target = Variable(name, owner if what == "slot" else 0, function, slot)
    bound = not isinstance(raw, Unbound)
    value = rec.state.value(raw, min(visible, len(rec))) if bound else None
    return retold(rec, target, writer, value, old_value(rec, target, owner, visible))


def _write(
    rec: Recording,
    function: Function,
    owner: int,
    writer: int,
    visible: int,
    slot: int,
    bound: bool,
) -> tuple[Any, ...]:
    """The beginning of a row: step, visible, site, name, scope, owner, frame, kind."""
    kind = "assign" if bound else "delete"
    step = writer
    if slot not in rec.program.comprehension_slots(function):
        step = statement_step(rec, writer)
    argument = 0 <= writer == visible < len(rec) and slot < function.parameters
    if argument and rec.program.site(rec.site_of(writer)).flags & ENTER:
        kind = "parameter"
        caller = caller_step(rec, owner, writer)
        step = writer if caller is None else caller
    site = rec.site_of(min(max(step, 0), len(rec) - 1))
    name = safe_text(function.variables[slot]) if slot < len(function.variables) else "?"
    local = function.kind != "module"
    scope = ("local", function.qualname, owner) if local else ("global", function.qualname, None)
    return (step, visible, site, name, *scope, kind)


class _Begun:
    """When objects were first seen: what was in them then was not written by that statement."""

    def __init__(self, rec: Recording) -> None:
        self._rec = rec
        self._first: dict[int, int] = {}

    def is_first(self, identity: int, visible: int) -> bool:
        """Whether an object is first seen at a step; asked in the order of time."""
        first = self._first.get(identity)
        if first is None:
            known = visible > 0 and self._rec.state.contents(identity, visible - 1) is not None
            if len(self._first) > KEPT:
                self._first.clear()
            first = self._first[identity] = -1 if known else visible
        return first == visible


def _part(
    rec: Recording,
    values: Values,
    what: str,
    owner: int,
    writer: int,
    visible: int,
    key: Any,
    raw: Any,
) -> tuple[Any, ...]:
    """A row about an attribute or an item, named `x` or `[key]`, of an object."""
    at = min(visible, len(rec))
    step = statement_step(rec, writer)
    site = rec.site_of(min(max(step, 0), len(rec) - 1))
    contents = rec.state.contents(owner, at)
    kind = safe_text(contents.type_name) if contents is not None else None
    if what == "attr":
        name, scope = safe_text(str(key)), "attribute"
    else:
        name, scope = "[…]" if key is None else f"[{rec.state.value(key, at).summary(40)}]", "item"
    return (step, visible, site, name, scope, kind, None, "assign", *values.at(raw, at), owner)


class Values:
    """Values as they stand in rows; plain ones that come again and again are made once."""

    def __init__(self, rec: Recording) -> None:
        self._state = rec.state
        self._kept: dict[tuple[type, Any], Shown] = {}

    def at(self, raw: Any, step: int) -> Shown:
        """A decoded value at a step."""
        kind = type(raw)
        plain = raw
        if kind is Text:
            if raw.truncated or len(raw.value) > WIDTH:
                return of_value(self._state.value(raw, step))
            plain = raw.value
        elif kind is float:
            if not raw:  # 0.0 and -0.0 are one key
                return of_value(self._state.value(raw, step))
        elif kind is not int and kind is not bool and raw is not None:
            return of_value(self._state.value(raw, step))
        found = self._kept.get((kind, plain))
        if found is None:
            if len(self._kept) > KEPT:
                self._kept.clear()
            found = self._kept[kind, plain] = of_value(self._state.value(raw, step))
        return found


def of_value(value: Value | None) -> Shown:
    """A value as it stands in a row."""
    if value is None:
        return None, None, None, None
    number: int | float | None = None
    if value.kind in ("int", "float", "bool") and not value.truncated:
        data = value.data
        if isinstance(data, int | float) and (
            isinstance(data, float) or -MAX_NUMBER <= data < MAX_NUMBER
        ):
            number = int(data) if isinstance(data, bool) else data
    return value.summary(WIDTH), safe_text(value.type_name), number, value.object_id
