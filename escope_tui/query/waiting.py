"""Frames that wait at a moment: suspended generators, and coroutines with those that await them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from .._speedups.unpack import AWAITING, SUSPENDED
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay

MOST = 2000
"""Frames that are looked at; programs may have many suspended generators."""


class Waiting(NamedTuple):
    """One frame that does not run now and will go on."""

    frame: int
    function: str
    line: int
    step: int
    """Its last statement."""


def logical_stacks(rec: Replay, step: int) -> list[list[Waiting]]:
    """The stacks of what waits, each innermost first: a coroutine is below the one that awaits it,
    a generator below the generator that is delegated to.
    """
    with rec.state.lock:
        return guarded(lambda: _stacks(rec, step))


def _stacks(rec: Replay, step: int) -> list[list[Waiting]]:
    cursor = rec.state.cursor(step)
    parents: dict[int, int] = {}
    for frame in islice(cursor.live_frames(), MOST):
        _, _, parent, _, state, _ = cursor.frame(frame)
        if state in (SUSPENDED, AWAITING):
            parents[frame] = parent
    inner = sorted(parents.keys() - set(parents.values()))
    stacks = []
    for frame in inner:
        stack = []
        at, seen = frame, set[int]()
        while at in parents and at not in seen:
            seen.add(at)
            found = rec.state.frame_state(step, at)
            function = found.function.qualname
            stack.append(Waiting(at, function, found.line, found.last_step))
            at = parents[at]
        stacks.append(stack)
    return stacks
