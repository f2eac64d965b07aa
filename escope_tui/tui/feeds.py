"""Answers that take longer than a view: a pane says what it wants, a thread finds it.

A pane that shows more than the `View` holds (a call tree, executions, search results, causes)
overrides three methods of `Pane`:

``wants(view)``
    on the app's thread, after each `show`: a hashable description of what the pane needs for this
    moment, or None. The same want twice is not asked again.
``fetch(job, want)``
    on the feeds' thread: finds the answer with ``job.recording``, an open `Recording` that no other
    thread uses. A loop calls ``job.check()`` now and then, which ends it once nobody waits for it
    any more. ``job.partial(answer)`` shows what is known so far, ``job.progress("…")`` a word.
    An `EscopeError` becomes a line in the pane.
``fill(answer)``
    on the app's thread: shows it. Only the answer to the pane's latest want arrives.

A pane whose want depends on its own state too (a filter, unfolded nodes) calls
``self.want_again()`` when that has changed. Only visible panes are asked.
Each pane has at most one question waiting: the latest wins. Questions
of different panes are answered in the order in which they came.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from .heaps import give_back

if TYPE_CHECKING:
    from ..query.recording import Recording
    from ..session.bridge import Engine


class Cancelled(Exception):
    """Nobody waits for this answer any more."""


@dataclass(frozen=True, slots=True)
class Fed:
    """What came out of one question."""

    pane: str
    want: Hashable
    answer: Any = field(default=None, repr=False)
    note: str = ""
    """A word on progress, or why there is no answer; then `answer` does not count."""
    kind: str = "answer"
    """"answer", "progress", "refused" (an `EscopeError`) or "broken"."""
    failure: BaseException | None = field(default=None, repr=False)


class Job:
    """One question under way."""

    def __init__(self, feeds: Feeds, pane: str, want: Hashable) -> None:
        self._feeds = feeds
        self.pane = pane
        self.want = want
        self.cancelled = False

    @property
    def recording(self) -> Recording:
        """A handle on the file for this thread alone."""
        return self._feeds.recording()

    def check(self) -> None:
        """Ends the question if it has been left."""
        if self.cancelled:
            raise Cancelled

    def partial(self, answer: Any) -> None:
        """Shows what is known so far."""
        self.check()
        self._feeds.tell(Fed(self.pane, self.want, answer))

    def progress(self, note: str) -> None:
        self.check()
        self._feeds.tell(Fed(self.pane, self.want, None, note, "progress"))


REST_SECONDS = 0.05

Fetch = Callable[[Job, Any], Any]


def _ever() -> float:
    return REST_SECONDS


class Feeds(Thread):
    """The thread that answers the panes' questions, once nobody has moved for a moment."""

    def __init__(
        self, engine: Engine, told: Callable[[Fed], object], idle: Callable[[], float] = _ever
    ) -> None:
        super().__init__(name="escope-feeds", daemon=True)
        self._idle = idle
        self._engine = engine
        self._told = told
        self._waiting: dict[str, tuple[Job, Fetch]] = {}
        self._running: Job | None = None
        self._wake = Condition()
        self._ended = False
        self._recording: Recording | None = None

    # -- called by the app

    def ask(self, pane: str, want: Hashable, fetch: Fetch) -> None:
        """Asks a pane's question; an earlier one of the same pane is left."""
        with self._wake:
            self._leave(pane)
            self._waiting[pane] = (Job(self, pane, want), fetch)
            self._wake.notify_all()

    def drop(self, pane: str) -> None:
        with self._wake:
            self._leave(pane)

    def drop_all(self) -> bool:
        """Leaves every question; whether there was one."""
        with self._wake:
            running = self._running is not None and not self._running.cancelled
            busy = bool(self._waiting) or running
            self._waiting.clear()
            if self._running is not None:
                self._running.cancelled = True
            return busy

    def _leave(self, pane: str) -> None:
        self._waiting.pop(pane, None)
        if self._running is not None and self._running.pane == pane:
            self._running.cancelled = True

    @property
    def busy(self) -> bool:
        return bool(self._waiting) or self._running is not None

    def stop(self) -> None:
        with self._wake:
            self._ended = True
            self._wake.notify_all()
        self.drop_all()

    # -- the thread

    def recording(self) -> Recording:
        if self._recording is None:
            self._recording = self._engine.questions()
        return self._recording

    def tell(self, fed: Fed) -> None:
        if not self._ended:
            self._told(fed)

    def run(self) -> None:
        while True:
            with self._wake:
                self._running = None
                self._wake.wait_for(lambda: self._waiting or self._ended)
                # What a move led to is painted first; of a key that repeats only the last counts.
                while not self._ended and (left := REST_SECONDS - self._idle()) > 0:
                    self._wake.wait(left)
                if self._ended:
                    break
                if not self._waiting:
                    continue
                name = next(iter(self._waiting))
                job, fetch = self._waiting.pop(name)
                self._running = job
            self._answer(job, fetch)
            give_back()
        if self._recording is not None:
            self._recording.close()

    def _answer(self, job: Job, fetch: Fetch) -> None:
        try:
            fed = Fed(job.pane, job.want, fetch(job, job.want))
        except Cancelled:
            return
        except EscopeError as error:
            fed = Fed(job.pane, job.want, None, error.message, "refused")
        except Exception as error:
            fed = Fed(job.pane, job.want, None, kind="broken", failure=error)
        if not job.cancelled:
            self.tell(fed)
