"""The film: the moments of a recording shown one after the other, forward or backward."""

from __future__ import annotations

from bisect import bisect_left

from ..session.session import Arrival
from .typed import Typed

SPEEDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000, 100_000)
"""Steps in a second."""
FRAMES = 20
"""Pictures in a second, at most: a faster film takes more steps at once."""


class Film(Typed):
    """Plays until a breakpoint, an exception, an end of the recording, or a key."""

    _way = 0
    """1 forward, -1 backward, 0: it stands."""
    _speed = -1
    """Place in `SPEEDS`; before it is asked for, the configuration's."""
    _stop: tuple[int, str] | None = None
    _sought = False
    _ticks = 0

    def action_play(self) -> None:
        self._play(1)

    def action_play_back(self) -> None:
        self._play(-1)

    def _play(self, way: int) -> None:
        self.count = 1
        if self._way:
            turned = self._way != way
            self.stop_film("stopped")
            if not turned:
                return
        self._way, self._sought = way, False
        self._ticks += 1
        self._tick(self._ticks)

    def stop_film(self, note: str = "") -> bool:
        """Whether there was a film to stop."""
        playing, self._way = self._way != 0, 0
        if playing:
            self.navigator.submit(lambda: Arrival(self.session.here, note))
        return playing

    def playing(self) -> bool:
        """Whether a film is under way."""
        return self._way != 0

    def action_faster(self) -> None:
        self._faster(1)

    def action_slower(self) -> None:
        self._faster(-1)

    def _faster(self, by: int) -> None:
        self.count = 1
        self._rate()
        self._speed = max(0, min(len(SPEEDS) - 1, self._speed + by))
        self.tell(f"the film: {self._words()}")

    def _rate(self) -> int:
        if self._speed < 0:
            self._speed = min(bisect_left(SPEEDS, self.config.get("film.speed")), len(SPEEDS) - 1)
        return SPEEDS[self._speed]

    def _words(self) -> str:
        speed = self._rate()
        return f"{speed:,} step{'s' if speed > 1 else ''} a second · ) faster · ( slower · p stops"

    def _tick(self, number: int) -> None:
        if not self._way or number != self._ticks or self.leaving:
            return
        speed = self._rate()
        if not self.navigator.busy:
            steps, back = max(1, speed // FRAMES), self._way < 0
            self._remember_focus()
            self.navigator.submit(lambda: self._frame(steps, back))
        self.set_timer(max(1 / FRAMES, 1 / speed), lambda: self._tick(number))

    def _frame(self, steps: int, back: bool) -> Arrival:
        """The next picture; on the navigator's thread."""
        session = self.session
        if not self._sought:
            self._stop, self._sought = session.event(back), True
        here, last = session.here.step, len(session.engine) - 1
        target = max(0, here - steps) if back else min(last, here + steps)
        stop = self._stop
        if stop is not None and (stop[0] >= target if back else stop[0] <= target):
            self._way = 0
            return Arrival(session.moment(stop[0]), f"the film stops: {stop[1]}")
        if target == here:
            self._way = 0
            return Arrival(None, f"the film stops: the {'start' if back else 'end'}", "warning")
        sign = "◀" if back else "▶"
        return Arrival(session.moment(target), f"{sign} {self._words()}", visit=False)
