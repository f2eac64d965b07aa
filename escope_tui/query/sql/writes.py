"""The rows about writes: numbers and names; apart from them, for they take far longer, texts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..._speedups.unpack import Ref, Unbound
from ...model.sites import ENTER, ITER
from ...model.text import safe_text
from ...replay.names import Variable
from ...replay.state import guarded
from ..calls import caller_step
from ..writes import may_bind, old_value, retold, statement_step
from .values import KEPT, Progress, Rows, Values, number_of, of_value

if TYPE_CHECKING:
    from ...replay.tables import Function
    from ..recording import Recording

Row = tuple[int, int, str, int, Any, Any]
"""As `Survey.writes` gives them: first step that shows it, writer, what, owner, key, value."""
NOTHING = of_value(None)


def write_rows(rec: Recording, progress: Progress) -> Rows:
    """Every time that a variable was bound or unbound, or that an attribute or item of an object
    was given a value after the object was first seen: what is known without making text of values.
    """
    values, sites = Values(rec), _Sites(rec)
    total = len(rec)
    for number, (row, function) in enumerate(_written(rec, progress, sites)):
        visible, writer, what, owner, key, raw = row
        bound = not isinstance(raw, Unbound)
        if function is None:
            step = statement_step(rec, writer) if sites.flags(writer) & ITER else writer
            site = sites.at(min(max(step, 0), total - 1))
            name, scope = _part_name(rec, values, what, key, min(visible, total))
            kind = _type_name(rec, owner, min(visible, total))
            head: tuple[Any, ...] = (step, visible, site, name, scope, kind, None, "assign")
        else:
            head = _variable(rec, sites, function, owner, writer, visible, key, bound)
        number_, identity = (number_of(raw), raw.oid if isinstance(raw, Ref) else None)
        yield (number, *head, number_, identity, owner if function is None else None)


def write_value_rows(rec: Recording, progress: Progress) -> Rows:
    """What was written, as text, with its type."""
    values, sites = Values(rec), _Sites(rec)
    total = len(rec)
    for number, (row, _) in enumerate(_written(rec, progress, sites)):
        visible, *_, raw = row
        at = min(visible, total)
        text, kind, *_ = NOTHING if isinstance(raw, Unbound) else values.at(raw, at)
        yield number, text, kind


def _type_name(rec: Recording, identity: int, step: int) -> str | None:
    """The type of an object at a step."""
    with rec.state.lock:
        found = guarded(lambda: rec.state.cursor(step).object(identity, 1))
    if found is None:
        return None
    known = rec.file.types.get(found.type_id)
    if known is not None:
        return safe_text(known[1])
    contents = rec.state.contents(identity, step)
    return safe_text(contents.type_name) if contents is not None else None


class _Sites:
    """The sites of steps, read a chunk at a time: they are asked for in the order of time."""

    def __init__(self, rec: Recording) -> None:
        self._rec = rec
        self._flags = [
            site.flags
            for m in range(len(rec.program.paths))
            for _, site in rec.program.module_sites(m)
        ]
        self._first = 0
        self._here: list[int] = []

    def read(self, number: int) -> None:
        """Makes a chunk the one that is looked into first."""
        first, stop = self._rec.surveyor.span(number)
        with self._rec.state.lock:
            steps = guarded(lambda: list(self._rec.scanner.steps(first, stop)))
        self._first, self._here = first, [each[1] for each in steps]

    def at(self, step: int) -> int:
        """The site that a step ran."""
        place = step - self._first
        if 0 <= place < len(self._here):
            return self._here[place]
        return self._rec.site_of(step)

    def flags(self, step: int) -> int:
        """The flags of that site; 0 where there is no such step."""
        return self._flags[self.at(step)] if 0 <= step < len(self._rec) else 0


def _written(
    rec: Recording, progress: Progress, sites: _Sites
) -> Iterator[tuple[Row, Function | None]]:
    """The records of writes, each with the function whose variable it is, or none for a member of
    an object.
    """
    total = len(rec)
    survey = rec.surveyor.survey
    scopes: dict[tuple[str, int], Function] = {}
    begun = _Begun(rec)
    binds: dict[tuple[int, str], bool] = {}
    numbers = rec.surveyor.numbers(0, total)
    count = max(len(rec.file.chunks), 1)
    for number, found in rec.surveyor.over(numbers, lambda n: survey.writes(n, -1, total + 2)):
        progress(number / count)
        sites.read(number)
        for row in found:
            visible, writer, what, owner, key, raw = row
            if what in ("attr", "item"):
                if not begun.is_first(owner, visible):
                    yield row, None
                continue
            if what not in ("slot", "global"):
                continue
            function = scopes.get((what, owner))
            if function is None:
                if len(scopes) > KEPT:
                    scopes.clear()
                function = scopes[what, owner] = _scope(rec, what, owner)
            if not isinstance(raw, Unbound) and key < len(function.variables):
                name = function.variables[key]
                place = (sites.at(writer) if 0 <= writer < total else -1, name)
                known = binds.get(place)
                if known is None:
                    known = binds[place] = may_bind(rec, writer, name)
                if known:
                    yield row, function
                    continue
            if not _is_retold(rec, function, row):
                yield row, function


def _scope(rec: Recording, what: str, owner: int) -> Function:
    if what == "global":
        return rec.program.function(owner, 0)
    with rec.state.lock:
        module, place, *_ = guarded(lambda: rec.scanner.frame_info(owner))
    return rec.program.function(module, place)


def _is_retold(rec: Recording, function: Function, row: Row) -> bool:
    """Whether a record is no write; see `writes.retold`."""
    visible, writer, what, owner, slot, raw = row
    name = function.variables[slot] if slot < len(function.variables) else ""
    if not isinstance(raw, Unbound) and may_bind(rec, writer, name):
        return False
    target = Variable(name, owner if what == "slot" else 0, function, slot)
    bound = not isinstance(raw, Unbound)
    value = rec.state.value(raw, min(visible, len(rec))) if bound else None
    return retold(rec, target, writer, value, old_value(rec, target, owner, visible))


def _variable(
    rec: Recording,
    sites: _Sites,
    function: Function,
    owner: int,
    writer: int,
    visible: int,
    slot: int,
    bound: bool,
) -> tuple[Any, ...]:
    """The beginning of a row: step, visible, site, name, scope, owner, frame, kind."""
    kind = "assign" if bound else "delete"
    step, flags = writer, sites.flags(writer)
    if flags & ITER and slot not in rec.program.comprehension_slots(function):
        step = statement_step(rec, writer)
    argument = 0 <= writer == visible < len(rec) and slot < function.parameters
    if argument and flags & ENTER:
        kind = "parameter"
        caller = caller_step(rec, owner, writer)
        step = writer if caller is None else caller
    site = sites.at(min(max(step, 0), len(rec) - 1))
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


def _part_name(rec: Recording, values: Values, what: str, key: Any, at: int) -> tuple[str, str]:
    """Name and scope of an attribute or an item: `x`, `[key]`."""
    if what == "attr":
        return safe_text(str(key)), "attribute"
    if key is None:
        return "[…]", "item"
    plain = values.plain(key) if not isinstance(key, str) else None
    text = plain[0] if plain is not None else None
    if text is None or len(text) > 40:
        text = rec.state.value(key, at).summary(40)
    return f"[{text}]", "item"
