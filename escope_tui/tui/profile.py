"""What is done while nobody moves: samples of the call depth for the picture on the timeline, marks
on it, and modules that a later key needs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from threading import Event, Thread

from ..errors import EscopeError, FormatError
from ..session.session import Session
from .registry import LATER

SAMPLES = 240
START_SECONDS = 0.25
"""The first picture has the machine for itself."""
PAUSE_SECONDS = 0.002
"""Between two samples, so that moves find the recording free."""
REST_SECONDS = 0.3
"""So long nobody must have moved."""


class Profiler:
    """A thread that looks at steps evenly spaced over the recording, coarse first."""

    def __init__(
        self,
        session: Session,
        known: Callable[[list[int]], object],
        idle: Callable[[], float] = lambda: REST_SECONDS,
    ) -> None:
        self._session = session
        self._idle = idle
        self._known = known
        self._ended = Event()
        self._finished = False
        self._thread = Thread(target=self._run, name="escope-profile", daemon=True)
        self.crosses: tuple[int, ...] = ()
        """Steps that raise exceptions."""
        self.damaged: tuple[tuple[int, int], ...] = ()
        """Stretches that cannot be read: the first step of each, and the first one after it."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()

    @property
    def finished(self) -> bool:
        return self._finished

    def _run(self) -> None:
        engine = self._session.engine
        total = len(engine)
        count = min(SAMPLES, total)
        levels: list[int] = []
        if self._ended.wait(START_SECONDS):
            return
        try:
            for at in range(count):
                if self._ended.wait(PAUSE_SECONDS) or self._rests():
                    return
                step = at * (total - 1) // max(1, count - 1)
                try:
                    levels.append(engine.step(step).depth)
                except FormatError:
                    levels.append(0)
        except EscopeError:
            return
        if not self._ended.is_set():
            self._known(levels)
        self._import_later()
        self._find_exceptions(levels)
        self._find_damage(levels)
        self._finished = True

    def _import_later(self) -> None:
        for name in LATER:
            if self._rests():
                return
            import_module(name)

    def _rests(self) -> bool:
        """Waits until nobody has moved for a while; True if the app ends."""
        while (left := REST_SECONDS - self._idle()) > 0:
            if self._ended.wait(left):
                return True
        return self._ended.is_set()

    def _find_damage(self, levels: list[int]) -> None:
        for stretch in self._session.engine.damage():
            if self._rests():
                return
            if stretch is None:
                continue
            first, stop = stretch
            known = self.damaged
            if known and known[-1][1] == first:
                first, known = known[-1][0], known[:-1]
            self.damaged = (*known, (first, stop))
            self._known(levels)

    def _find_exceptions(self, levels: list[int]) -> None:
        try:
            self.crosses = tuple(self._session.engine.exception_steps(self._rests))
        except EscopeError:
            return
        if not self._ended.is_set():
            self._known(levels)
