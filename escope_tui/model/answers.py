"""Answers to questions about a whole recording, as plain frozen records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..errors import EscopeError
    from .events import Call
    from .values import Value


@dataclass(frozen=True, slots=True)
class FunctionStats:
    """What one function did in the whole recording."""

    function: str
    file: str
    line: int
    calls: int
    steps: int
    """Statements that ran in it."""
    own_ns: int
    """Time in its own statements, and in code that is not recorded and that they called."""
    total_ns: int
    """Time while it was on the stack."""
    exceptions: int
    """Frames of it that an exception ended."""


@dataclass(frozen=True, slots=True, eq=False)
class Execution:
    """One execution of a line, or one call of a function, with what expressions gave there."""

    step: int
    file: str
    line: int
    function: str
    thread: int
    frame_id: int
    time_ns: int
    values: tuple[Value | EscopeError, ...] = ()
    """In the order of the expressions; an `EvaluationError` where there is no value."""
    problem: str = ""
    """Why the condition could not be answered here; empty: it holds."""
    call: Call | None = None
    """The call, where a function was asked for."""

    @property
    def args(self) -> Mapping[str, Value]:
        """The parameters of the call on entry."""
        return {} if self.call is None else self.call.args

    @property
    def returned(self) -> Value | None:
        """What the call returned."""
        return None if self.call is None else self.call.returned

    @property
    def exception(self) -> Value | None:
        """The exception that ended the call."""
        return None if self.call is None else self.call.exception

    @property
    def duration_ns(self) -> int | None:
        """How long the call took, waiting included."""
        return None if self.call is None else self.call.duration_ns


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """One value in the history of a name, a part or an object."""

    step: int
    """The statement that wrote."""
    visible: int
    """The first step that shows the value."""
    value: Value | None
    """None: it was deleted."""
    old: Value | None
    kind: str
    """As `Write.kind`."""
    file: str
    line: int
    function: str
    frame_id: int
    thread: int

    @property
    def number(self) -> float | None:
        """The value as a number that can be plotted: of a container its length; None for others."""
        value = self.value
        if value is None:
            return None
        data = value.data
        if isinstance(data, bool | int | float):
            return float(data) if not isinstance(data, int) or abs(data) < 1 << 1000 else None
        return float(value.size) if value.size is not None else None


@dataclass(frozen=True, slots=True)
class Found:
    """One place that a search found."""

    step: int
    """Where to go to see it."""
    kind: str
    """One of `SEARCH_KINDS`."""
    text: str
    """What was found there; one safe line."""
    file: str
    line: int
    function: str
    frame_id: int
    thread: int
    value: Value | None = None


SEARCH_KINDS = (
    "name",
    "value",
    "type",
    "output",
    "source",
    "return",
    "argument",
    "exception",
)


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop around a step, and which of its iterations runs there."""

    file: str
    line: int
    function: str
    frame_id: int
    header: int
    """The step at which this iteration began: an evaluation of the header."""
    iteration: int
    """Which iteration it is, from 1; count + 1 where the header is evaluated and ends the loop."""
    count: int
    """How many iterations this run of the loop had in all."""
    first: int
    """The step of the header's first evaluation."""
    last: int
    """The step of its last one."""
    headers: Any = field(repr=False, default=())
    """The steps of all evaluations of the header, in order."""

    def step_of(self, iteration: int) -> int:
        """The step at which an iteration begins (its header's evaluation); from 1, negative ones
        from the end.
        """
        number = iteration + self.count + 1 if iteration < 0 else iteration
        if not 1 <= number <= self.count:
            raise IndexError(f"iteration {iteration} of {self.count:,}")
        return int(self.headers[number - 1])


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which lines of a file ran, and how often."""

    file: str
    counts: Mapping[int, int]
    """Line -> how often its statement ran, for every line on which a statement begins."""
    missed: tuple[int, ...]
    """Lines with a statement that never ran."""
    partial: bool = False
    """Events are missing in the recording: a line may have run unseen."""

    @property
    def executable(self) -> int:
        """How many lines hold a statement."""
        return len(self.counts)

    @property
    def executed(self) -> int:
        """How many of them ran."""
        return len(self.counts) - len(self.missed)

    @property
    def share(self) -> float:
        """Executed / executable; 1.0 for a file without statements."""
        return self.executed / self.executable if self.executable else 1.0

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(sorted(self.counts.items()))


@dataclass(frozen=True, slots=True)
class Failure:
    """Where a recording should be opened: at what went wrong first."""

    step: int
    reason: str
    """"uncaught", "assert" or "end"."""
    text: str = ""
    """The exception's type and message."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A stretch of output and the step that wrote it."""

    step: int
    stream: str
    text: str
    """The whole chunk that was written at once."""
    start: int
    """Where the match begins in the stream's whole text, in characters."""
    file: str
    line: int
    function: str
    frame_id: int
