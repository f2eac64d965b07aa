"""Searching a recording for a text: in names, values, types, output, source, returns, arguments and
exceptions, in the order of time.
"""

from __future__ import annotations

import ast
import heapq
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from .._speedups.unpack import ELSEWHERE
from ..errors import EscopeError
from ..model.answers import SEARCH_KINDS, Found
from ..model.sites import BEGINS_STEP, END, ENTER, RETURN
from ..model.text import one_line, safe_text
from ..model.values import Value
from ..replay.recording import EV_END, EV_RETURN
from ..replay.state import guarded
from .calls import CallView, holding_back
from .exceptions import all_exceptions, cleans_up, exceptions_in, unseen_end
from .looks import Looks
from .moments import spot_of
from .raised import highest_before
from .spots import Spots

if TYPE_CHECKING:
    from ..model.events import ExceptionEvent
    from ..replay.recording import Replay
    from ..replay.tables import Function

T_NONE, T_FALSE, T_TRUE = 1, 2, 3
SHOWN = 100
_NOTHING = (0, None, None, None, None, 0)
"""What no value meets, as the codec takes it."""
_SILENT = ("class", "module")
SMALL, LARGE = -(1 << 63), 1 << 63
BIG = 1 << 60
"""From here on a number may have been recorded as a long one."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a value must be: one of these."""

    tags: int
    number: int | None = None
    real: float | None = None
    big: int | None = None
    text: str | None = None
    whole: bool = False
    """The text is all of a string, not a part of it."""

    def meets(self, value: Value) -> bool:
        """Whether a value is one of these itself."""
        plain = value.data
        if value.kind == "str":
            text = self.text
            return text is not None and (plain == text if self.whole else text in str(plain))
        if value.kind in ("int", "float"):
            numbers = (self.number, self.real, self.big)
            return any(type(plain) is type(each) and plain == each for each in numbers)
        tags = {"NoneType": T_NONE, "bool": T_TRUE if plain else T_FALSE}
        return bool(self.tags >> tags.get(value.type_name, 0) & 1)

    @property
    def raw(self) -> tuple[int, int | None, float | None, int | None, Any, int]:
        """As the codec takes it."""
        text = None
        if self.text is not None:
            text = (self.text.encode("utf-8", "surrogatepass"), self.whole)
        return (self.tags, self.number, self.real, self.big, text, 0)


def iter_search(
    rec: Replay,
    text: str,
    kinds: Collection[str] | None = None,
    start: int = 0,
    stop: int | None = None,
    direction: int = 1,
    limit: int | None = None,
    in_function: str | None = None,
) -> Iterator[Found]:
    """What a text is found in, from step `start` on (`direction` -1: from `start` back, or from the
    end). A number means that number, and text that contains it; a quoted text means a string that
    is exactly that; `None`, `True` and `False` mean themselves; other text is looked for in
    strings. `in_function` keeps what happens in functions of that name.
    """
    if not text:
        raise EscopeError("there is nothing to search for", slug="bad-question")
    kinds = SEARCH_KINDS if kinds is None else kinds
    unknown = [each for each in kinds if each not in SEARCH_KINDS]
    if unknown:
        raise EscopeError(
            f"nothing can be searched by {one_line(unknown[0])}",
            slug="bad-question",
            hint=f"kinds are {', '.join(SEARCH_KINDS)}",
        )
    if direction not in (1, -1):
        raise EscopeError("the direction is 1 or -1", slug="bad-question")
    if direction > 0:
        span = (max(start, 0), len(rec) if stop is None else stop)
    else:
        span = (0 if stop is None else stop, (start or len(rec) - 1) + 1)
    functions = rec.program.find_functions(in_function)
    asked = frozenset(kinds)
    looks = _looks(rec, text, asked, span, direction)
    streams = list(_streams(rec, text, asked, functions, span, direction, looks))
    found: Iterator[Found] = heapq.merge(*streams, key=lambda each: each.step * direction)
    if looks is not None:
        found = looks.closing(found)
    if in_function is not None:
        wanted = {(rec.program.paths[f.module], f.qualname) for f in functions}
        found = (each for each in found if (each.file, each.function) in wanted)
    return found if limit is None else islice(found, max(limit, 0))


def _streams(
    rec: Replay,
    text: str,
    kinds: frozenset[str],
    functions: Sequence[Function],
    span: tuple[int, int],
    direction: int,
    looks: Looks | None,
) -> Iterator[Iterator[Found]]:
    by_value = kinds & {"value", "return", "argument"}
    if by_value == {"return"}:
        yield _returns(rec, _wanted(text), functions, span, direction)
    elif by_value:
        yield _values(rec, _wanted(text), by_value, span, direction, looks)
        late = [each for each in functions if (each.module, each.place) in holding_back(rec)]
        if "return" in kinds and late:
            yield _returns(rec, _wanted(text), late, span, direction)
    if "name" in kinds:
        yield iter(_sorted(_names(rec, text, span, direction), direction))
    if "type" in kinds:
        yield _types(rec, text, span, direction, looks)
    if "output" in kinds:
        yield _output(rec, text, span, direction)
    if "source" in kinds:
        yield iter(_sorted(_source(rec, text, span, direction), direction))
    if looks is not None:
        yield _exceptions(rec, text, span, direction, looks)


def _looks(
    rec: Replay, text: str, kinds: frozenset[str], span: tuple[int, int], direction: int
) -> Looks | None:
    """One look at each chunk for all kinds of a search that asks about exceptions."""
    if "exception" not in kinds:
        return None
    by_value = kinds & {"value", "return", "argument"}
    wanted = _wanted(text).raw if by_value and by_value != {"return"} else _NOTHING
    types = _marked(_types_of(rec, text)) if "type" in kinds else b""
    return Looks(rec, text, wanted, types, rec.surveyor.numbers(*span, direction))


def _sorted(found: Iterator[Found], direction: int) -> list[Found]:
    return sorted(found, key=lambda each: each.step * direction)


def _place(rec: Replay, step: int, kind: str, text: str, value: Value | None = None) -> Found:
    at = spot_of(rec, step)
    return Found(at.step, kind, text, at.file, at.line, at.function, at.frame_id, at.thread, value)


def _wanted(text: str) -> _Wanted:
    try:
        plain: Any = ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        plain = ...
    tags = {None: 1 << T_NONE, False: 1 << T_FALSE, True: 1 << T_TRUE}
    if plain is None or isinstance(plain, bool):
        return _Wanted(tags[plain])
    if isinstance(plain, str):
        return _Wanted(0, text=plain, whole=True)
    inside = text.strip()
    if isinstance(plain, int):
        whole = plain if SMALL <= plain < LARGE else None
        real = float(plain) if abs(plain) < 1 << 53 else None
        big = plain if abs(plain) >= BIG else None
        return _Wanted(0, whole, real, big, inside)
    if isinstance(plain, float):
        whole = int(plain) if plain.is_integer() and abs(plain) < 1 << 53 else None
        return _Wanted(0, whole, plain, None, inside)
    return _Wanted(0, text=inside)


def _values(
    rec: Replay,
    wanted: _Wanted,
    kinds: frozenset[str],
    span: tuple[int, int],
    direction: int,
    looks: Looks | None,
) -> Iterator[Found]:
    survey = rec.surveyor.survey
    match = wanted.raw
    ends_too = bool(wanted.tags & 1 << T_NONE) and "return" in kinds

    def look(number: int) -> bool:
        if ends_too or looks is None:
            return ends_too or survey.may_write(number, match)
        return looks.at(number).writes

    def read(number: int) -> list[Any]:
        rows: list[Any] = survey.writes(number, span[0], span[1] + 1, match)
        if ends_too:
            ends = rec.scanner.chunk_events(number, EV_END)
            rows += [(e[0] + 1, e[0], "end", e[3], e[4], None) for e in ends]
            rows.sort(key=lambda row: row[0])
        return rows

    numbers = rec.surveyor.numbers(span[0], span[1], direction)
    some = "value" not in kinds
    for _, rows in _over(rec, looks, numbers, look, read):
        if some:
            rows = list(filter(_is_passed, rows))
        for row in rows if direction > 0 else reversed(rows):
            found = _value(rec, row, kinds)
            if found is not None and span[0] <= found.step < span[1]:
                yield found


def _is_passed(row: Any) -> bool:
    """Whether a row may tell of an argument or of what a function returned, not of a variable or a
    part of an object alone.
    """
    what = row[2]
    return what in ("value", "end") or (what == "slot" and row[0] == row[1])


def _over(
    rec: Replay,
    looks: Looks | None,
    numbers: Iterable[int],
    look: Callable[[int], bool],
    read: Callable[[int], list[Any]],
) -> Iterator[tuple[int, list[Any]]]:
    """What `read` says of the chunks that `look` finds something in; shared looks are on threads of
    their own.
    """
    if looks is None:
        return rec.surveyor.over_some(numbers, look, read)
    return rec.surveyor.each(filter(look, numbers), read)


def _returns(
    rec: Replay,
    wanted: _Wanted,
    functions: Sequence[Function],
    span: tuple[int, int],
    direction: int,
) -> Iterator[Found]:
    """What functions return."""
    scopes = {(each.module, each.place) for each in functions if each.kind not in _SILENT}
    late = scopes & holding_back(rec)
    ends = END if wanted.tags & 1 << T_NONE else 0
    sites: dict[int, int] = {}
    for module in {module for module, _ in scopes}:
        for number, site in rec.program.module_sites(module):
            scope = (module, site.function)
            if scope in late and site.flags & (RETURN | END):
                sites[number] = 2 if site.flags & END else 1
            elif scope in scopes and site.flags & (RETURN | ends):
                sites[number] = 1
    survey, match = rec.surveyor.survey, wanted.raw
    signs = bytearray(rec.surveyor.site_set(sites))
    for number, sign in sites.items():
        signs[number] = sign
    marked = bytes(signs)
    numbers = rec.surveyor.numbers(*span, direction, sites)
    read = rec.surveyor.over_some(
        numbers,
        lambda n: survey.may_return(n, marked, match),
        lambda n: survey.returns(n, marked, *span, match),
    )
    for _, rows in read:
        for row in rows if direction > 0 else reversed(rows):
            found = _returned(rec, wanted, *row)
            if found is not None:
                yield found


def _returned(
    rec: Replay, wanted: _Wanted, step: int, frame: int, number: int, raw: Any
) -> Found | None:
    site = rec.program.site(number)
    if raw is ELSEWHERE:
        call = CallView(rec).call_of_frame(frame)
        value = None if call is None else call.returned
        if value is None or not wanted.meets(value):
            return None
    else:
        value = rec.passed(raw, step, frame, EV_RETURN)
    name = rec.program.function_of(site).qualname
    found = _place(rec, step, "return", f"{name} returned {value.summary(SHOWN)}", value)
    return _in_scope(rec, found, site.module, site.function)


def _value(rec: Replay, row: Any, kinds: frozenset[str]) -> Found | None:
    visible, writer, what, owner, key, raw = row
    if what in ("value", "exception", "end"):
        site = rec.program.site(key)
        if what == "exception" or "return" not in kinds:
            return None
        if (site.module, site.function) in holding_back(rec):  # told where the frame ends
            return None
        if what == "end" and rec.program.function_of(site).kind in ("class", "module"):
            return None
        if what == "value" and not site.flags & RETURN:
            return None
        value = rec.passed(raw, writer, owner, EV_RETURN)
        name = rec.program.function_of(site).qualname
        found = _place(rec, writer, "return", f"{name} returned {value.summary(SHOWN)}", value)
        return _in_scope(rec, found, site.module, site.function)
    value = rec.state.value(raw, min(visible, len(rec)))
    shown = value.summary(SHOWN)
    if what == "global":
        name = _variable(rec, owner, 0, key)
    elif what == "slot":
        with rec.state.lock:
            module, function, *_ = guarded(lambda: rec.scanner.frame_info(owner))
        name = _variable(rec, module, function, key)
        if visible == writer < len(rec):
            site = rec.program.site(rec.site_of(writer))
            scope = rec.program.function_of(site)
            if site.flags & ENTER and key < scope.parameters:
                if "argument" not in kinds:
                    return None
                return _place(rec, visible, "argument", f"{name} = {shown}", value)
    elif what == "attr":
        name = f"{_owner(rec, owner, visible)}.{safe_text(str(key))}"
    elif what == "cell":
        name = "a shared variable"
    else:
        name = f"{_owner(rec, owner, visible)}[{_key(rec, key, visible)}]"
    if "value" not in kinds:
        return None
    return _place(rec, visible, "value", f"{name} = {shown}", value)


def _in_scope(rec: Replay, found: Found, module: int, function: int) -> Found:
    scope = rec.program.function(module, function)
    return Found(
        found.step,
        found.kind,
        found.text,
        rec.program.paths[module],
        found.line if found.function == scope.qualname else scope.line,
        scope.qualname,
        found.frame_id,
        found.thread,
        found.value,
    )


def _variable(rec: Replay, module: int, function: int, slot: int) -> str:
    if module < 0:
        return "?"
    names = rec.program.function(module, function).variables
    return safe_text(names[slot]) if slot < len(names) else "?"


def _owner(rec: Replay, identity: int, step: int) -> str:
    contents = rec.state.contents(identity, min(step, len(rec)))
    name = contents.type_name if contents is not None else "object"
    return f"{safe_text(name)} #{identity}"


def _key(rec: Replay, key: Any, step: int) -> str:
    return "…" if key is None else rec.state.value(key, min(step, len(rec))).summary(40)


def _names(rec: Replay, text: str, span: tuple[int, int], direction: int) -> Iterator[Found]:
    """Variables and functions of which the name has the text: where each comes next."""
    wanted = text.strip().lower()
    start = span[0] if direction > 0 else span[1] - 1
    for function in rec.program.functions():
        if wanted in function.name.lower() and function.kind not in ("module", "genexp", "class"):
            sites = frozenset(rec.program.enter_sites([function]))
            step = rec.next_site(start, direction, sites)
            if span[0] <= step < span[1]:
                yield _place(rec, step, "name", f"{function.qualname}() is called")
        for slot, name in enumerate(function.variables):
            if wanted not in name.lower():
                continue
            at = start - 1 if direction > 0 else start + 1
            with rec.state.lock:
                raw: Any = guarded(
                    lambda at=at, f=function, s=slot: rec.scanner.next_function_write(  # type: ignore[misc]
                        at, direction, f.module, f.place, s
                    )
                )
            if raw is None or not span[0] <= min(raw[1], len(rec) - 1) < span[1]:
                continue
            value = rec.state.value(raw[3], min(raw[1], len(rec)))
            shown = f"{safe_text(name)} = {value.summary(SHOWN)}"
            yield _place(rec, raw[1], "name", shown, value)


def _types_of(rec: Replay, text: str) -> frozenset[int]:
    """The types of which the name has the text."""
    wanted = text.strip().lower()
    return frozenset(
        number
        for number, (module, name) in rec.file.types.items()
        if wanted in name.lower() or wanted == f"{module}.{name}".lower()
    )


def _marked(types: frozenset[int]) -> bytes:
    """Types as the codec takes them."""
    marked = bytearray(max(types, default=-1) + 1)
    for each in types:
        marked[each] = 1
    return bytes(marked)


def _types(
    rec: Replay, text: str, span: tuple[int, int], direction: int, looks: Looks | None
) -> Iterator[Found]:
    """Objects whose type's name has the text, where each is seen first."""
    types = _types_of(rec, text)
    if not types:
        return
    survey = rec.surveyor.survey
    numbers = rec.surveyor.numbers(span[0], span[1], direction)
    marked = _marked(types)
    read = _over(
        rec,
        looks,
        numbers,
        lambda n: survey.may_show(n, marked) if looks is None else looks.at(n).shows,
        lambda n: survey.births(n, types, span[0], span[1]),
    )
    for number, rows in read:
        oldest = highest_before(rec, number)
        for visible, _, identity, _ in rows if direction > 0 else reversed(rows):
            if identity > oldest or _was_not(rec, identity, visible):
                value = rec.state.value_of_object(identity, min(visible, len(rec)))
                yield _place(rec, visible, "type", value.summary(SHOWN), value)


def _was_not(rec: Replay, identity: int, step: int) -> bool:
    """Whether nothing is known of an object before a step."""
    with rec.state.lock:
        return guarded(lambda: rec.scanner.next_object_write(step - 1, -1, identity)) is None


def _output(rec: Replay, text: str, span: tuple[int, int], direction: int) -> Iterator[Found]:
    from .output import occurrences, spot_of_output

    last = len(rec) - 1
    found = [
        each
        for each, _ in occurrences(rec, text)
        if span[0] <= max(min(each.step, last), 0) < span[1]
    ]
    for each in sorted(found, key=lambda one: one.step * direction):
        line = one_line(each.text, SHOWN)
        at = spot_of_output(rec, each)
        yield Found(
            at.step,
            "output",
            f"{each.stream}: {line}",
            at.file,
            at.line,
            at.function,
            at.frame_id,
            at.thread,
            None,
        )


def _source(rec: Replay, text: str, span: tuple[int, int], direction: int) -> Iterator[Found]:
    """Statements whose source has the text, where each runs next. Those that did not run in the
    stretch are not there.
    """
    start = span[0] if direction > 0 else span[1] - 1
    for module in range(len(rec.program.paths)):
        lines = rec.program.lines(module)
        sites: dict[int, list[int]] = {}
        for number, site in rec.program.module_sites(module):
            if site.flags & BEGINS_STEP:
                for line in range(site.line, min(site.end_line, site.line + 50) + 1):
                    sites.setdefault(line, []).append(number)
        for number, row in enumerate(lines, 1):
            if text not in row or number not in sites:
                continue
            step = rec.next_site(start, direction, frozenset(sites[number]))
            if span[0] <= step < span[1]:
                yield _place(rec, step, "source", one_line(row.strip(), SHOWN))


def _exceptions(
    rec: Replay, text: str, span: tuple[int, int], direction: int, looks: Looks
) -> Iterator[Found]:
    """Exceptions that say the text, where they were raised."""
    told = set[tuple[int, int]]()
    for each in _raised(rec, span, direction, looks):
        shown = f"{each.type_name}: {each.message}" if each.message else each.type_name
        if text in shown and (each.step, each.thread) not in told:
            told.add((each.step, each.thread))
            yield _place(rec, each.step, "exception", f"{shown} ({each.fate})", each.value)


def _raised(
    rec: Replay, span: tuple[int, int], direction: int, looks: Looks
) -> Iterator[ExceptionEvent]:
    """The exceptions of the chunks that may say it, some of them twice."""
    spots = Spots(rec)
    end = unseen_end(rec)
    last = None if end is None or not span[0] <= end.step < span[1] else end
    for number in rec.surveyor.numbers(*span, direction):
        first, stop = rec.surveyor.span(number)
        ends = last is not None and first <= last.step < stop
        if not ends and not looks.at(number).says:
            continue
        if number and cleans_up(rec, first, spots):  # it may have been raised long before
            here = [each for each in all_exceptions(rec) if span[0] <= each.step < span[1]]
            yield from here if direction > 0 else reversed(here)
            return
        here = exceptions_in(rec, range(max(number - 1, 0), number + 1), span, spots)
        yield from here if direction > 0 else reversed(here)
