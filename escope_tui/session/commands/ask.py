"""Commands that ask the whole recording."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING

from ...errors import EscopeError, UsageError
from ...model.text import one_line
from ...query.exceptions import iter_exceptions, named_exceptions
from ...query.executions import iter_executions
from ...query.history import iter_history
from ...query.output import output_lines
from ...replay.evaluator import parse
from ..session import Arrival, describe
from . import words
from .stops import is_expression
from .table import command
from .talk import Part, Reply, Row, Talk, row

if TYPE_CHECKING:
    from ...model.answers import Execution, HistoryPoint
    from ...model.events import Call, ExceptionEvent
    from ...query.why import Cause

WIDTH = 80
CAUSES = 12


def at(step: int, now: int | None = None) -> Part:
    """A step as people write it."""
    return (f"@{step:,}", "here" if step == now else "step")


# -- causes and writes


@command("why", "[TARGET]", "target")
def why(talk: Talk, text: str) -> Reply:
    """Tell why a variable, attribute or item has its value: who wrote it, from what, and so on;
    without TARGET: why this statement did what it did."""
    cause = talk.rec.why(text or None, at=talk.step)
    return Reply(_causes(cause))


def _causes(cause: Cause) -> Iterator[Row]:
    for depth, each in cause.walk():
        parts: list[str | Part] = ["  " * depth, (one_line(each.target, 60), "name")]
        parts += [(each.equals(WIDTH), "value"), (f"  [{each.kind}]", "note")]
        if each.step is not None:
            parts += ["  ", at(each.step), f" {one_line(each.function, 40)}:{each.line}"]
        if each.shows_source:
            parts.append((f"  {one_line(each.source, 100)}", "dim"))
        if each.note:
            parts.append((f"  ({one_line(each.note, 120)})", "note"))
        yield row(*parts, step=each.step)


@command("control")
def control(talk: Talk, text: str) -> Reply:
    """Tell which conditions, with which values, made this statement run, and its calls."""
    words.nothing(text, "control")

    def rows() -> Iterator[Row]:
        for each in talk.rec.control(talk.step):
            values = ", ".join(f"{one_line(n, 40)} = {v.summary(60)}" for n, v in each.reads)
            outcome = "" if each.outcome is None else f" was {each.outcome}"
            yield row(
                "  " * each.depth,
                at(each.step),
                f" {one_line(each.function, 40)}:{each.line} ",
                (f"{each.kind} ", "note"),
                (one_line(each.source, 100), "dim"),
                (outcome, "name"),
                (f"  ({values})" if values else "", "value"),
                step=each.step,
            )

    return Reply(words.up_to(rows(), None, "nothing decided that it ran"))


@command("whynot", "LINE | FILE:LINE", "place")
def whynot(talk: Talk, text: str) -> Reply:
    """Tell why a line did not run before this moment: the branch that was taken away from it."""
    place = words.line_place(talk, words.needed(text, "a line"))
    if place is None:
        raise UsageError(f"{one_line(text, 40)!r} is not a line", hint="orders.py:41, :41, 41")
    answer = talk.rec.why_not(*place, at=talk.step)
    rows = [row(answer.text, step=answer.step)]
    if answer.source and answer.step is not None:
        where = f" line {answer.decided_line} "
        rows.append(row("  ", at(answer.step), where, (one_line(answer.source, 120), "dim")))
    for name, value in answer.reads:
        shown = (value.summary(WIDTH), "value")
        rows.append(row("    ", (one_line(name, 60), "name"), " = ", shown))
    return Reply(rows)


@command("hist history", "TARGET", "target")
def history(talk: Talk, text: str) -> Reply:
    """Show every value that a variable, attribute or item took, with the steps.
    Changes inside its object count. The mark -> stands before the one that it has now.
    """
    name = words.needed(text, "a variable, attribute or item")
    found = iter_history(talk.rec, name, talk.step, frame=talk.frame_id)
    return Reply(words.up_to(_history(talk, found), None, f"{one_line(name, 40)} is never written"))


def _history(talk: Talk, found: Iterator[HistoryPoint]) -> Iterator[Row]:
    """One row behind: the newest that shows here is known when a later one is seen."""
    waiting: HistoryPoint | None = None
    for each in found:
        if waiting is not None:
            now = waiting.visible <= talk.step < each.visible
            yield _point(waiting, now)
        waiting = each
    if waiting is not None:
        yield _point(waiting, waiting.visible <= talk.step)


def _point(each: HistoryPoint, now: bool) -> Row:
    value = each.value.summary(WIDTH) if each.value is not None else "deleted"
    place = f"{one_line(each.file.rpartition('/')[2], 60)}:{each.line}"
    shown: list[str | Part] = [("->" if now else "  ", "here"), " ", at(each.step), f"  {place}  "]
    return row(*shown, (value, "value"), step=each.step)


# -- executions


def _expressions(text: str) -> list[str]:
    """Expressions that commas separate; commas inside brackets belong to an expression."""
    import ast

    tree = parse(f"[{text}]")
    assert isinstance(tree, ast.List)
    return [ast.unparse(each) for each in tree.elts]


def _hits(talk: Talk, text: str, need: bool) -> Reply:
    asked, condition = words.condition(text)
    where, _, rest = asked.partition(" ")
    start = 0
    if where.startswith("@"):
        start = words.known_step(talk, where)
        where, _, rest = (asked := rest.strip()).partition(" ")
    place = words.line_place(talk, where) if where else (talk.frame.file, talk.frame.line)
    function = None
    if place is None and talk.rec.program.find_functions(where):
        function = where
    elif place is None and is_expression(f"[{asked}]"):
        place, rest = (talk.frame.file, talk.frame.line), asked
    elif place is None:
        raise UsageError(f"{one_line(where, 40)!r} is no line and no function")
    expressions = _expressions(rest) if rest.strip() else []
    if need and not expressions:
        raise UsageError("what is to be logged? log PLACE EXPRESSION, …")
    if condition:
        parse(condition)
    file, line = place or (None, None)
    found = iter_executions(talk.rec, file, line, function, expressions, condition, start)
    rows = (_execution(talk, each, expressions) for each in found)
    return Reply(words.up_to(rows, None, "it never ran"))


def _execution(talk: Talk, each: Execution, expressions: list[str]) -> Row:
    parts: list[str | Part] = [at(each.step, talk.step), f"  {one_line(each.function, 40)}"]
    for name, value in zip(expressions, each.values, strict=False):
        bad = isinstance(value, EscopeError)
        shown: Part = (
            (f"<{one_line(value.message, 60)}>", "note")
            if isinstance(value, EscopeError)
            else (value.summary(WIDTH), "value")
        )
        parts += ["  ", (one_line(name, 40), "dim" if bad else "name"), "=", shown]
    if each.problem:
        parts.append((f"  (condition: {one_line(each.problem, 80)})", "warning"))
    return row(*parts, step=each.step)


@command("hits", "[@STEP] [LINE | FILE:LINE | FUNCTION] [EXPRESSION, …] [if CONDITION]", "place")
def hits(talk: Talk, text: str) -> Reply:
    """List the executions of a line or function, with the expressions that you add: all of them,
    or with @STEP those from there on.
    """
    return _hits(talk, text, False)


@command("log", "[@STEP] LINE | FILE:LINE | FUNCTION EXPRESSION, … [if CONDITION]", "place")
def log(talk: Talk, text: str) -> Reply:
    """Set a log point after the fact: the expressions at each execution of a line or function."""
    return _hits(talk, words.needed(text, "a line or a function"), True)


@command("calls", "[FUNCTION]", "function")
def calls(talk: Talk, text: str) -> Reply:
    """List the calls of a function, or all, with arguments and results."""
    from ...query.calls import iter_calls

    rows = (_call(each) for each in iter_calls(talk.rec, text or None))
    return Reply(words.up_to(rows, None, "it was never called"))


def _call(call: Call) -> Row:
    given = ", ".join(f"{one_line(n, 30)}={v.summary(40)}" for n, v in call.args.items())
    parts: list[str | Part] = [at(call.enter), "  ", (one_line(call.function, 60), "name")]
    parts.append(f"({given})")
    if call.exception is not None:
        parts += [" ✖ ", (call.exception.summary(WIDTH), "error")]
    elif call.returned is not None:
        parts += [" → ", (call.returned.summary(WIDTH), "value")]
    else:
        parts.append((f" {call.outcome}", "note"))
    return row(*parts, step=call.enter)


@command("tree", "[DEPTH | all]")
def tree(talk: Talk, text: str) -> Reply:
    """Show the calls that this call makes, with arguments and results, DEPTH levels deep (2).
    `all` begins where no recorded code made the call.
    """
    depth = 2 if text in ("", "all") else words.number(text)
    here = None if text == "all" else talk.rec.call_at(talk.step, talk.frame_id)
    roots = [here] if here is not None else talk.rec.call_tree()
    rows = (each for root in roots for each in _branch(root, 0, min(depth, 100)))
    return Reply(words.up_to(rows, None, "no call was recorded"))


def _branch(call: Call, level: int, depth: int) -> Iterator[Row]:
    line = _call(call)
    yield Row((("  " * level, ""), *line.parts), line.step)
    at_once = 100
    start = 0
    while level < depth:
        children = call.children(start, start + at_once)
        for each in children:
            yield from _branch(each, level + 1, depth)
        start += at_once
        if len(children) < at_once:
            return


@command("functions", "[own | total | calls | steps | exceptions]")
def functions(talk: Talk, text: str) -> Reply:
    """List the functions that ran by their own time, or by another count."""
    orders = {"own": "own_ns", "total": "total_ns"} | {
        name: name for name in ("calls", "steps", "exceptions")
    }
    if (text or "own") not in orders:
        raise UsageError(f"functions {one_line(text, 40)}: not understood", hint=functions.usage)
    key = orders[text or "own"]
    found = sorted(talk.rec.functions(), key=lambda each: -int(getattr(each, key)))
    rows = (
        row(
            (f"{each.own_ns / 1e6:>12,.3f} ms own", "number"),
            f" {each.calls:>9,} calls {each.steps:>11,} steps  ",
            (one_line(each.function, 60), "name"),
            f"  {one_line(each.file.rpartition('/')[2], 60)}:{each.line}",
        )
        for each in found
    )
    return Reply(words.up_to(rows, None, "no function ran"))


# -- searches


def _find(talk: Talk, text: str, back: bool) -> Reply:
    words.needed(text, "what is to be found")
    start = talk.step - 1 if back else talk.step + 1
    side = "before" if back else "after"
    if not 0 <= start < len(talk.rec):
        return Reply(arrival=Arrival(None, f"nothing is {side} this", "warning"))
    found = talk.rec.iter_search(text, start=start, direction=-1 if back else 1)
    first = next((each for each in found if (each.step < talk.step) is back), None)
    if first is None:
        what = f"{one_line(text, 40)} is not found {side} this"
        return Reply(arrival=Arrival(None, what, "warning"))
    note = f"{first.kind}: {one_line(first.text, 120)}"
    return Reply(arrival=Arrival(talk.session.moment(first.step), note))


@command("find", "TEXT", repeats=True)
def find(talk: Talk, text: str) -> Reply:
    """Go to the next place where a text or a value is: in values, names, types, output, source.
    A number means that number, 'quoted' text exactly that string; None, True, False themselves.
    """
    return _find(talk, text, False)


@command("rfind", "TEXT", repeats=True)
def rfind(talk: Talk, text: str) -> Reply:
    """Go to the last place before this moment where a text or a value is."""
    return _find(talk, text, True)


@command("search", "TEXT")
def search(talk: Talk, text: str) -> Reply:
    """List all places where a text or a value is, in the order of time."""
    found = talk.rec.iter_search(words.needed(text, "what is to be found"))
    rows = (
        row(
            at(each.step, talk.step),
            (f"  {each.kind}  ", "note"),
            f"{one_line(each.file.rpartition('/')[2], 40)}:{each.line}  ",
            one_line(each.text, 120),
            step=each.step,
        )
        for each in found
    )
    return Reply(words.up_to(rows, None, "nothing is found"))


@command("sql", "QUERY", "table")
def sql(talk: Talk, text: str) -> Reply:
    """Ask the recording in SQL: steps, calls, writes, exceptions, output, objects, lines.
    Tables are built on first use, which may take a while; Ctrl-C stops it.
    """
    from ...query.sql.ask import ask

    answer = ask(talk.rec, words.needed(text, "a query"), talk.told)

    def rows() -> Iterator[Row]:
        yield row((" | ".join(one_line(name, 60) for name in answer.columns), "title"))
        for each in answer:
            yield row(" | ".join("" if v is None else one_line(str(v), 120) for v in each))

    return Reply(rows())


# -- the rest


@command("exceptions", "[TYPE | @STEP]", "exception")
def exceptions(talk: Talk, text: str) -> Reply:
    """List every exception: where it was raised, what became of it and which it came from.
    Of one step's: the frames that it went through, with their variables.
    """
    wanted = words.step(text) if text else None
    if wanted is None:
        found = named_exceptions(talk.rec, text) if text else iter(talk.rec.exceptions())
    else:
        near = iter_exceptions(talk.rec, wanted - 1, 1)
        found = takewhile(lambda each: each.step == wanted, near)
    rows = (line for e in found for line in _exception(talk, e, whole=wanted is not None))
    return Reply(words.up_to(rows, None, "no exception"))


def _exception(talk: Talk, error: ExceptionEvent, *, whole: bool) -> Iterator[Row]:
    behind = error.earlier or error.cause or error.context
    link = "first raised" if error.earlier else "from" if error.cause else "while handling"
    more = f" · {link} {one_line(behind.type_name, 40)} @{behind.step:,}" if behind else ""
    head = row(at(error.step, talk.step), "  ", (describe(error), "error"), more, step=error.step)
    yield head
    if not whole:
        return
    places = error.propagated
    if not places or places[0].frame_id != error.raised.frame_id:
        places = (error.raised, *places)
    for each in (*places, *((error.caught,) if error.caught else ())):
        values = ", ".join(f"{one_line(n, 40)}={v.summary(60)}" for n, v in each.locals.items())
        where = f"{one_line(each.function, 40)}, line {each.line} (@{each.step:,})"
        caught = "caught in " if each is error.caught else "through "
        yield row("    ", (f"{caught}{where}", "place"), "  ", values, step=each.step)


@command("output o", "[N]")
def output(talk: Talk, text: str) -> Reply:
    """Show what the program had written by now: the last N lines, or all."""
    lines = output_lines(talk.rec, talk.step)
    return Reply(map(row, deque(lines, words.number(text)) if text else lines))


@command("coverage cov", "[FILE]", "file")
def coverage(talk: Talk, text: str) -> Reply:
    """Show the lines of this file, or of another, that never ran."""
    file = words.file(talk, text) if text else talk.frame.file
    counts = talk.rec.line_counts(file)
    missed = sorted(line for line, count in counts.items() if not count)
    source = talk.projector.source(file)
    ran = f"{len(counts) - len(missed):,} of {len(counts):,} lines with a statement ran"

    def rows() -> Iterator[Row]:
        yield row((ran, "note"))
        for line in missed:
            text = source.lines[line - 1] if source is not None else ""
            yield row((f"{line:>5} ", "number"), text)

    return Reply(rows())


@command("cmp", "STEP", "mark")
def compare(talk: Talk, text: str) -> Reply:
    """Show what differs between another moment and this one, in the variables and inside them."""
    from .keep import marked

    step = marked(talk, words.needed(text, "a step or a bookmark"))
    rows = []
    found = talk.rec.compare(step, talk.step)
    for each in found:
        old = "unbound" if each.before is None else each.before.summary(WIDTH)
        new = "unbound" if each.after is None else each.after.summary(WIDTH)
        more = f"  {one_line(each.function, 40)}" + (" (the same object)" if each.in_place else "")
        shown = (one_line(each.name, 120), "name"), ": ", (old, "note"), " → ", (new, "value")
        rows.append(row(*shown, (more, "note")))
    if found.cut:
        rows.append(row(("they hold too much: not all that lies in them was compared", "note")))
    return Reply(words.up_to(rows, None, "no variable differs"))


@command("test", "[EXPECTED]", "expression")
def test(talk: Talk, text: str) -> Reply:
    """Show a pytest file that makes this call again and expects its result, or EXPECTED."""
    source = talk.rec.test_case(talk.step, text or None)
    return Reply([row(line) for line in source.splitlines()])


COMMANDS = [
    why,
    control,
    whynot,
    history,
    hits,
    log,
    calls,
    tree,
    functions,
    exceptions,
    find,
    rfind,
    search,
    output,
    coverage,
    compare,
    test,
    sql,
]
