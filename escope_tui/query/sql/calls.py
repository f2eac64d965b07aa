"""The rows about calls: numbers, and apart from them, since they take far longer, texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...model.text import safe_text
from ...replay.recording import EV_END, EV_RETURN, EV_UNWIND
from ..calls import CallView, outcome_of
from .values import WIDTH, Progress, Rows, Values, number_of, of_value

if TYPE_CHECKING:
    from ...replay.tables import Function
    from ..recording import Recording

Row = tuple[Any, ...]
"""As `Survey.calls` gives them."""
FRAME, SITE, THREAD, CALLER, ENTER, NS, ARGUMENTS, END, EXIT, END_NS, VALUE, PARENT, DEPTH = range(
    13
)


def call_rows(rec: Recording, progress: Progress) -> Rows:
    """The calls of recorded functions: what is known without making text of values."""
    view = CallView(rec)
    paths = rec.program.paths
    for functions, rows in _called(rec, progress):
        for function, row in zip(functions, rows, strict=True):
            end, returned = row[END], None
            if end:
                step, outcome = row[EXIT], outcome_of(end, function.kind)
                returned = number_of(row[VALUE]) if end == EV_RETURN else None
            else:
                found = view.call_end(view.call_of_row(function, row))
                step, outcome = found.step, found.outcome
                returned = of_value(found.returned)[2]
            yield (
                row[FRAME],
                function.qualname,
                paths[function.module],
                function.line,
                row[ENTER],
                step,
                outcome,
                returned,
                row[CALLER] if row[CALLER] >= 0 else None,
                row[PARENT] or None,
                row[THREAD],
                row[DEPTH],
                row[NS],
            )


def call_value_rows(rec: Recording, progress: Progress) -> Rows:
    """The arguments, results and exceptions of calls, as text."""
    values, view = Values(rec), CallView(rec)
    for functions, rows in _called(rec, progress):
        shown: list[list[Any]] = []
        later: list[tuple[int, Callable[[], None]]] = []
        for function, row in zip(functions, rows, strict=True):
            found: list[Any] = [row[FRAME], {}, None, None]
            shown.append(found)
            _arguments(values, view, function, row, found[1], later)
            _result(rec, values, view, function, row, found, later)
        # In the order of time: going from moment to moment is cheap where they are near.
        later.sort(key=lambda each: each[0])
        for _, look in later:
            look()
        for frame, arguments, returned, exception in shown:
            yield frame, json.dumps(arguments), returned, exception


def _called(rec: Recording, progress: Progress) -> Iterator[tuple[list[Function], list[Row]]]:
    """The calls of all functions, chunk by chunk."""
    functions = rec.program.find_functions(None)
    wanted = rec.surveyor.function_set(functions)
    sites = rec.program.enter_sites(functions)
    places = {site: rec.program.function_of(rec.program.site(site)) for site in sites}
    survey, stop = rec.surveyor.survey, len(rec) + 1
    count = max(len(rec.file.chunks), 1)
    numbers = rec.surveyor.numbers(sites=sites)
    for number, rows in rec.surveyor.beside(numbers, lambda n: survey.calls(n, wanted, 0, stop)):
        progress(number / count)
        for each in rows:
            if each[SITE] not in places:
                places[each[SITE]] = rec.program.function_of(rec.program.site(each[SITE]))
        yield [places[each[SITE]] for each in rows], rows


def _arguments(
    values: Values,
    view: CallView,
    function: Function,
    row: Row,
    into: dict[str, str | None],
    later: list[tuple[int, Callable[[], None]]],
) -> None:
    """Puts the texts of the parameters, in their order, into a dict, now or later."""
    names = function.variables[: function.parameters]
    given = None if row[ARGUMENTS] is None else dict(row[ARGUMENTS])
    if given is None:

        def look_up() -> None:
            call = view.call_of_row(function, row)
            into.update({safe_text(n): v.summary(WIDTH) for n, v in call.args.items()})

        later.append((row[ENTER], look_up))
        return
    for slot, name in enumerate(names):
        if slot not in given:
            continue
        plain = values.plain(given[slot])
        key = safe_text(name)
        into[key] = None if plain is None else plain[0]
        if plain is None:

            def show(key: str = key, raw: Any = given[slot], step: int = row[ENTER]) -> None:
                into[key] = values.at(raw, step)[0]

            later.append((row[ENTER], show))


def _result(
    rec: Recording,
    values: Values,
    view: CallView,
    function: Function,
    row: Row,
    into: list[Any],
    later: list[tuple[int, Callable[[], None]]],
) -> None:
    """Puts the texts of what it returned and raised in the third and fourth place."""
    end = row[END]
    if end == EV_END and function.kind != "class":
        into[2] = "None"
        return
    plain = values.plain(row[VALUE]) if end == EV_RETURN else None
    if plain is not None:
        into[2] = plain[0]
    elif end in (EV_RETURN, EV_UNWIND):

        def show() -> None:
            place = 2 if end == EV_RETURN else 3
            into[place] = rec.passed(row[VALUE], row[EXIT], row[FRAME], end).summary(WIDTH)

        later.append((row[EXIT], show))
    elif not end:

        def look_up() -> None:
            found = view.call_end(view.call_of_row(function, row))
            for place, value in ((2, found.returned), (3, found.exception)):
                into[place] = None if value is None else value.summary(WIDTH)

        later.append((row[ENTER], look_up))
