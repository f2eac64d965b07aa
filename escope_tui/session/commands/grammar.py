"""All commands by name, and how a typed line finds its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Container
from difflib import get_close_matches

from ...errors import EscopeError, UsageError
from ...model.text import one_line
from .. import goto
from ..session import Arrival
from . import ask, keep, look, moves, stops
from .table import Command, command
from .talk import Reply, Row, Talk, row

_WORD = re.compile(r"([A-Za-z][\w-]*|[?!=-])(?:\s+|$|(?<=[?!]))")
_MEANT = re.compile(r"[^\W\d]\w*(?=[\s/]|\Z)")


def _help(talk: Talk, text: str) -> Reply:
    """Tell what the commands do, or all about one.
    Anything that is no command is evaluated, as after `p`; @1234, 24%, +50 and file.py:41 go there.
    """
    if text:
        found = find(text)
        if found is None:
            raise UsageError(f"there is no command {one_line(text, 40)}", hint=_near(text))
        return Reply(_explained(found))
    return Reply(_overview())


def _explained(found: Command) -> list[Row]:
    names = ", ".join((found.name, *found.aliases))
    rows = [row((f"{found.name} {found.usage}".rstrip(), "name"))]
    if found.aliases:
        rows.append(row(f"also: {names.partition(', ')[2]}"))
    return [*rows, *(row(line) for line in found.help.splitlines())]


def _overview() -> list[Row]:
    rows = []
    for title, commands in GROUPS.items():
        rows.append(row((title, "title")))
        for each in commands:
            names = " ".join((each.name, *each.aliases))
            rows.append(row("  ", (f"{names:<27}", "name"), f" {each.brief}"))
    rows.append(row("help COMMAND tells more; anything else is evaluated over the recorded values"))
    return rows


HELP = command("help h ?", "[COMMAND]", "command")(_help)


GROUPS: dict[str, list[Command]] = {
    "move": moves.COMMANDS,
    "stop": stops.COMMANDS,
    "look": look.COMMANDS,
    "ask": ask.COMMANDS,
    "keep": [*keep.COMMANDS, HELP],
}
COMMANDS: dict[str, Command] = {
    name: each for group in GROUPS.values() for each in group for name in (each.name, *each.aliases)
}
"""By every name."""


def find(name: str) -> Command | None:
    """The command of that name, or the only one that begins so."""
    if name in COMMANDS:
        return COMMANDS[name]
    if len(name) < 3:
        return None
    begun = {c.name: c for n, c in COMMANDS.items() if n.startswith(name)}
    return next(iter(begun.values())) if len(begun) == 1 else None


def split(text: str, bound: Container[str] = ()) -> tuple[Command | None, str]:
    """The command of a line and what stands behind it; None where the line is no command.

    `bound`: the variables here. `n + 1` asks for one of them, `n 1` steps.
    """
    text = text.strip()
    word = _WORD.match(text)
    if word is None:
        return None, text
    name, rest = word[1], text[word.end() :].strip()
    if name in bound and _OPERATOR.match(rest):
        return None, text
    found = COMMANDS.get(name)
    if found is None and name not in bound:
        found = find(name)
    if found is look.info and rest in INFO:
        return COMMANDS[INFO[rest]], ""
    return (None, text) if found is None else (found, rest)


INFO = {
    **{name: name for name in ("args", "breakpoints", "display", "exceptions", "files")},
    **{name: name for name in ("functions", "globals", "locals", "marks", "threads")},
    **dict.fromkeys(("b", "br", "break", "watchpoints"), "breakpoints"),
    **dict.fromkeys(("s", "stack"), "where"),
    **dict.fromkeys(("f", "frame", "line", "program", "source"), "info"),
    "sources": "files",
}
"""What gdb tells by `info WORD`, by the command that shows it here."""


_OPERATOR = re.compile(
    r"=|[!<>]=|[<>*/%^&|@]|[-+]\s|(?:in|is|and|or|not\s+in)\b|if\b.*\belse\b", re.DOTALL
)


def run(talk: Talk, text: str) -> Reply:
    """Does what a line says. What cannot be done is an `EscopeError`."""
    text = text.strip()
    if not text:
        return Reply()
    found, rest = split(text, {*talk.frame.locals})
    if found is not None and found is not look.PRINT:
        return found.run(talk, rest)
    where = _place(talk, text)
    if where is not None:
        return Reply(arrival=where)
    try:
        return look.PRINT.run(talk, text if found is None else rest)
    except EscopeError as error:
        if _changes(rest):
            raise UsageError(
                "the past cannot be changed: only expressions are evaluated"
            ) from error
        word = _MEANT.match(text) if found is None else None
        if word is not None and word[0] in ELSEWHERE:
            raise UsageError(
                f"{word[0]} is not needed in a recording", hint=ELSEWHERE[word[0]]
            ) from error
        if word is not None and word[0] == text and error.slug == "unbound":
            raise UsageError(
                f"{one_line(text, 40)} is no command and no variable here",
                hint=error.hint or _near(text),
            ) from error
        raise


ELSEWHERE = {
    **dict.fromkeys(("run", "restart", "rerun"), "`start` goes to the first step"),
    **dict.fromkeys(("interact", "python", "py"), "what is no command is evaluated: type it"),
    **dict.fromkeys(
        ("commands", "tracepoint", "dprintf"),
        "`log PLACE EXPRESSION` shows it at all executions, `display EXPRESSION` after each move",
    ),
    **dict.fromkeys(("alias", "unalias", "define"), "`help` lists the names of the commands"),
    **dict.fromkeys(("set", "call"), "the past cannot be changed; `p EXPRESSION` evaluates"),
    **dict.fromkeys(("x", "examine"), "`p hex(n)` shows a number otherwise, `pp x` what is in x"),
    **dict.fromkeys(("kill", "detach", "attach"), "the program has ended; `q` leaves"),
}
"""Commands of pdb and gdb that have no meaning here, and what does what they are for."""


def _changes(text: str) -> bool:
    """Whether a line is a statement that would change something."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return bool(tree.body) and not isinstance(tree.body[0], ast.Expr)


def _place(talk: Talk, text: str) -> Arrival | None:
    """A step, a percentage, a time or a line that was typed alone."""
    try:
        target = goto.parse(text)
    except UsageError:
        return None
    if target.kind == "function":
        return None
    return goto.go(talk.session, text, talk.frame.file)


def _near(text: str) -> str:
    near = get_close_matches(text.split()[0], COMMANDS, 1) if text.split() else []
    return f"did you mean {near[0]}?" if near else "help lists the commands"
