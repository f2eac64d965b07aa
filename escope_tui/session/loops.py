"""Which iteration of a loop a frame is in, of how many."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from .bridge import Engine
from .sourcetext import Loop

GLANCE = 40
"""Iterations that one look counts in each direction; `count_on` goes on from there."""
FAR = 4096
"""An iteration of more steps ends a look: the next one may be in a chunk that is to be decoded."""
COUNTED = 64
"""Iterations that `count_on` counts at once in each direction: a key that comes waits for them."""
MOST = 100_000
"""Iterations that are counted for one that is asked for by its number."""
ENOUGH = 20_000
"""Iterations of a run that are counted without being asked for."""
KEPT = 64


@dataclass(frozen=True, slots=True)
class Iteration:
    """A place among the iterations of a loop that a frame is in."""

    loop: Loop
    number: int
    """From 1, as far as it is counted."""
    total: int
    begins: bool
    """All iterations before this one are counted."""
    ends: bool
    """All after it are."""

    @property
    def text(self) -> str:
        """ "3 of 40"; a plus sign where the counting has not come to the end."""
        return (
            f"{self.number:,}{'' if self.begins else '+'} of "
            f"{self.total:,}{'' if self.begins and self.ends else '+'}"
        )


@dataclass(slots=True)
class _Run:
    """The header's steps in one run of a loop."""

    steps: list[int]
    begins: bool = False
    ends: bool = False
    left_by_header: bool = False
    """The last header step ended the loop: it began no iteration."""
    far: set[bool] = field(default_factory=set)
    """Directions (True: back) in which a look has met a long iteration, and counts no further."""


@dataclass(slots=True)
class Loops:
    """Counts iterations; keeps what it has counted."""

    engine: Engine
    _runs: dict[tuple[int, str, int], list[_Run]] = field(default_factory=dict)
    _open: list[tuple[_Run, int, Loop]] = field(default_factory=list)
    """What the last looks have met and is not counted to its ends."""

    def at(self, frame: int, file: str, step: int, loop: Loop) -> Iteration | None:
        """The iteration that a frame's statement at `step` is part of."""
        run = self._run(frame, file, step, loop)
        if run is None:
            return None
        number = bisect_right(run.steps, step)
        total = len(run.steps) - run.left_by_header
        return Iteration(loop, min(number, total), total, run.begins, run.ends) if total else None

    def count_on(self) -> bool:
        """Counts some more of what was looked at since `settle`; False once that is done."""
        if not self._open:
            return False
        run, frame, loop = self._open[-1]
        self._extend(run, frame, loop, COUNTED)
        if (run.begins and run.ends) or len(run.steps) > ENOUGH:
            self._open.pop()
        return True

    def settle(self) -> None:
        """Forgets what `count_on` would go on with: something else is looked at."""
        self._open.clear()

    def step_of(self, frame: int, file: str, step: int, loop: Loop, number: int) -> int | None:
        """The header's step that begins an iteration, counted from 1; negative from the last. None
        where there is no such iteration, or where the counting does not reach so far.
        """
        run = self._run(frame, file, step, loop, 0)
        if run is None:
            return None
        back = number > 0
        self._reach(run, frame, loop, back, MOST, True)
        if not (run.begins if back else run.ends):
            return None
        # One more than is asked for: the last header's step may begin no iteration.
        missing = (number + 1 - len(run.steps)) if back else -number - self._total(run)
        if missing > 0:
            self._reach(run, frame, loop, not back, min(missing, MOST), True)
        return self._begun(run, number - 1 if back else self._total(run) + number)

    def beside(self, frame: int, file: str, step: int, loop: Loop, by: int) -> int | None:
        """The header's step of an iteration that is some further on; None where there is none."""
        run = self._run(frame, file, step, loop, 0)
        if run is None:
            return None
        if run.steps[-1] <= step:  # that header's step may have ended the loop
            self._reach(run, frame, loop, False, 1, True)
        now = min(bisect_right(run.steps, step), self._total(run)) - 1
        before, after = now, len(run.steps) - 1 - now
        # One more than is asked for: the last header's step may begin no iteration.
        missing = -by - before if by < 0 else by + 1 - after
        if missing > 0:
            known = len(run.steps)
            self._reach(run, frame, loop, by < 0, min(missing, MOST), True)
            now += len(run.steps) - known if by < 0 else 0
        return self._begun(run, now + by)

    def _begun(self, run: _Run, at: int) -> int | None:
        return run.steps[at] if 0 <= at < self._total(run) else None

    def _total(self, run: _Run) -> int:
        return len(run.steps) - run.left_by_header

    def _run(
        self, frame: int, file: str, step: int, loop: Loop, budget: int = GLANCE
    ) -> _Run | None:
        """The run that a step is part of, so many iterations to each side of it counted."""
        header = self._header_at(frame, step, loop)
        if header is None:
            return None
        if len(self._runs) > KEPT:
            self._runs.clear()
        runs = self._runs.setdefault((frame, file, loop.line), [])
        most = budget
        for run in runs:
            # What is known of other places of a long loop stays as it is.
            if 0 < header - run.steps[-1] <= FAR and not run.ends:
                self._reach(run, frame, loop, False, GLANCE)
            elif 0 < run.steps[0] - header <= FAR and not run.begins:
                self._reach(run, frame, loop, True, GLANCE)
            at = bisect_right(run.steps, header) - 1
            if at >= 0 and run.steps[at] == header:
                # What is known around the header does as well.
                sides = (run.begins, at), (run.ends, len(run.steps) - 1 - at)
                most -= min((known for whole, known in sides if not whole), default=0)
                break
        else:
            if len(runs) > KEPT:
                runs.clear()
            run = _Run([header])
            runs.append(run)
        if not (run.begins and run.ends) and most > 0:
            self._extend(run, frame, loop, most)
        if not (run.begins and run.ends) and len(run.steps) <= ENOUGH:
            self._open.append((run, frame, loop))
        return run

    def _header_at(self, frame: int, step: int, loop: Loop) -> int | None:
        own = self.engine.own_steps(frame, step + 1, True, 1)
        if own and own[0] == (step, loop.line):
            return step
        found = self.engine.loop_steps(frame, loop.line, loop.end, step, True, 1).steps
        return found[0] if found else None

    def _extend(self, run: _Run, frame: int, loop: Loop, budget: int) -> None:
        self._reach(run, frame, loop, True, budget)
        self._reach(run, frame, loop, False, budget)

    def _reach(
        self, run: _Run, frame: int, loop: Loop, back: bool, budget: int, wanted: bool = False
    ) -> None:
        """Counts on in one direction, by so many iterations at most; a look that nobody has
        `wanted` ends at long ones.
        """
        glance = budget <= GLANCE and not wanted
        piece = 1 if glance else budget
        while budget > 0 and not (run.begins if back else run.ends):
            if glance and back in run.far:
                return
            edge = run.steps[0 if back else -1]
            found = self.engine.loop_steps(frame, loop.line, loop.end, edge, back, piece)
            if back:
                run.steps[:0] = reversed(found.steps)
            else:
                run.steps += found.steps
            if found.complete:
                self._complete(run, frame, loop, back)
                return
            if glance and (not found.steps or abs(found.steps[-1] - edge) > FAR * piece):
                run.far.add(back)
            budget -= piece
            piece = min(2 * piece, budget)

    def _complete(self, run: _Run, frame: int, loop: Loop, back: bool) -> None:
        """There is nothing more of the run in one direction."""
        if back:
            run.begins = True
            return
        run.ends = True
        after = self.engine.own_steps(frame, run.steps[-1], False, 1)
        inside = after and loop.line <= after[0][1] <= loop.end
        run.left_by_header = not inside
