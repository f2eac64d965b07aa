"""What a command is, and how a function becomes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .talk import Reply, Talk

Run = Callable[[Talk, str], Reply]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be typed."""

    name: str
    aliases: tuple[str, ...]
    usage: str
    """What stands behind the name."""
    help: str
    """What it does; the first line says it in short."""
    run: Run
    completes: str = ""
    """What its argument is: "expression", "target", "place", "function", "file", "command",
    "breakpoint", "mark", "exception", "table", "thread"; "" for what cannot be completed."""
    repeats: bool = False
    """An empty line does it again."""

    @property
    def brief(self) -> str:
        """The first line of the help."""
        return self.help.partition("\n")[0]


def command(
    names: str, usage: str = "", completes: str = "", repeats: bool = False
) -> Callable[[Run], Command]:
    """Makes a command of a function; its docstring is the help."""

    def make(run: Run) -> Command:
        name, *aliases = names.split()
        lines = (run.__doc__ or "").strip().splitlines()
        text = "\n".join(line.strip() for line in lines)
        return Command(name, tuple(aliases), usage, text, run, completes, repeats)

    return make
