"""Moves what the program wrote from the ring to the file, without burning a core."""

from __future__ import annotations

import os
import select
import time

from escope_tui.errors import EscopeError, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Process(Protocol):
        """A child process."""

        @property
        def pid(self) -> int: ...

        def poll(self) -> int | None: ...

    class Source(Protocol):
        """The reading end of a ring."""

        @property
        def size(self) -> int: ...

        def pending(self) -> int: ...

        def view(self, limit: int) -> Any: ...

        def consume(self, count: int) -> None: ...

    class Sink(Protocol):
        """The part of the recording's writer that draining needs."""

        hurried: bool

        def feed(self, data: Any) -> int: ...

        def flush(self) -> None: ...


PIECE = 1 << 20
"""At most this many bytes are handed to the writer at a time."""

BUSY = 1 << 18
"""After a piece smaller than this it is worth to wait until there is more."""

HURRY = 4
"""The writer is hurried while more than one part of so many of the ring waits for it."""

SHORTEST_WAIT = 0.001
LONGEST_WAIT = 0.005
CHUNK_SECONDS = 1.0
"""What was recorded is in the file after this time, should the launcher be killed."""


TURNED_OFF = "the recorder turned itself off"
FAULTS = {
    3: TURNED_OFF,
    4: f"{TURNED_OFF}: the program ran out of memory",
    5: f"{TURNED_OFF}: a statement did more than the memory shared with it holds",
}
"""States of the ring that tell of a fault."""


def fault_of(state: int) -> str:
    """Why the target writes no more; empty if there was no fault."""
    return FAULTS.get(state, "")


class Drain:
    """The loop between one ring and one file."""

    def __init__(self, ring: Source, writer: Sink) -> None:
        self.ring = ring
        self.writer = writer
        self.problem = ""
        """Why the recording ends before the program did; empty if it does not."""
        self._unflushed_since = 0.0
        self._damaged = False

    def pump(self) -> int:
        """Hands one piece to the writer; returns how many bytes the target got back."""
        if self._damaged:
            return 0
        try:
            pending = self.ring.pending()
        except ValueError as error:
            self._damaged = True
            self.problem = self.problem or reason(error)
            return 0
        if not pending:
            return 0
        count = pending
        if not self.problem:
            self.writer.hurried = pending > self.ring.size // HURRY
            count = self._feed(min(pending, PIECE)) or self._feed(pending)
            if not count:
                self.problem = self.problem or "the stream of events broke off inside an event"
                count = pending
        self.ring.consume(count)
        return count

    def _feed(self, limit: int) -> int:
        if self.problem:
            return 0
        try:
            with self.ring.view(limit) as view:
                count = self.writer.feed(view)
        except (EscopeError, OSError, MemoryError, ValueError) as error:
            # The program goes on; what came before is kept.
            self.problem = reason(error)
            return 0
        if not self._unflushed_since:
            self._unflushed_since = time.monotonic()
        return count

    def flush_if_due(self) -> None:
        """Closes the open chunk when it has waited long enough."""
        since = self._unflushed_since
        if since and not self.problem and time.monotonic() - since > CHUNK_SECONDS:
            self._unflushed_since = 0.0
            try:
                self.writer.flush()
            except (EscopeError, OSError, MemoryError) as error:
                self.problem = reason(error)

    def run(self, process: Process) -> None:
        """Drains until the process has ended and the ring is empty."""
        wait = SHORTEST_WAIT
        with _EndOfProcess(process) as end:
            while not end.within(wait):
                moved = self.pump()
                while moved >= BUSY:
                    self.flush_if_due()
                    moved = self.pump()
                self.flush_if_due()
                wait = SHORTEST_WAIT if moved else min(wait * 1.25, LONGEST_WAIT)
        while self.pump():
            pass


class _EndOfProcess:
    """Waits for a child's end with a limit, by the kernel's notice where there is one."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._fd = -1
        self._poll: select.poll | None = None

    def __enter__(self) -> _EndOfProcess:
        try:
            self._fd = os.pidfd_open(self._process.pid)
        except (AttributeError, OSError):
            return self
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._fd >= 0:
            os.close(self._fd)

    def within(self, seconds: float) -> bool:
        """Whether the process has ended, now or before so many seconds have passed."""
        if self._poll is None:
            time.sleep(seconds)
            return self._process.poll() is not None
        # poll counts whole milliseconds and sleeps at least that long
        return bool(self._poll.poll(seconds * 1000)) and self._process.poll() is not None
