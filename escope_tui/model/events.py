"""What happens in a program, as plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .values import Value

LINE = "line"
LOOP = "loop"
ITERATION = "iteration"
RETURN = "return"
YIELD = "yield"
RAISE = "raise"
STEP_KINDS = (LINE, LOOP, ITERATION, RETURN, YIELD, RAISE)

CALL = "call"
RESUME = "resume"
AWAIT = "await"
AWAITED = "awaited"
UNWIND = "unwind"
CAUGHT = "caught"
END = "end"
LOST = "lost"
OUTPUT = "output"
GAP = "gap"
EVENT_KINDS = (CALL, RETURN, YIELD, RESUME, AWAIT, AWAITED, UNWIND, CAUGHT, END, LOST, OUTPUT, GAP)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement about to run."""

    index: int
    kind: str
    """"line", or what is special about the statement: "loop" (a header is evaluated), "iteration"
    (of a comprehension or generator expression), "return", "yield", "raise"."""
    file: str
    line: int
    end_line: int
    function: str
    """Qualified name; "<module>" for module code."""
    process: int
    thread: int
    task: int | None
    """The asyncio task, where one is known."""
    depth: int
    """Frames on the stack, this one included."""
    time_ns: int
    """Nanoseconds since the recording began."""
    frame_id: int
    column: int = 0
    end_column: int = 0
    is_entry: bool = False
    """First statement of a new frame: a call has just happened."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened while a step ran: after it began and before the next step began."""

    step: int
    kind: str
    frame_id: int
    thread: int
    function: str
    file: str
    line: int
    value: Value | None = None
    """What was returned, yielded or sent; the exception of "unwind" and "caught"."""
    text: str = ""
    """The text of an "output" event, the words of a "gap"."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One activation of a function on the stack, as it was at a step. Variables are looked up when
    asked for.
    """

    function: str
    file: str
    line: int
    frame_id: int
    kind: str
    """"module", "class", "function", "generator", "coroutine", "asyncgen", "lambda" or "genexp"."""
    step: int
    """The step at which this frame is seen."""
    last_step: int
    """The statement of this frame that is running: the newest step in it."""
    view: Any = field(repr=False, default=None)
    """What `locals` and `globals` are read from."""
    end_line: int = 0

    @property
    def locals(self) -> Mapping[str, Value]:
        """The variables of the frame, parameters first. Names that are unbound are absent."""
        result: Mapping[str, Value] = self.view.frame_locals(self.step, self.frame_id)
        return result

    @property
    def globals(self) -> Mapping[str, Value]:
        """The variables of the frame's module."""
        result: Mapping[str, Value] = self.view.frame_globals(self.step, self.frame_id)
        return result


@dataclass(frozen=True, slots=True)
class Hit:
    """One execution of a line."""

    step: int
    file: str
    line: int
    function: str
    thread: int
    frame_id: int
    time_ns: int


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    """One call of a recorded function. What needs a look at the recording is looked up when asked
    for.
    """

    function: str
    file: str
    line: int
    """Where the function is defined."""
    frame_id: int
    thread: int
    enter: int
    """Its first step."""
    view: Any = field(repr=False, default=None)
    """What the rest is read from."""

    @property
    def args(self) -> Mapping[str, Value]:
        """The parameters as they were on entry."""
        result: Mapping[str, Value] = self.view.call_args(self)
        return result

    @property
    def exit(self) -> int | None:
        """The step during which it ended; None if it was still running at the recording's end."""
        result: int | None = self.view.call_end(self).step
        return result

    @property
    def outcome(self) -> str:
        """ "return", "raise", "end" (nothing to return: a class body), "lost" or "running"."""
        result: str = self.view.call_end(self).outcome
        return result

    @property
    def returned(self) -> Value | None:
        """The value that it returned."""
        result: Value | None = self.view.call_end(self).returned
        return result

    @property
    def exception(self) -> Value | None:
        """The exception that ended it."""
        result: Value | None = self.view.call_end(self).exception
        return result

    @property
    def caller(self) -> int | None:
        """The step that made the call, in the calling frame; None for a thread's first frame."""
        result: int | None = self.view.call_site(self)
        return result

    @property
    def duration_ns(self) -> int | None:
        """From its first step to its end, waiting included; None if it was still running at the
        recording's end. Times are right to a few microseconds: a short call may show 0.
        """
        result: int | None = self.view.call_duration(self)
        return result

    @property
    def child_count(self) -> int:
        """How many calls it made itself."""
        result: int = self.view.call_child_count(self)
        return result

    @property
    def has_children(self) -> bool:
        """Whether it made calls: cheaper to know than how many."""
        result: bool = self.view.call_has_children(self)
        return result

    def children(self, start: int = 0, stop: int | None = None) -> list[Call]:
        """The calls that it made itself, in order: all, or a stretch of them. Only the stretch is
        looked up.
        """
        result: list[Call] = self.view.call_children(self, start, stop)
        return result

    @property
    def place(self) -> int:
        """Which of its parent's calls it is, or which of the roots; from 0."""
        result: int = self.view.call_place(self)
        return result

    @property
    def parent(self) -> Call | None:
        """The recorded call that made it; None for a root."""
        result: Call | None = self.view.call_parent(self)
        return result


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a call ended."""

    step: int | None
    outcome: str
    returned: Value | None = None
    exception: Value | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One change of a name, an attribute or an item."""

    target: str
    step: int
    """The statement that wrote; for a parameter, the statement that made the call."""
    visible: int
    """The first step at which the new value shows; `len(rec)` if the recording ends before."""
    file: str
    line: int
    function: str
    thread: int
    frame_id: int
    value: Value | None
    """The new value; None where the write was a deletion."""
    old: Value | None
    """The value before; None where there was none."""
    kind: str = "assign"
    """"assign", "parameter", "delete" or "change" (the object behind the name changed in place)."""


@dataclass(frozen=True, slots=True)
class OutputChunk:
    """Text that the program wrote."""

    moment: int
    """The newest step that had begun: behind it the text is there. It may be one of a call that the
    writing statement made before.
    """
    stream: str
    """"stdout" or "stderr"."""
    text: str
    place: int = field(repr=False, default=0)
    """How many pieces the program had written at the same moment."""
    view: Any = field(repr=False, compare=False, default=None)
    """What the step is read from."""
    stands: tuple[int, int] = field(repr=False, compare=False, default=(-1, -1))
    """The chunk of the recording that has it, and which piece of that chunk it is."""

    @property
    def step(self) -> int:
        """The statement that wrote it."""
        return self.moment if self.view is None else int(self.view.writer(self))


@dataclass(frozen=True, slots=True)
class Place:
    """A frame's statement, as a stop on an exception's way."""

    step: int
    function: str
    file: str
    line: int
    frame_id: int
    moment: int = field(default=-1, compare=False)
    """The step that ran when the exception left the frame."""
    view: Any = field(default=None, repr=False, compare=False)
    """What `locals` is read from."""

    @property
    def locals(self) -> Mapping[str, Value]:
        """The frame's variables as its last statement, or the handler's first one, found them."""
        if self.view is None:
            return {}
        result: Mapping[str, Value] = self.view.frame_locals(self.moment, self.frame_id)
        return result


@dataclass(frozen=True, slots=True)
class ExceptionEvent:
    """One exception on its way from where it was raised to where it was caught, or out of the
    program.
    """

    type_name: str
    message: str
    value: Value | None
    raised: Place
    propagated: tuple[Place, ...]
    """The frames that it ended, innermost first."""
    caught: Place | None
    """The handler's first statement; None where no recorded handler caught it."""
    uncaught: bool
    """It ended its thread or the program."""
    thread: int
    swallowed: Place | None = None
    """Where its frame went on, if a `finally` that left or a `with` let it drop; the statement that
    raised it where the frame came to its end there."""
    cause: ExceptionEvent | None = field(default=None, repr=False, compare=False)
    """The one that it was raised from (`__cause__`)."""
    context: ExceptionEvent | None = field(default=None, repr=False, compare=False)
    """The one that was being handled when it was raised (`__context__`), unless `from None` hides
    it."""
    earlier: ExceptionEvent | None = field(default=None, repr=False, compare=False)
    """The same exception when it was raised before: a handler let it go on."""

    @property
    def chain(self) -> tuple[ExceptionEvent, ...]:
        """The exceptions behind it, the nearest first: its cause, else what was being handled, and
        so on.
        """
        found: list[ExceptionEvent] = []
        each: ExceptionEvent | None = self
        while each is not None and len(found) < 100:
            each = each.cause or each.context or (each.earlier and each.earlier.chain_start)
            if each is not None:
                found.append(each)
        return tuple(found)

    @property
    def chain_start(self) -> ExceptionEvent | None:
        """What it was raised from, or while what was being handled."""
        return self.cause or self.context

    @property
    def fate(self) -> str:
        """ "caught", "uncaught", "swallowed", or "left": it left recorded code, and code that is
        not recorded caught it.
        """
        if self.caught is not None:
            return "caught"
        if self.swallowed is not None:
            return "swallowed"
        return "uncaught" if self.uncaught else "left"

    @property
    def step(self) -> int:
        """The statement that raised."""
        return self.raised.step

    @property
    def object_id(self) -> int | None:
        """Its identity."""
        return None if self.value is None else self.value.object_id

    @property
    def handler_frame(self) -> int | None:
        """The frame whose handler caught it."""
        return None if self.caught is None else self.caught.frame_id

    @property
    def stands_alone(self) -> bool:
        """Whether it is known, without a closer look, that no other exception is behind it."""
        return False


@dataclass(frozen=True, slots=True)
class Gap:
    """A place where events were not recorded."""

    step: int
    dropped: int
    """How many events are missing; 0 if unknown."""


@dataclass(frozen=True, slots=True)
class Change:
    """A variable that differs between two neighbouring moments."""

    name: str
    value: Value | None
    """None: the name became unbound."""
    scope: str
    """"local" or "global"."""
    frame_id: int
    in_place: bool
    """The name still means the same object, whose contents changed."""
