"""What differs between two moments, or between two recordings, as plain frozen records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .causes import Cause
    from .values import Value


@dataclass(frozen=True, slots=True)
class MomentDifference:
    """A variable that differs between two moments of a recording, or what lies in one."""

    name: str
    """The variable, and the way from it to what differs: `orders[2].paid`."""
    scope: str
    """"local" or "global"."""
    function: str
    frame_id: int
    before: Value | None
    """None: it was not bound."""
    after: Value | None
    in_place: bool
    """It is the same object, whose contents differ."""


class MomentDifferences(list[MomentDifference]):
    """The differences of two moments, the most telling first."""

    def __init__(self, found: Iterable[MomentDifference] = (), cut: bool = False) -> None:
        super().__init__(found)
        self.cut = cut
        """Not all that the variables hold was looked at: it is too much."""


@dataclass(frozen=True, slots=True)
class RunDifference:
    """The first place at which two runs of one program differ in some way."""

    kind: str
    """"value" (a variable holds something else), "control" (another statement runs next), "call" (a
    function is called in one run only), "result" (a call gives something else) or "end" (one run's
    frame ends earlier)."""
    text: str
    """The difference in words; one safe line."""
    step_a: int
    step_b: int
    file: str
    line: int
    function: str
    name: str = ""
    """The variable that differs, or the test that decided."""
    value_a: Value | None = None
    value_b: Value | None = None
    cause_a: Cause | None = None
    """What fed it in the first run; None where it is not a value of a variable."""
    cause_b: Cause | None = None
