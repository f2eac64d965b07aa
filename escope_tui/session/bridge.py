"""What the app asks of a recording. Only the session asks; panes get what came back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..model.events import ExceptionEvent, Frame, OutputChunk, Step, Write
from ..model.values import Value
from .stops import Reached, Stop

if TYPE_CHECKING:
    from ..query.recording import Recording


class LoopSteps(NamedTuple):
    """Executions of a loop's header in one run of the loop."""

    steps: list[int]
    """The nearest first."""
    complete: bool
    """There are no more of them in that direction."""


class Engine(Protocol):
    """A recording, as questions. `back` turns a search around; None: there is no such moment."""

    name: str
    """What people call it: the file's name."""
    sites: int
    """How many places of the recorded program are told apart: what is decoded grows with them."""

    ending: str
    """How the program ended, in a few words; empty if that is not known."""

    def __len__(self) -> int: ...

    def step(self, index: int) -> Step: ...

    def threads(self) -> Mapping[int, str]:
        """The names of the recorded threads."""

    def tasks(self) -> Mapping[int, str]:
        """The names of the asyncio tasks, by identity."""

    def stack(self, index: int) -> Sequence[Frame]:
        """Outermost first."""

    def source(self, file: str) -> str | None: ...

    def files(self, name: str) -> Sequence[str]:
        """Recorded files whose path ends in `name`, the shortest first."""

    def damaged(self, step: int, back: bool) -> tuple[int, int] | None:
        """The nearest stretch from a step on that cannot be read: its first step, and the first
        one after it. None: there is no such stretch.
        """

    def damage(self) -> Iterator[tuple[int, int] | None]:
        """Looks through the whole recording, a part at a time: a stretch that cannot be read, as
        `damaged` gives it, or None where there is no damage.
        """

    def all_files(self) -> Sequence[str]:
        """Every recorded file."""

    def functions(self) -> Sequence[tuple[str, str, int]]:
        """Every recorded function: qualified name, file, first line; for people to choose from."""

    def line_hits(self, file: str) -> Mapping[int, int]:
        """How often each line ran in the whole recording; lines that never ran are absent."""

    def output(self) -> Sequence[OutputChunk]:
        """All that the program wrote, oldest first; always the same object."""

    def written(self, upto: int) -> int:
        """How many of those chunks were written before the statement of step `upto` ran."""

    def into(self, index: int, back: bool) -> int | None: ...

    def over(self, index: int, back: bool, frame: int) -> int | None: ...

    def out(self, index: int, back: bool, frame: int) -> int | None: ...

    def hit(self, places: Collection[tuple[str, int]], index: int, back: bool) -> int | None:
        """The nearest execution of one of the (file, line) pairs."""

    def stop(self, stop: Stop, index: int, back: bool) -> Reached | None:
        """The nearest step at which a breakpoint of any kind holds."""

    def write(self, target: str, index: int, back: bool, frame: int) -> Write | None:
        """The nearest statement that changes a name, an attribute or an item as `frame` sees it."""

    def exception_at(self, index: int) -> ExceptionEvent | None:
        """The exception that this step's statement raises."""

    def exception(self, index: int, back: bool) -> ExceptionEvent | None: ...

    def uncaught(self) -> ExceptionEvent | None:
        """The exception that ended the program."""

    def exception_steps(self, left: Callable[[], bool] = ...) -> Sequence[int]:
        """For marks on the timeline; some of them, where there are very many. `left` is asked now
        and then whether nobody waits for them any more.
        """

    def before_in_frame(self, index: int, frame: int) -> int | None:
        """The frame's statement before the one that it is at."""

    def touched(self, before: int, now: int) -> Collection[int] | None:
        """The identities of the objects that have a record between two steps: others are what they
        were. None: that would take long to tell.
        """

    def own_steps(
        self, frame: int, index: int, back: bool, limit: int
    ) -> Sequence[tuple[int, int]]:
        """(step, line) of a frame's own statements before (after) a step, the nearest first."""

    def loop_steps(
        self, frame: int, header: int, end: int, index: int, back: bool, limit: int
    ) -> LoopSteps:
        """A frame's executions of a loop's header before (after) a step in the loop, up to where
        the frame enters (leaves) the loop's lines."""

    def bound(self, index: int, frame: int) -> Mapping[str, Value | None]:
        """The frame's names whose new values show first at a step; None: it became unbound."""

    def returned(self, index: int, frame: int) -> Value | None:
        """What the frame returns with this step's statement; None where it does not."""

    def inner_results(self, index: int, moment: int, frame: int) -> Sequence[tuple[str, Value]]:
        """What the calls gave that a frame's statement at `index` made until a later step, by the
        name of the function: the last few of them.
        """

    def function(self, name: str, index: int) -> int | None:
        """A step at which a function of that name is entered: the next, else the last before."""

    def at_time(self, nanoseconds: int) -> int: ...

    def evaluate(self, expression: str, index: int, frame: int) -> Value: ...

    def questions(self) -> Recording:
        """Another handle on the same file, for a thread of its own; whoever gets it closes it."""

    def close(self) -> None: ...
