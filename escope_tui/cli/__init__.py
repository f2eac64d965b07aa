"""The ``escope`` command: finds the command's module, runs it, turns errors into one clear line.

A command is a module of this package with two functions:

``configure(parser)``
    adds the command's arguments to a fresh ``argparse.ArgumentParser``;
``run(args)``
    does the work and returns the exit code; it may raise ``EscopeError``.

It may have two more: ``split(parser, argv)``, that takes the arguments apart before argparse
sees them (``record`` does: what follows the program's name belongs to the program), and
``quick(argv)``, that reads a plain command line without argparse, or returns None.
A command's module is imported only when that command runs.
"""

from __future__ import annotations

import os
import sys

from escope_tui.errors import EscopeError, UsageError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, Protocol

    class Command(Protocol):
        """What a command's module offers."""

        def configure(self, parser: ArgumentParser) -> None: ...

        def run(self, args: Namespace) -> int: ...


GROUPS: dict[str, dict[str, str]] = {
    "record and replay": {
        "record": "run a Python program and record everything that it does",
        "replay": "walk through a recording, backward and forward",
        "shell": "walk through a recording by commands, typed or piped in",
    },
    "the library of recordings": {
        "list": "list the recordings that were made, the newest first",
        "show": "show what the library knows of one recording",
        "open": "open a recording of the library in the app",
        "tag": "put tags on a recording, or take them off",
        "note": "write a note on a recording, or print it",
        "rm": "remove recordings, with their files",
        "gc": "remove recordings that are too old or take too much room",
    },
    "ask a recording": {
        "why": "tell why a variable has its value: who wrote it, from what, and so on",
        "writes": "list who wrote a variable, an attribute or an item",
        "history": "list the values that a variable or an object took",
        "hits": "list the executions of a line or function, with expressions of yours",
        "calls": "list the calls of functions, with arguments and results",
        "exceptions": "list every exception, where it was raised and what became of it",
        "search": "find a text or a value anywhere, in the order of time",
        "diff": "tell what differs between two moments, or two runs",
        "suspects": "rank the statements that most likely made a run fail",
        "test": "write a regression test from a recorded call",
        "output": "print what the program wrote, and which step wrote it",
        "coverage": "tell which lines ran, how often, and which never did",
        "hotspots": "list the functions by their own time, calls or exceptions",
        "sql": "ask a recording in SQL",
    },
    "look into a recording": {
        "info": "show what is in a recording",
        "steps": "print a recording's steps, one per line",
        "export": "write a recording's tables as SQLite, JSON lines or Parquet",
        "dump": "print a recording as text, for those who look into the format",
    },
    "help": {
        "config": "show, check and change the configuration",
        "doctor": "check this machine, and say what to do about each failure",
    },
}
"""Every command with its one line of help; the module has the same name."""

COMMANDS: dict[str, str] = {name: line for group in GROUPS.values() for name, line in group.items()}


def load(name: str) -> Command:
    """The module of one command."""
    command: Command = __import__(f"escope_tui.cli.{name}", fromlist=["run"])
    return command


def new_parser(name: str) -> ArgumentParser:
    """An argument parser for one command, before the command has configured it."""
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    class Parser(ArgumentParser):
        def error(self, message: str) -> NoReturn:
            from escope_tui.model.text import safe_text

            raise UsageError(safe_text(message), hint=f"escope {name} --help tells more")

    return Parser(
        prog=f"escope {name}",
        description=COMMANDS[name][0].upper() + COMMANDS[name][1:] + ".",
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def help_text() -> str:
    """What ``escope --help`` prints."""
    width = max(map(len, COMMANDS)) + 2
    lines = [
        "usage: escope COMMAND [ARGUMENTS...]",
        "",
        "A time-travel debugger for Python in the terminal.",
        "",
    ]
    for title, group in GROUPS.items():
        lines.append(f"{title}:")
        lines += [f"  {name:<{width}}{line}" for name, line in group.items()]
        lines.append("")
    lines += [
        "options:",
        f"  {'-h, --help':<{width + 4}}show this page",
        f"  {'--version':<{width + 4}}show the version",
        "",
        "`escope COMMAND --help` tells more about a command.",
        "",
        "  escope record script.py      runs the program, writes a recording",
        "  escope replay                opens the newest recording",
        "",
    ]
    return "\n".join(lines)


def version_text() -> str:
    """What ``escope --version`` prints."""
    from escope_tui import __version__

    return f"escope {__version__}\n"


def dispatch(argv: Sequence[str]) -> int:
    """Runs one command line; returns its exit code."""
    if not argv or argv[0] in ("-h", "--help", "help"):
        if len(argv) > 1 and argv[0] == "help":
            return dispatch([argv[1], "--help"])
        sys.stdout.write(help_text())
        return 0 if argv else 2
    if argv[0] in ("--version", "-V"):
        sys.stdout.write(version_text())
        return 0
    name, rest = argv[0], [*argv[1:]]  # `list` is a command here
    if name not in COMMANDS:
        raise UsageError(f"there is no command {name!r}", hint=_did_you_mean(name))
    command = load(name)
    quick: Callable[[list[str]], Any] | None = getattr(command, "quick", None)
    given = quick(rest) if quick else None
    if given is not None:
        return command.run(given)
    parser = new_parser(name)
    command.configure(parser)
    split: Callable[[ArgumentParser, list[str]], Namespace] | None
    split = getattr(command, "split", None)
    # Options may stand between the words that say what is asked about.
    args = parser.parse_intermixed_args(rest) if split is None else split(parser, rest)
    return command.run(args)


def _did_you_mean(name: str) -> str:
    from difflib import get_close_matches

    if name.endswith(".py"):
        return f"to record a program: escope record {name}"
    if name.endswith(".esr"):
        return f"to open a recording: escope replay {name}"
    near = get_close_matches(name, COMMANDS, 1)
    return f"did you mean `escope {near[0]}`?" if near else "`escope --help` lists the commands"


def report(error: EscopeError, write: Callable[[str], Any]) -> None:
    """Tells a person about an error: one line of what happened, one of what to do."""
    from escope_tui.model.text import safe_text

    write(f"escope: {safe_text(error.message)}\n")
    if error.hint:
        write(f"        {safe_text(error.hint)}\n")


def _leave(code: int) -> None:
    """Ends the process at once: taking the interpreter apart would take as long as starting it."""
    if sys.stdout is not None:
        sys.stdout.flush()
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(code & 0xFF)


def main(argv: Sequence[str] | None = None) -> int:
    """The entry point of the ``escope`` command."""
    try:
        code = dispatch(sys.argv[1:] if argv is None else argv)
        if argv is None and sys.argv[1:2] == ["record"]:
            _leave(code)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except EscopeError as error:
        report(error, sys.stderr.write)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone (`escope steps | head`).
        _drop_output()
        return 141
    except OSError as error:
        place = f" {error.filename!r}" if error.filename else ""
        report(EscopeError(f"{reason(error)}{place}"), sys.stderr.write)
        _drop_output()
        return 1


def _drop_output() -> None:
    """Lets what is buffered go nowhere: it cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
