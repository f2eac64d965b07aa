"""Commands that show this moment."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ...errors import EscopeError, NotFoundError
from ...model.text import one_line
from ...model.values import Value
from ...replay.near import suggestion
from ..highlight import coloured
from ..projection import View
from ..session import Arrival
from ..sourcetext import SourceText
from ..threads import Asked, Strand, strands
from . import words
from .table import command
from .talk import Part, Reply, Row, Talk, row

WIDTH = 300
CONTEXT = 5
NAMES = 500
UNFOLD_DEPTH = 3
WHOLE = 80
"""A part of a value that fits into so many characters is not unfolded."""
UNFOLD_ROWS = 400
CHILDREN = 50


def moment(talk: Talk, note: str = "", kind: str = "info") -> Iterator[Row]:
    """Where we are: what is shown after each move."""
    view = talk.projector.view(talk.session.here)
    frame = view.frame
    place = f"{one_line(frame.file.rpartition('/')[2], 80)}:{frame.line}"
    head: list[str | Part] = [(f"@{view.moment.step:,}", "step"), " ", (place, "place")]
    head.append(f" in {one_line(frame.function, 80)}")
    if len(talk.engine.threads()) > 1:
        head.append((f" · {view.thread}", "note"))
    yield row(*head, step=view.moment.step)
    yield from _source_rows(view, frame.line, frame.line)
    if note:
        yield row((note, kind))
    elif view.error:
        yield row((f"raises {view.error}", "error"))
    for number, expression in talk.displays.items():
        yield display_row(talk, number, expression)


def _source_rows(view: View, first: int, last: int) -> Iterator[Row]:
    source = view.source
    if source is None:
        yield row(("its source text is not in the recording", "note"))
        return
    stops = view.frame.line
    digits = len(str(last))
    for line in range(max(first, 1), min(last, len(source)) + 1):
        yield _line_row(view, source, line, digits, line == stops)


def _line_row(view: View, source: SourceText, line: int, digits: int, here: bool) -> Row:
    hits = view.hits.get(line, 0)
    mark = "->" if here else "  "
    parts: list[str | Part] = [(mark, "here"), (f" {line:>{digits}} ", "number")]
    text = source.lines[line - 1]
    never = not hits and source.first_line(line) == line
    spans = source.colours.spans(line - 1)
    parts += [(text, "dim")] if never and not here else coloured(text, spans)
    remark = view.remarks.get(line)
    if remark is not None:
        parts.append((f"    {one_line(remark.text, 160)}", remark.kind))
    return row(*parts)


def display_row(talk: Talk, number: int, expression: str) -> Row:
    """One displayed expression, or why it has no value here."""
    name = (f"{number}: {one_line(expression, 80)}", "name")
    try:
        return row(name, " = ", _value(talk, expression))
    except EscopeError as error:
        return row(name, (f": {error.message}", "note"))


def _value(talk: Talk, expression: str) -> Part:
    return (talk.evaluate(expression).summary(WIDTH), "value")


@command("print p !", "EXPRESSION", "expression")
def PRINT(talk: Talk, text: str) -> Reply:
    """Show the value of an expression over the recorded values.
    No code of the program is run. `!n` shows a variable that is called like a command.
    """
    return Reply([row(_value(talk, words.needed(text, "an expression")))])


@command("pp", "EXPRESSION", "expression")
def unfold(talk: Talk, text: str) -> Reply:
    """Show a value with what is inside, a line for each part; short parts stay in one line."""
    value = talk.evaluate(words.needed(text, "an expression"))
    return Reply(islice(_unfolded("", value, 0, ()), UNFOLD_ROWS))


def _unfolded(label: str, value: Value, depth: int, path: tuple[int, ...]) -> Iterator[Row]:
    indent = "  " * depth
    identity = value.object_id
    name: list[Part] = [(f"{label}  ", "name")] if label else []
    number: list[Part] = [(f"  #{identity}", "note")] if identity is not None else []
    shown = value.summary(WHOLE)
    yield row(indent, *name, (shown, "value"), *number)
    if depth >= UNFOLD_DEPTH or identity in path or not value.expandable:
        return
    if depth and "…" not in shown:
        return  # the line has all of it
    inside = path if identity is None else (*path, identity)
    total = value.child_count
    for part, child in value.children(0, CHILDREN):
        yield from _unfolded(one_line(part, 60), child, depth + 1, inside)
    if total is not None and total > CHILDREN:
        yield row(f"{indent}  … {total - CHILDREN:,} more")


@command("display", "[EXPRESSION]", "expression")
def display(talk: Talk, text: str) -> Reply:
    """Show an expression after each move; without one, show all that are displayed."""
    if text:
        from ...replay.evaluator import parse

        parse(text)
        talk.last_display += 1
        talk.displays[talk.last_display] = text
        return Reply([display_row(talk, talk.last_display, text)])
    rows = [display_row(talk, number, each) for number, each in talk.displays.items()]
    return Reply(words.up_to(rows, None, "nothing is displayed"))


@command("undisplay", "[NUMBER... | EXPRESSION]")
def undisplay(talk: Talk, text: str) -> Reply:
    """Stop displaying expressions by number or as they were given; without one, all of them."""
    numbers = [number for number, each in talk.displays.items() if each == text]
    numbers = numbers or words.numbers(text, talk.displays)
    for number in numbers:
        if talk.displays.pop(number, None) is None:
            raise NotFoundError(f"there is no display {number}")
    return Reply()


@command("where w bt", "[N]")
def where(talk: Talk, text: str) -> Reply:
    """Show the stack, the innermost frame first: N frames, or all."""
    frames = list(reversed(talk.engine.stack(talk.step)))
    limit = words.number(text) if text else None
    return Reply(words.up_to(_frames(talk, frames), limit, "no frame is running"))


def _frames(talk: Talk, frames: list) -> Iterator[Row]:  # type: ignore[type-arg]
    for number, frame in enumerate(frames):
        mark = "->" if frame.frame_id == talk.frame_id else "  "
        place = f"{one_line(frame.file, 200)}:{frame.line}"
        yield row(
            (mark, "here"),
            (f" {number:>2}  ", "number"),
            f"{one_line(frame.function, 60)}  ",
            (place, "place"),
            step=frame.last_step,
        )


@command("args a")
def args(talk: Talk, text: str) -> Reply:
    """Show the parameters of this frame, as they are now."""
    words.nothing(text, "args")
    frame = talk.frame
    rec = talk.rec
    function = rec.program.function_of(rec.program.site(rec.site_of(frame.last_step)))
    names = function.variables[: function.parameters]
    bound = frame.locals
    return Reply(
        words.up_to((_named(n, bound[n]) for n in names if n in bound), None, "no parameters")
    )


def _named(name: str, value: Value) -> Row:
    return row((one_line(name, 80), "name"), " = ", (value.summary(WIDTH), "value"))


@command("locals v")
def variables(talk: Talk, text: str) -> Reply:
    """Show the variables of this frame; * marks those that the last statement changed."""
    words.nothing(text, "locals")
    view = talk.projector.view(talk.session.here)

    def rows() -> Iterator[Row]:
        for each in view.variables:
            if each.scope == "local":
                old = f"  ← {each.old.summary(60)}" if each.old is not None and each.change else ""
                mark = ("*" if each.change else " ", "here")
                yield row(mark, *_named(each.name, each.value).parts, (old, "note"))

    return Reply(words.up_to(rows(), NAMES, "no variables"))


@command("globals")
def globals_(talk: Talk, text: str) -> Reply:
    """Show the variables of this frame's module."""
    words.nothing(text, "globals")
    names = talk.frame.globals
    shown = (_named(name, value) for name, value in names.items() if not name.startswith("__"))
    return Reply(words.up_to(shown, NAMES, "no variables"))


@command("list l", "[LINE | FILE:LINE | FIRST,LAST | FUNCTION | .]", "place", repeats=True)
def listing(talk: Talk, text: str) -> Reply:
    """Show source around this line, or around another; once more goes on.
    `.` goes back to this line. A LAST that is less than FIRST is a number of lines.
    """
    view = talk.projector.view(talk.session.here)
    file, first, last = view.frame.file, view.frame.line - CONTEXT, view.frame.line + CONTEXT
    if not text and talk.listed is not None:
        file, _, shown = talk.listed
        first, last = shown + 1, shown + 2 * CONTEXT + 1
    elif "," in text:
        begin, _, end = text.partition(",")
        first, last = words.number(begin.strip()), words.number(end.strip())
        last = last if last >= first else first + last
    elif text and text != ".":
        file, line = _meant(talk, text)
        first, last = line - CONTEXT, line + CONTEXT
    return _listed(talk, file, max(first, 1), last)


def _meant(talk: Talk, text: str) -> tuple[str, int]:
    place = words.line_place(talk, text)
    if place is not None:
        return place
    found = talk.rec.program.find_functions(text)
    if not found:
        raise NotFoundError(f"no line and no function: {one_line(text, 60)}")
    return talk.rec.program.paths[found[0].module], found[0].line + CONTEXT


@command("longlist ll source", "[FUNCTION]", "function")
def whole(talk: Talk, text: str) -> Reply:
    """Show the source of the whole function, or of another one."""
    program = talk.rec.program
    if text:
        found = program.find_functions(text)
        if not found:
            raise NotFoundError(
                f"no recorded function is called {one_line(text, 60)}",
                hint=suggestion(text, (each.qualname for each in program.functions())),
            )
        function = found[0]
    else:
        function = program.function_of(program.site(talk.rec.site_of(talk.frame.last_step)))
    file = program.paths[function.module]
    if function.kind == "module":
        return _listed(talk, file, 1, 10**9)
    return _listed(talk, file, function.line, function.end_line)


def _listed(talk: Talk, file: str, first: int, last: int) -> Reply:
    view = talk.projector.view(talk.session.here)
    source = talk.projector.source(file)
    if source is None:
        raise NotFoundError("its source text is not in the recording")
    last = min(last, len(source))
    if first > last:
        raise NotFoundError(f"the file has {len(source):,} lines")
    talk.listed = (file, first, last)
    hits = talk.engine.line_hits(file)
    own = file == view.frame.file
    digits = len(str(last))

    def rows() -> Iterator[Row]:
        for line in range(first, last + 1):
            if own:
                yield _line_row(view, source, line, digits, line == view.frame.line)
            else:
                text, never = source.lines[line - 1], not hits.get(line)
                parts = coloured(text, source.colours.spans(line - 1))
                yield row(
                    "   ", (f"{line:>{digits}} ", "number"), *([(text, "dim")] if never else parts)
                )

    return Reply(rows())


@command("files", "[TEXT]", "file")
def files(talk: Talk, text: str) -> Reply:
    """List the recorded files, or those with a text in their path."""
    found = (row(one_line(name, 400)) for name in talk.rec.files() if text in name)
    return Reply(words.up_to(found, None, "no such file is recorded"))


@command("retval rv")
def returned(talk: Talk, text: str) -> Reply:
    """Show what this call returned, or which exception ended it, also before that has happened."""
    words.nothing(text, "retval")
    call = talk.rec.call_at(talk.step, talk.frame_id)
    if call is None:
        raise NotFoundError("no call is running here")
    if call.exception is not None:
        return Reply([row(("✖ ", "error"), (call.exception.summary(WIDTH), "error"))])
    if call.returned is None:
        return Reply([row((f"nothing: the outcome of this call is `{call.outcome}`", "note"))])
    return Reply([row((call.returned.summary(WIDTH), "value"))])


@command("threads thread", "[NUMBER | NAME]", "thread")
def threads(talk: Talk, text: str) -> Reply:
    """List the threads and tasks and what waits; go to the last statement of one of them.
    Numbers are those of the list at this moment.
    """
    step = talk.engine.step(talk.step)
    found = strands(talk.rec, Asked(step.index, step.thread, step.task))
    if not text:
        return Reply([_strand(number, each) for number, each in enumerate(found)])
    by_name = {each.name: each for each in reversed(found) if each.name}
    chosen = by_name.get(text)
    if chosen is None and (number := words.step(text)) is not None and number < len(found):
        chosen = found[number]
    if chosen is None:
        raise NotFoundError(
            f"there is no thread or task {one_line(text, 60)}",
            hint=suggestion(text, by_name) or "`threads` lists them",
        )
    if chosen.step is None:
        return Reply(arrival=Arrival(None, f"{chosen.name} has not begun", "warning"))
    return Reply(arrival=Arrival(talk.session.moment(chosen.step, chosen.frame), chosen.note))


def _strand(number: int, each: Strand) -> Row:
    here = each.state == "here"
    return row(
        ("->" if here else "  ", "here"),
        (f" {number:>2}  ", "number"),
        (f"{each.name:<16}", "name"),
        f"  {each.where}",
        (f"  {each.state}" if each.state and not here else "", "note"),
        ("" if each.step is None or here else f"  @{each.step:,}", "step"),
        step=each.step,
    )


@command("info", "[locals | args | breakpoints | display | threads | functions | files | stack]")
def info(talk: Talk, text: str) -> Reply:
    """Tell where in the recording this is; with a word, what the command of that name shows."""
    words.nothing(text, "info")
    step = talk.engine.step(talk.step)
    total = len(talk.engine)
    thread = one_line(talk.engine.threads().get(step.thread, "?"), 60)
    if step.task is not None:
        thread += f", task {one_line(talk.engine.tasks().get(step.task, '?'), 60)}"
    return Reply(
        [
            row(
                (f"{talk.engine.name}@{step.index}", "step"),
                f"  {100 * step.index / max(total - 1, 1):.1f} % of {total:,} steps, "
                f"{step.time_ns / 1e9:.6f} s, thread {step.thread} {thread}, depth {step.depth}",
                step=step.index,
            )
        ]
    )


@command("whatis ptype", "EXPRESSION", "expression")
def whatis(talk: Talk, text: str) -> Reply:
    """Show the type of a value, its identity and size."""
    value = talk.evaluate(words.needed(text, "an expression"))
    name = ".".join(filter(None, (value.module, value.type_name)))
    more = f"  #{value.object_id}" if value.object_id is not None else ""
    more += f"  size {value.size:,}" if value.size is not None else ""
    return Reply([row((one_line(name, 120), "value"), more)])


COMMANDS = [
    PRINT,
    unfold,
    display,
    undisplay,
    where,
    args,
    variables,
    globals_,
    listing,
    whole,
    files,
    threads,
    returned,
    info,
    whatis,
]
