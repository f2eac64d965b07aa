"""Movement: each kind of it goes forward (direction 1) and backward (-1) by the same code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .breakpoints import Breakpoint, Stop, next_stop

if TYPE_CHECKING:
    from .recording import Replay

FORWARD = 1
BACKWARD = -1


class Timeline:
    """Answers "which step is next" without keeping a place of its own; None means that there is no
    such step.
    """

    def __init__(self, rec: Replay) -> None:
        self._rec = rec

    def into(self, step: int, direction: int = FORWARD) -> int | None:
        """The next step of the same thread."""
        here = self._rec.step_info(step)
        return self._found(self._rec.next_thread_step(step + direction, direction, here.thread))

    def over(self, step: int, direction: int = FORWARD) -> int | None:
        """The next step of the same frame, past what it calls; at the frame's end, its caller's."""
        here = self._rec.step_info(step)
        return self._leave(step, direction, here.thread, here.frame, here.depth)

    def out(self, step: int, direction: int = FORWARD) -> int | None:
        """Forward: the caller's next statement. Backward: the statement that made the call."""
        here = self._rec.step_info(step)
        stack = self._rec.state.stack(step)
        if here.depth <= 1 or len(stack) < 2:
            return None
        return self._leave(step, direction, here.thread, stack[-2].frame, here.depth - 1)

    def _leave(self, step: int, direction: int, thread: int, frame: int, depth: int) -> int | None:
        """The next step in `frame`, or with fewer frames than `depth`: whichever comes first."""
        rec = self._rec
        found = rec.next_depth(step + direction, direction, thread, depth)
        if found < 0:
            return None
        seen = rec.step_info(found)
        if seen.frame == frame:
            return found
        same = rec.next_frame_step(step + direction, direction, frame)
        waiting = rec.state.frame_state(step, frame).function.kind in ("coroutine", "asyncgen")
        if waiting and same >= 0:
            return same
        if seen.depth < depth:
            return found
        shallower = rec.next_depth(found + direction, direction, thread, depth - 1)
        choices = [each for each in (same, shallower) if each >= 0]
        if not choices:
            return None
        return min(choices) if direction > 0 else max(choices)

    def resume(self, step: int, direction: int, breakpoints: list[Breakpoint]) -> Stop | None:
        """Run to the next stop; None where there is none before the end."""
        return next_stop(self._rec, step, direction, breakpoints)

    def to_line(self, step: int, direction: int, file: str, line: int) -> int | None:
        """The next execution of a line."""
        sites = self._rec.program.sites_at(file, line)
        return self._found(self._rec.next_site(step + direction, direction, frozenset(sites)))

    def same_line(self, step: int, direction: int = FORWARD) -> int | None:
        """The next execution of the statement at a step."""
        site = self._rec.site_of(step)
        return self._found(self._rec.next_site(step + direction, direction, frozenset((site,))))

    @staticmethod
    def _found(step: int) -> int | None:
        return step if step >= 0 else None
