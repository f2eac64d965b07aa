"""Chunks read whole, one after the other: for questions that look at many steps."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from .._speedups.unpack import Survey
from .state import guarded

if TYPE_CHECKING:
    from .recording import Replay
    from .tables import Function

T = TypeVar("T")
AHEAD = max(2, min(4, os.cpu_count() or 1))
"""Chunks that are decoded beside the one that is looked at."""
GAP = 4
"""Flag of a chunk in which events are missing."""


class Surveyor:
    """Walks over chunks; those to come are decoded on threads meanwhile."""

    def __init__(self, rec: Replay) -> None:
        self._rec = rec
        self._hits: dict[int, dict[int, int]] = {}

    @cached_property
    def survey(self) -> Survey:
        """The codec's part."""
        return Survey(self._rec.file)

    def numbers(
        self,
        start: int = 0,
        stop: int | None = None,
        direction: int = 1,
        sites: Collection[int] | None = None,
    ) -> Iterator[int]:
        """The chunks that have steps from `start` on and before `stop` (backward: from `stop` - 1
        down to `start`); with `sites`, only those that hit one of them.
        """
        chunks = self._rec.file.chunks
        end = len(self._rec) if stop is None else stop
        order: Iterable[Any] = chunks if direction > 0 else reversed(chunks)
        wanted = None if sites is None else set(sites)
        for info in order:
            if info.first_step > end or info.first_step + info.n_steps < start:
                continue
            if wanted is not None and wanted.isdisjoint(self.site_hits(info.number)):
                continue
            yield info.number

    def site_hits(self, number: int) -> dict[int, int]:
        """How often each site was hit in a chunk, from the index alone."""
        found = self._hits.get(number)
        if found is None:
            with self._rec.state.lock:
                found = guarded(lambda: self.survey.site_hits(number))
            self._hits[number] = found
        return found

    def left_at(self, frame: int, step: int) -> int | None:
        """When a frame ended, in ns; `step`: its last. None when the recording does not tell."""
        first = self._rec.file.chunk_of(step)
        for number in range(first, min(first + 2, len(self._rec.file.chunks))):
            left = self._ask(lambda each: self.survey.left_at(each, frame), number)
            if left is not None:
                return left
        return None

    def over(self, numbers: Iterable[int], read: Callable[[int], T]) -> Iterator[tuple[int, T]]:
        """What `read` says of each chunk, with its number. From the third chunk on, the next ones
        are decoded ahead.
        """
        waiting = iter(numbers)
        for _ in range(2):
            number = next(waiting, None)
            if number is None:
                return
            yield number, self._ask(read, number)
        with ThreadPoolExecutor(AHEAD) as pool:
            queue: deque[tuple[int, Future[Any] | None]] = deque()
            try:
                while True:
                    while len(queue) < AHEAD:
                        number = next(waiting, None)
                        if number is None:
                            break
                        ready = self.survey.has(number)
                        queue.append(
                            (number, None if ready else pool.submit(self.survey.prepare, number))
                        )
                    if not queue:
                        return
                    number, future = queue.popleft()
                    if future is not None:
                        chunk = guarded(future.result)
                        with self._rec.state.lock:
                            self.survey.take(chunk)
                        del chunk, future
                    yield number, self._ask(read, number)
            finally:
                for _, future in queue:
                    if future is not None:
                        future.cancel()

    def sift(self, numbers: Iterable[int], look: Callable[[int], bool]) -> Iterator[int]:
        """Those of the chunks that `look` finds something in; it is asked on threads of its own.

        Where it finds something in chunk after chunk, more and more of them pass unasked.
        """
        waiting = iter(numbers)
        queue: deque[tuple[int, Future[bool]]] = deque()
        unasked = luck = 0
        with ThreadPoolExecutor(AHEAD) as pool:
            try:
                while True:
                    while len(queue) < AHEAD + 1 and not unasked:
                        number = next(waiting, None)
                        if number is None:
                            break
                        queue.append((number, pool.submit(look, number)))
                    if queue:
                        number, future = queue.popleft()
                        if not guarded(future.result):
                            luck = 0
                            continue
                        luck += 1
                        unasked = 0 if queue or luck < 4 else min(luck, 16)
                        yield number
                        continue
                    number = next(waiting, None)
                    if number is None:
                        return
                    unasked -= 1
                    yield number
            finally:
                for _, future in queue:
                    future.cancel()

    def over_some(
        self, numbers: Iterable[int], look: Callable[[int], bool], read: Callable[[int], T]
    ) -> Iterator[tuple[int, T]]:
        """As `over`, of the chunks that `look` finds something in."""
        return self.each(self.sift(numbers, look), read)

    def each(self, numbers: Iterable[int], read: Callable[[int], T]) -> Iterator[tuple[int, T]]:
        """What `read` says of each chunk, none of them decoded ahead."""
        for number in numbers:
            yield number, self._ask(read, number)

    def beside(self, numbers: Iterable[int], read: Callable[[int], T]) -> Iterator[tuple[int, T]]:
        """What a quick look at each chunk says, several at a time on threads of their own; at the
        first one alone, for who wants no more.
        """
        waiting = iter(numbers)
        for number in waiting:
            yield number, guarded(partial(read, number))
            break
        with ThreadPoolExecutor(AHEAD) as pool:
            queue: deque[tuple[int, Future[T]]] = deque()
            try:
                for number in waiting:
                    queue.append((number, pool.submit(read, number)))
                    if len(queue) > AHEAD:
                        first, future = queue.popleft()
                        yield first, guarded(future.result)
                while queue:
                    first, future = queue.popleft()
                    yield first, guarded(future.result)
            finally:
                for _, future in queue:
                    future.cancel()

    def _ask(self, read: Callable[[int], T], number: int) -> T:
        with self._rec.state.lock:
            return guarded(lambda: read(number))

    def span(self, number: int) -> tuple[int, int]:
        """The first step of a chunk, and the one behind its last."""
        info = self._rec.file.chunks[number]
        return info.first_step, info.first_step + info.n_steps

    def counted(self, sites: Collection[int]) -> list[tuple[int, int]] | None:
        """The chunks that hit some sites, with how often; None where events are missing, so that
        the counts may not be those of the steps that can be read.
        """
        if not self._rec.complete or any(each.flags & GAP for each in self._rec.file.chunks):
            return None
        found = []
        for info in self._rec.file.chunks:
            hits = self.site_hits(info.number)
            count = sum(hits.get(each, 0) for each in sites)
            if count:
                found.append((info.number, count))
        return found

    def function_set(self, functions: Iterable[Function]) -> bytes:
        """Functions as the codec takes them."""
        found = bytearray(self.survey.n_functions)
        for each in functions:
            found[self.survey.function_number(each.module, each.place)] = 1
        return bytes(found)

    def site_set(self, sites: Collection[int]) -> bytes:
        """Sites as the codec takes them."""
        modules = self._rec.file.modules
        size = max((int(m.get("first_site", 0)) + len(m["sites"]) for m in modules), default=0)
        found = bytearray(size + 1)
        for site in sites:
            if 0 <= site < size:
                found[site] = 1
        return bytes(found)
