"""A frame's own steps, read backward in blocks and kept: walking on reads only what is new."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..replay.state import guarded

if TYPE_CHECKING:
    from ..query.recording import Recording

Own = tuple[int, int]
"""Step and line."""

BLOCK = 1024
"""Steps that are read at once, while at least `DENSE` of them are the frame's own."""
DENSE = 32
FRAMES = 32
MOST = 20_000


class OwnSteps:
    """For each of the last frames a stretch of its own steps that has no holes."""

    def __init__(self, rec: Recording) -> None:
        self._rec = rec
        self._known: dict[int, list[Own]] = {}
        self._whole: set[int] = set()
        """Frames whose stretch goes back to their first step."""

    def before(self, frame: int, index: int, limit: int) -> Sequence[Own]:
        """The frame's own steps before `index`, the last one first."""
        known = self._known.get(frame)
        if not known or not known[0][0] < index:
            known = self._anew(frame)
        if not known or index > known[-1][0] + 1:
            self._reach(frame, known, index, limit)
        at = bisect_left(known, (index, 0))
        if at < limit and frame not in self._whole and known:
            older, end = self._read(frame, known[0][0], limit - at, -1)
            known[:0] = reversed(older)
            at += len(older)
            if end:
                self._whole.add(frame)
        found = known[max(0, at - limit) : at][::-1]
        if len(known) > MOST:
            self._known.pop(frame)
            self._whole.discard(frame)
        return found

    def _anew(self, frame: int) -> list[Own]:
        self._whole.discard(frame)
        self._known.pop(frame, None)
        while len(self._known) >= FRAMES:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._whole.discard(oldest)
        return self._known.setdefault(frame, [])

    def _reach(self, frame: int, known: list[Own], index: int, limit: int) -> None:
        """Makes the stretch end before `index`, joined to what it held if that is near."""
        edge = known[-1][0] if known else -1
        fresh, end = self._read(frame, index, limit, edge)
        joined = bool(fresh) and fresh[-1][0] == edge
        if known and not joined and not (end and not fresh):
            known.clear()
            self._whole.discard(frame)
        known += reversed(fresh[:-1] if joined and known else fresh)
        if end and not joined:
            self._whole.add(frame)

    def _read(self, frame: int, index: int, limit: int, edge: int) -> tuple[list[Own], bool]:
        """The last `limit` own steps before `index`, not beyond the step `edge`; and whether the
        frame has none before them.
        """
        rec, program = self._rec, self._rec.program
        found: list[Own] = []
        at = index
        dense = True
        while len(found) < limit and (not found or found[-1][0] > edge):
            at = rec.next_frame_step(at - 1, -1, frame)
            if at < 0:
                return found, True
            if not dense or len(found) + DENSE > limit:
                found.append((at, program.site(rec.site_of(at)).line))
                continue
            start = max(0, at - BLOCK + 1)
            with rec.state.lock:
                infos = guarded(lambda a=start, b=at + 1: list(rec.scanner.steps(a, b)))  # type: ignore[misc]
            own = [
                (info[0], program.site(info[1]).line)
                for info in reversed(infos)
                if info[3] == frame
            ]
            if not own or own[0][0] != at:
                dense = False
                found.append((at, program.site(rec.site_of(at)).line))
                continue
            dense = len(own) >= DENSE
            cut = [each for each in own if each[0] >= edge][: limit - len(found)]
            found += cut
            at = found[-1][0]
        return found, False
