"""Why something is as it is: chains of causes and of conditions, as plain frozen records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .text import one_line

if TYPE_CHECKING:
    from .values import Value

KINDS = (
    "literal",
    "copy",
    "attribute",
    "item",
    "computed",
    "call",
    "call result",
    "return",
    "parameter",
    "default",
    "iteration",
    "yield",
    "change",
    "input",
    "import",
    "definition",
    "with",
    "exception",
    "statement",
    "delete",
    "unknown",
)


@dataclass(frozen=True, slots=True)
class Read:
    """Something that a statement read."""

    name: str
    value: Value | None
    step: int
    """The moment at which it was read."""
    cause: Cause | None
    role: str = "operand"
    """"operand", "index" (it chose the item), "condition" (it chose the value), "before" (the
    object as it was before the change), "not written" (what could have written and did not)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One link of a chain of causes: a write that is in the recording."""

    target: str
    kind: str
    """One of `KINDS`."""
    value: Value | None
    step: int | None
    """The statement that wrote; None where the chain ends."""
    file: str = ""
    line: int = 0
    function: str = ""
    source: str = ""
    """The statement's first line."""
    reads: tuple[Read, ...] = ()
    note: str = ""
    """Why the chain ends here, where an input came from, or what else there is to say."""
    through: tuple[str, ...] = ()
    """The pure copies that lie between the target and this write, newest first."""

    def walk(self) -> Iterator[tuple[int, Cause]]:
        """This cause and those behind it, with their depth."""
        waiting: list[tuple[int, Cause]] = [(0, self)]
        while waiting:
            depth, cause = waiting.pop()
            yield depth, cause
            behind = [read.cause for read in cause.reads if read.cause is not None]
            waiting.extend((depth + 1, each) for each in reversed(behind))

    def __iter__(self) -> Iterator[Cause]:
        return (cause for _, cause in self.walk())

    @property
    def shows_source(self) -> bool:
        """Whether there is a statement to show that the target is not itself."""
        return bool(self.source) and self.kind != "statement"

    def equals(self, width: int) -> str:
        """What stands behind the target: its value, if there is one, in one safe text."""
        if self.value is not None:
            return f" = {self.value.summary(width)}"
        return "" if self.kind in ("statement", "exception") else " = ?"

    def lines(self) -> list[str]:
        """The chain as indented safe lines of text."""
        found = []
        for depth, cause in self.walk():
            where = "" if cause.step is None else f"  @{cause.step:,} {cause.function}:{cause.line}"
            source = f"  {one_line(cause.source, 80)}" if cause.shows_source else ""
            notes = [cause.note] if cause.note else []
            if cause.through:
                notes.append("through " + ", ".join(cause.through))
            note = f"  ({'; '.join(notes)})" if notes else ""
            found.append(
                f"{'  ' * depth}{one_line(cause.target, 60)}{cause.equals(60)}  [{cause.kind}]"
                f"{where}{source}{note}"
            )
        return found


@dataclass(frozen=True, slots=True)
class Condition:
    """One decision that made a statement run."""

    kind: str
    """"if", "while", "for", "match", "except", "guard" (an earlier statement that would have left
    the block did not), "call" (the statement that called the function), "start"."""
    step: int
    """Where it was decided."""
    file: str
    line: int
    function: str
    frame_id: int
    source: str
    outcome: bool | None
    """What the test gave; None where it is not known."""
    reads: tuple[tuple[str, Value], ...] = ()
    """What the test read, with the values."""
    depth: int = 0
    """Callers up from the statement that was asked about."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a line did not run."""

    file: str
    line: int
    function: str
    reason: str
    """"ran", "never called", "branch", "loop", "left", "raised", "no statement" or "unknown"."""
    text: str
    """The reason in words."""
    step: int | None = None
    """Where it was decided; where the line ran, if it did."""
    decided_line: int = 0
    source: str = ""
    outcome: bool | None = None
    reads: tuple[tuple[str, Value], ...] = ()
