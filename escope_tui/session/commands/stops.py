"""Commands for breakpoints and watches."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ...errors import NotFoundError, UsageError
from ...model.text import one_line
from ...replay.evaluator import parse
from ...replay.names import find_targets
from ...replay.reach import check_condition
from ..stops import DATA, EXCEPTION, FATES, FUNCTION, LINE, Stop, nearest, sites_of
from . import words
from .table import command
from .talk import Reply, Row, Talk, row

CATCHES = ("all", "uncaught", "none")


def _set(talk: Talk, stop: Stop) -> Reply:
    added = talk.session.stops.add(stop)
    return Reply([_row(added)])


def _row(stop: Stop) -> Row:
    return row((f"{stop.number:>3}", "number"), f"  {stop.describe()}")


def _checked(condition: str) -> str:
    if condition:
        parse(condition)
    return condition


def _break(talk: Talk, text: str, temporary: bool) -> Reply:
    where, condition = words.condition(text)
    condition = _checked(condition)
    if not where:
        place: tuple[str, int] | None = (talk.frame.file, talk.frame.line)
    else:
        place = words.line_place(talk, where)
    if place is None:
        if not talk.rec.program.find_functions(where):
            raise NotFoundError(
                f"no recorded function is called {one_line(where, 60)}",
                hint="b LINE, b FILE:LINE or b FUNCTION, each perhaps with `if CONDITION`",
            )
        stop = Stop(FUNCTION, name=where, condition=condition, temporary=temporary)
        check_condition(talk.rec, condition, sites_of(talk.rec, stop))
        return _set(talk, stop)
    file, line = place
    hits = talk.engine.line_hits(file).get(line, 0)
    if not talk.rec.program.sites_at(file, line):
        raise NotFoundError(
            f"{one_line(file.rpartition('/')[2], 60)}:{line} is no statement that is recorded"
        )
    stop = Stop(LINE, file=file, line=line, condition=condition, temporary=temporary)
    check_condition(talk.rec, condition, sites_of(talk.rec, stop))
    added = talk.session.stops.add(stop)
    times = f"ran {hits:,} time{'s' if hits != 1 else ''}" if hits else "never ran"
    return Reply([row(*_row(added).parts, (f"  ({times})", "note"))])


@command("break b", "[LINE | FILE:LINE | FUNCTION] [if CONDITION]", "place")
def breakpoint_(talk: Talk, text: str) -> Reply:
    """Set a breakpoint; without an argument, list them all.
    `c` and `rc` stop there, forward and backward. The condition is an expression over the values
    there; where it cannot be answered the run stops and says why.
    """
    if not text:
        return listed(talk, "")
    return _break(talk, text, False)


@command("tbreak tb", "[LINE | FILE:LINE | FUNCTION] [if CONDITION]", "place")
def tbreak(talk: Talk, text: str) -> Reply:
    """Set a breakpoint that is gone once it was reached."""
    return _break(talk, text, True)


@command("watch", "TARGET [if CONDITION]", "target")
def watch(talk: Talk, text: str) -> Reply:
    """Stop where a variable, an attribute or an item is written, or its object changes in place.
    What the name means in this frame at this moment is what is watched.
    """
    target, condition = words.condition(words.needed(text, "a variable, attribute or item"))
    find_targets(talk.rec, target, talk.step, talk.frame_id)
    condition = _checked(condition)
    here = Stop(DATA, name=target, step=talk.step, frame=talk.frame_id, condition=condition)
    return _set(talk, here)


@command(
    "catch", "[TYPE] [caught | uncaught | left | swallowed] | all | uncaught | none", "exception"
)
def catch(talk: Talk, text: str) -> Reply:
    """Stop at exceptions of a type, perhaps only at those with that fate.
    `catch all`, `catch uncaught` and `catch none` say at which exceptions `c` and `rc` stop
    anyway; without an argument, tell that.
    """
    if not text or text in CATCHES:
        talk.session.catch = text or talk.session.catch
        return Reply([row(f"c and rc stop at exceptions: {talk.session.catch}")])
    name, _, fate = text.partition(" ")
    fate = fate.strip()
    if fate not in FATES or not all(map(str.isidentifier, name.split("."))):
        raise UsageError(f"catch {one_line(text, 40)}: not understood", hint=catch.usage)
    stop = Stop(EXCEPTION, name=name, fate=fate)
    added = talk.session.stops.add(stop)
    there = nearest(talk.rec, stop, -1, False)
    note = "" if there is not None else "  (there is none in this recording)"
    return Reply([row(*_row(added).parts, (note, "note"))])


@command("breakpoints bl")
def listing(talk: Talk, text: str) -> Reply:
    """List the breakpoints and watches, with their numbers."""
    return listed(talk, text)


def listed(talk: Talk, text: str) -> Reply:
    words.nothing(text, "breakpoints")
    rows: Iterator[Row] = map(_row, talk.session.stops)
    return Reply(words.up_to(rows, None, "there are no breakpoints"))


@command("condition", "NUMBER [CONDITION]", "breakpoint")
def condition(talk: Talk, text: str) -> Reply:
    """Give a breakpoint a condition, or take it away."""
    number, _, expression = words.needed(text, "the breakpoint's number").partition(" ")
    found = words.number(number)
    asked = _checked(expression.strip())
    check_condition(talk.rec, asked, sites_of(talk.rec, talk.session.stops.get(found)))
    return Reply([_row(talk.session.stops.change(found, condition=asked))])


@command("ignore", "NUMBER COUNT", "breakpoint")
def ignore(talk: Talk, text: str) -> Reply:
    """Pass a breakpoint by so many times in each run."""
    number, _, count = words.needed(text, "the breakpoint's number").partition(" ")
    times = words.number(words.needed(count.strip(), "how many times"))
    return Reply([_row(talk.session.stops.change(words.number(number), ignore=times))])


@command("enable", "[NUMBER...]", "breakpoint")
def enable(talk: Talk, text: str) -> Reply:
    """Let breakpoints stop again: those with a number, or all."""
    return _switch(talk, text, True)


@command("disable", "[NUMBER...]", "breakpoint")
def disable(talk: Talk, text: str) -> Reply:
    """Keep breakpoints, but do not stop at them: those with a number, or all."""
    return _switch(talk, text, False)


def _switch(talk: Talk, text: str, on: bool) -> Reply:
    stops = talk.session.stops
    numbers = words.numbers(text, (each.number for each in stops))
    for number in numbers:
        stops.get(number)
    rows = [_row(stops.change(number, enabled=on)) for number in numbers]
    return Reply(words.up_to(rows, None, "there are no breakpoints"))


@command("delete clear cl", "[NUMBER... | FILE:LINE | all]", "breakpoint")
def delete(talk: Talk, text: str) -> Reply:
    """Remove breakpoints and watches by number or line, or all of them."""
    stops = talk.session.stops
    if words.needed(text, "a breakpoint's number, FILE:LINE or `all`") == "all":
        count = len(stops)
        stops.clear()
        return Reply([row(f"removed {count:,}")])
    if ":" in text:
        place = words.line_place(talk, text)
        numbers = [s.number for s in stops if (s.file, s.line) == place]
    else:
        numbers = [words.number(each) for each in text.split()]
    for number in numbers:
        stops.get(number)
    rows = [row("removed ", *_row(stops.remove(number)).parts) for number in dict.fromkeys(numbers)]
    return Reply(words.up_to(rows, None, "there is no breakpoint"))


def is_expression(text: str) -> bool:
    """Whether a text reads as an expression."""
    try:
        ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


COMMANDS = [
    breakpoint_,
    tbreak,
    watch,
    catch,
    listing,
    condition,
    ignore,
    enable,
    disable,
    delete,
]
