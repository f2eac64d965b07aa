"""Commands that ask the whole recording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...errors import EscopeError, EvaluationError, UsageError
from ...model.text import one_line
from ...query import writes
from ...replay.evaluator import parse
from ...replay.names import find_targets
from ..session import describe
from . import words
from .stops import is_expression
from .table import command
from .talk import Part, Reply, Row, Talk, row

if TYPE_CHECKING:
    from ...model.events import Call, Write
    from ...query.why import Cause

WIDTH = 80
CAUSES = 12


def at(step: int, now: int | None = None) -> Part:
    """A step as people write it."""
    return (f"@{step:,}", "here" if step == now else "step")


# -- causes and writes


@command("why", "TARGET", "target")
def why(talk: Talk, text: str) -> Reply:
    """Tell why a variable, attribute or item has its value: who wrote it, from what, and so on."""
    cause = talk.rec.why(words.needed(text, "a variable, attribute or item"), at=talk.step)
    return Reply(_causes(cause))


def _causes(cause: Cause) -> Iterator[Row]:
    for depth, each in cause.walk():
        shown = each.value.summary(WIDTH) if each.value is not None else "?"
        parts: list[str | Part] = ["  " * depth, (one_line(each.target, 60), "name"), " = "]
        parts += [(shown, "value"), (f"  [{each.kind}]", "note")]
        if each.step is not None:
            parts += ["  ", at(each.step), f" {one_line(each.function, 40)}:{each.line}"]
        if each.source:
            parts.append((f"  {one_line(each.source, 100)}", "dim"))
        if each.note:
            parts.append((f"  ({one_line(each.note, 120)})", "note"))
        yield row(*parts, step=each.step)


@command("hist history", "TARGET", "target")
def history(talk: Talk, text: str) -> Reply:
    """Show every value that a variable, attribute or item took, with the steps.
    The mark -> stands before the one that it has now.
    """
    name = words.needed(text, "a variable, attribute or item")
    found = list(history_of(talk, name))
    return Reply(words.up_to(_history(talk, found), None, f"{one_line(name, 40)} is never written"))


def history_of(talk: Talk, text: str) -> Iterator[Write]:
    """The writes of what a text means here, oldest first."""
    rec = talk.rec
    for target in find_targets(rec, text, talk.step, talk.frame_id):
        write = writes.step_to(rec, target, 0, 1)
        first = writes.step_to(rec, target, 0, -1)
        if first is not None and (write is None or first.visible < write.visible):
            yield first
        while write is not None:
            yield write
            write = writes.step_to(rec, target, write.visible, 1)


def _history(talk: Talk, found: list[Write]) -> Iterator[Row]:
    now = max((w.visible for w in found if w.visible <= talk.step), default=None)
    for each in found:
        value = each.value.summary(WIDTH) if each.value is not None else "deleted"
        mark = "->" if each.visible == now else "  "
        place = f"{one_line(each.file.rpartition('/')[2], 60)}:{each.line}"
        yield row(
            (mark, "here"), " ", at(each.step), f"  {place}  ", (value, "value"), step=each.step
        )


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
    if function is not None:
        steps = (call.enter for call in talk.rec.calls(function))
    else:
        assert place is not None
        steps = (hit.step for hit in talk.rec.hits(*place))
    rows = _executions(talk, steps, expressions, condition)
    return Reply(words.up_to(rows, None, "it never ran"))


def _executions(
    talk: Talk, steps: Iterator[int], expressions: list[str], condition: str
) -> Iterator[Row]:
    rec = talk.rec
    for step in steps:
        if condition and not _holds(talk, condition, step):
            continue
        parts: list[str | Part] = [at(step, talk.step), f"  {one_line(rec[step].function, 40)}"]
        for each in expressions:
            parts += ["  ", (one_line(each, 40), "name"), "=", _shown(talk, each, step)]
        yield row(*parts, step=step)


def _shown(talk: Talk, expression: str, step: int) -> Part:
    try:
        return (talk.rec.evaluate(expression, at=step).summary(WIDTH), "value")
    except EscopeError as error:
        return (f"<{one_line(error.message, 60)}>", "note")


def _holds(talk: Talk, condition: str, step: int) -> bool:
    try:
        return bool(talk.rec.evaluate(condition, at=step))
    except EvaluationError as error:
        if error.slug == "unbound":
            return False
        raise EvaluationError(
            f"{one_line(condition, 60)} at @{step:,}: {error.message}", slug=error.slug
        ) from error


@command("hits", "[LINE | FILE:LINE | FUNCTION] [EXPRESSION, …] [if CONDITION]", "place")
def hits(talk: Talk, text: str) -> Reply:
    """List the executions of a line or function, with the expressions that you add."""
    return _hits(talk, text, False)


@command("log", "LINE | FILE:LINE | FUNCTION EXPRESSION, … [if CONDITION]", "place")
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


# -- the rest


@command("exceptions", "[TYPE]", "exception")
def exceptions(talk: Talk, text: str) -> Reply:
    """List every exception: where it was raised, and where it was caught or not."""
    rows = (
        row(at(e.step, talk.step), "  ", (describe(e), "error"), step=e.step)
        for e in talk.rec.exceptions()
        if not text or e.type_name == text or e.type_name.endswith(f".{text}")
    )
    return Reply(words.up_to(rows, None, "no exception"))


@command("output o", "[N]")
def output(talk: Talk, text: str) -> Reply:
    """Show what the program had written by now: the last N lines, or all."""
    lines = talk.rec.output(upto=talk.step).text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    count = words.number(text, len(lines))
    return Reply([row(line) for line in lines[max(len(lines) - count, 0) :]])


@command("cmp", "STEP", "mark")
def compare(talk: Talk, text: str) -> Reply:
    """Show which variables of this frame differ from another moment."""
    from .keep import marked

    step = marked(talk, words.needed(text, "a step or a bookmark"))
    rows = []
    for change in talk.rec.changes(max(step, talk.step), since=min(step, talk.step)):
        value = change.value.summary(WIDTH) if change.value is not None else "unbound"
        place = " (in place)" if change.in_place else ""
        rows.append(row((one_line(change.name, 60), "name"), " = ", (value, "value"), place))
    return Reply(words.up_to(rows, None, "no variable differs"))


COMMANDS = [why, history, hits, log, calls, exceptions, output, compare]
