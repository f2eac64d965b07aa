"""Carries out moves on a thread of its own, so that the app stays quick while a search runs."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Condition, Thread
from typing import NamedTuple

from ..errors import EscopeError
from ..session.projection import Projector, View
from ..session.session import Arrival, Session
from .heaps import collect_young

STALE_SECONDS = 0.1
"""A move that waited longer is dropped when a newer one waits too."""

HELD_STALE_SECONDS = 0.03
"""A held key's move that waited longer is dropped when another of that key waits: a held key never
overshoots.
"""

DEEPER_SECONDS = 0.3
"""How often a view that becomes more complete by itself is shown."""

REST_SECONDS = 0.15
"""So long after a move nothing is counted: it is painted first, and a key may repeat."""

SHOW_SECONDS = 0.03
"""After this long a moment is shown, although more moves wait."""

Move = Callable[[], Arrival]


class Waiting(NamedTuple):
    """A move to be carried out."""

    came: float
    """When it was asked for: when its key was pressed."""
    move: Move
    kept: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Landing:
    """What the app hears after a move: a view if the moment changed, and a word on it."""

    view: View | None
    note: str = ""
    kind: str = "info"
    failure: BaseException | None = field(default=None, repr=False)
    deeper: bool = False
    """The same moment again, more of it known."""
    restore: bool = False
    """The moment was left before: its focus comes back too."""


class Navigator(Thread):
    """Takes moves in order; quick ones that came together are shown once, at the end."""

    def __init__(
        self, session: Session, projector: Projector, landed: Callable[[Landing], object]
    ) -> None:
        super().__init__(name="escope-navigator", daemon=True)
        self._session = session
        self.projector = projector
        self._landed = landed
        self._moves: deque[Waiting] = deque()
        self._wake = Condition()
        self._working = False
        self._generation = 0
        self._carried = 0
        """The generation of the move that runs."""
        self._since = 0.0
        self._stirred = 0.0
        """When a move came or ended last."""
        self.progress = ""
        """How far a long move is; it says so itself."""
        self._ended = False
        self.resting = True
        """There is nothing to be done, and nothing that the view lacks."""

    # -- called by the app

    def submit(
        self, move: Move, kept: bool = False, held: bool = False, came: float | None = None
    ) -> None:
        """`kept`: it is carried out even if newer ones have come. `held`: its key is held down and
        has asked for the same before. `came`: when the key was pressed, if not now.
        """
        with self._wake:
            self._stirred = time.monotonic()
            came = self._stirred if came is None else min(came, self._stirred)
            self._moves.append(Waiting(came, move, kept, held))
            self._wake.notify_all()

    def abandon(self) -> bool:
        """Forgets what waits, but for what is to be kept, and ignores the result of what runs;
        whether there was anything.
        """
        with self._wake:
            busy = self._working or bool(self._moves)
            self._moves = deque(each for each in self._moves if each.kept)
            self._generation += 1
            return busy

    @property
    def busy(self) -> bool:
        return self._working or bool(self._moves)

    @property
    def idle(self) -> float:
        """Seconds since anybody moved; 0 while a move is carried out."""
        return 0.0 if self.busy else time.monotonic() - self._stirred

    @property
    def left(self) -> bool:
        """For a long move: whether the person has left it."""
        return self._carried != self._generation

    @property
    def waited(self) -> float:
        """Seconds since the present move began; 0 if there is none that anybody waits for."""
        waiting = self._working and (self._moves or not self.left)
        return time.monotonic() - self._since if waiting else 0.0

    def stop(self) -> None:
        with self._wake:
            self._ended = True
            self._moves.clear()
            self._wake.notify_all()

    # -- the thread

    def run(self) -> None:
        while True:
            with self._wake:
                self._working, self.resting = False, not self._moves
                self._wake.wait_for(lambda: self._moves or self._ended)
                if self._ended:
                    return
                self._working, self.resting = True, False
                generation = self._carried = self._generation
                self._since, self.progress = time.monotonic(), ""
            landing = self._work(generation)
            self._stirred = time.monotonic()
            if landing is not None and not self._ended:
                self._landed(landing)
                if landing.view is not None:
                    self._deepen(landing)

    def _deepen(self, landing: Landing) -> None:
        """While nothing else is to be done: counts what the view only had a glance at."""
        with self._wake:
            self._working = False
            if self._wake.wait_for(lambda: self._moves or self._ended, REST_SECONDS):
                return
        collect_young()
        said, counted = time.monotonic(), False
        try:
            while not self._moves and not self._ended and self.projector.count_on():
                counted = True
                if time.monotonic() - said > DEEPER_SECONDS:
                    said, counted = time.monotonic(), False
                    self._deeper(landing)
            if counted and not self._moves and not self._ended:
                self._deeper(landing)
        except EscopeError:
            return

    def _deeper(self, landing: Landing) -> None:
        session = self._session
        view = self.projector.view(session.here, session.breakpoints)
        self._landed(replace(landing, view=view, restore=False, deeper=True))

    def _next(self) -> Move | None:
        with self._wake:
            now = time.monotonic()
            while len(self._moves) > 1:
                first, second = self._moves[0], self._moves[1]
                most = HELD_STALE_SECONDS if first.held and second.held else STALE_SECONDS
                if first.kept or now - first.came <= most:
                    break
                self._moves.popleft()
            return self._moves.popleft().move if self._moves else None

    def _work(self, generation: int) -> Landing | None:
        session = self._session
        arrival = Arrival(None)
        moved = False
        start = session.here
        until = time.monotonic() + SHOW_SECONDS
        try:
            while (not moved or time.monotonic() < until) and (move := self._next()) is not None:
                try:
                    arrival = move()
                    if generation != self._generation:
                        session.here = start
                        return None
                    session.arrive(arrival)
                except EscopeError as error:
                    arrival = Arrival(None, error.message, "warning")
                moved = moved or arrival.moment is not None
            view = None
            if moved:
                view = self.projector.view(session.here, session.breakpoints)
            return Landing(view, arrival.note, arrival.kind, restore=arrival.restore)
        except EscopeError as error:
            session.here = start
            return Landing(None, error.message, "warning")
        except Exception as error:
            return Landing(None, failure=error)
