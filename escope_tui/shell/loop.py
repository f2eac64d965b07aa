"""Reads lines, has them done, shows what came of it."""

from __future__ import annotations

import io
import os
import sys
import tokenize
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from ..errors import EscopeError
from ..model.text import one_line
from ..session import commands
from ..session.commands import Reply, Talk, look, row
from ..session.engine import RecordingEngine
from ..session.projection import Projector
from ..session.session import Arrival, Session
from .printer import PAGE, Printer
from .progress import told

Ask = Callable[[], str]
"""Gives the next line; raises `EOFError` at the end, `KeyboardInterrupt` for Ctrl-C."""

MAX_LINE = 100_000


class Shell:
    """One session at a prompt or over a pipe."""

    def __init__(self, engine: RecordingEngine, printer: Printer | None = None) -> None:
        session = Session(engine)
        self.talk = Talk(session, Projector(engine))
        self.printer = printer or Printer()
        self.failed = False
        """A line could not be done."""
        self._last = ""

    def open(self, step: int | None) -> None:
        """Goes to where the session begins, and shows it."""
        arrival = self.talk.session.opening(step)
        self.printer.show([row((self._welcome(), "note"))])
        with self._stoppable():
            self._arrive(arrival)

    @contextmanager
    def _stoppable(self) -> Iterator[None]:
        """Ctrl-C stops what is going on, not the shell."""
        try:
            yield
        except KeyboardInterrupt:
            self.printer.show([row(), row(("stopped", "warning"))])

    def _welcome(self) -> str:
        engine = self.talk.engine
        ending = f", {engine.ending}" if engine.ending else ""
        return f"{engine.name}: {len(engine):,} steps{ending}; `help` lists the commands"

    def run(self, ask: Ask, *, interactive: bool) -> None:
        """Until there are no more lines, or the person leaves."""
        while True:
            try:
                line = ask()
            except EOFError:
                return
            except KeyboardInterrupt:
                continue
            with self._stoppable():
                if not self.do(line, repeat=interactive):
                    return

    def do(self, line: str, *, repeat: bool = False) -> bool:
        """Does one line, of which `;;` makes several; False if that was the last. An empty line
        repeats a move.
        """
        text = _mended(line).strip()
        if text.startswith("#"):
            return True
        if not text and repeat:
            text = self._last
        one_by_one = parted(text)
        found = [commands.split(each)[0] for each in one_by_one]
        self._last = text if all(each is not None and each.repeats for each in found) else ""
        return all(map(self._do, one_by_one))

    def _do(self, text: str) -> bool:
        if text == "more":
            self.printer.more()
            return True
        try:
            return self._take(commands.run(self.talk, text[:MAX_LINE]))
        except EscopeError as error:
            self._complain(error)
        except RecursionError:
            self._complain(EscopeError("that is nested too deeply"))
        return True

    def _take(self, reply: Reply) -> bool:
        if reply.arrival is not None:
            self._arrive(reply.arrival)
        self.printer.show(reply.rows)
        return not reply.end

    def _arrive(self, arrival: Arrival) -> None:
        if arrival.moment is None:
            self.printer.show([row((arrival.note, arrival.kind))])
            return
        self.talk.session.arrive(arrival)
        self.talk.listed = None
        self.printer.show(look.moment(self.talk, arrival.note, arrival.kind))

    def _complain(self, error: EscopeError) -> None:
        self.failed = True
        rows = [row((error.message, "error"))]
        if error.hint:
            rows.append(row((f"  {error.hint}", "note")))
        if sys.stdin.isatty():
            self.printer.show(rows)
        else:
            Printer(sys.stderr).show(rows)


def unfinished(text: str) -> bool:
    """Whether a line wants to go on: an open bracket or triple-quoted string, a `\\` at its end."""
    if text.rstrip(" ").endswith("\\"):
        return True
    if "\n" in text and text.endswith("\n"):
        return False  # an empty line ends whatever it is
    depth = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.OP:
                depth += (token.string in "([{") - (token.string in ")]}")
    except tokenize.TokenError as error:
        return (
            "EOF in multi-line" in str(error.args[0]) and "string" in str(error.args[0])
        ) or depth > 0
    except (SyntaxError, ValueError):
        return False
    return depth > 0


def parted(text: str) -> list[str]:
    """The commands of a line; `;;` inside quotes separates nothing."""
    parts, begin, quote = [], 0, ""
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif text.startswith(";;", place) and place >= begin:
            parts.append(text[begin:place].strip())
            begin = place + 2
    return [*parts, text[begin:].strip()]


def _mended(text: str) -> str:
    """A line that came as bytes which the terminal's encoding does not have, read as UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def joined(text: str) -> str:
    """Lines that belong together as one."""
    return text.replace("\\\n", " ")


class _Lines(Protocol):
    def readline(self) -> str: ...


def reader(stream: _Lines, prompt: Callable[[], str] | None = None) -> Ask:
    """Lines from a pipe, a file or a terminal that cannot do more."""

    def ask() -> str:
        text = ""
        while True:
            if prompt is not None:
                sys.stdout.write(prompt() if not text else "... ")
                sys.stdout.flush()
            line = stream.readline()
            if not line and not text:
                raise EOFError
            text += line.rstrip("\n")
            if not line or not unfinished(text) or len(text) > MAX_LINE:
                return joined(text)
            text += "\n"

    return ask


def prompt_text(shell: Shell) -> str:
    """What stands before what is typed: the percentage and the step."""
    talk = shell.talk
    total = max(len(talk.engine) - 1, 1)
    return f"{100 * talk.step // total}% @{talk.step:,}> "


def talk(engine: RecordingEngine, step: int | None = None) -> int:
    """The whole session; the exit code is 1 if a line of a script could not be done."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    shell = Shell(engine, Printer(page=PAGE if terminal else None))
    if terminal:
        shell.talk.told = told()
    shell.open(step)
    if not terminal:
        shell.run(reader(sys.stdin), interactive=False)
        return int(shell.failed)
    if os.environ.get("TERM", "") in ("", "dumb"):
        shell.run(reader(sys.stdin, lambda: prompt_text(shell)), interactive=True)
        return 0
    from .prompt import asking

    shell.run(asking(shell), interactive=True)
    name = one_line(engine.name, 80)
    sys.stdout.write(f"left at {name}@{shell.talk.step}\n")
    return 0
