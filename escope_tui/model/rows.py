"""Answers of many rows: counted at once where the index knows, read where they are looked at."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import Any, Generic, TypeVar, overload

from ..errors import FormatError

T = TypeVar("T")
Part = tuple[int, int]
"""Number of a chunk, and how many of the rows are in it."""


class Rows(Sequence[T], Generic[T]):
    """The rows of an answer, in order: a sequence that is read as far as it is asked for.

    `walk` gives the rows one by one, forward (1) or backward (-1). `parts` tells how many there are
    in which chunk, `read` gives those of one chunk; without them, the length takes reading
    everything, once (`whole`, if given).
    """

    def __init__(
        self,
        walk: Callable[[int], Iterator[T]],
        parts: Sequence[Part] | None = None,
        read: Callable[[int], Sequence[T]] | None = None,
        whole: Callable[[], list[T]] | None = None,
    ) -> None:
        self._walk = walk
        self._parts = parts
        self._ends = [] if parts is None else list(accumulate(count for _, count in parts))
        self._read = read
        self._kept: tuple[int, Sequence[T]] | None = None
        self._make = whole or (lambda: list(walk(1)))
        self._all: list[T] | None = None

    def __len__(self) -> int:
        if self._parts is not None:
            return self._ends[-1] if self._ends else 0
        return len(self._whole())

    def __bool__(self) -> bool:
        if self._parts is not None:
            return len(self) > 0
        return (self._all is not None and bool(self._all)) or next(iter(self), None) is not None

    def _whole(self) -> list[T]:
        if self._all is None:
            self._all = self._make()
        return self._all

    def __iter__(self) -> Iterator[T]:
        return self._walk(1) if self._all is None else iter(self._all)

    def __reversed__(self) -> Iterator[T]:
        return self._walk(-1) if self._all is None else reversed(self._all)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return self._stretch(index)
        if self._all is not None:
            return self._all[index]
        if self._parts is None:
            rows = self._walk(1) if index >= 0 else self._walk(-1)
            for found in islice(rows, index if index >= 0 else -index - 1, None):
                return found
            raise IndexError("there are not so many rows")
        place = range(len(self))[index]
        part = bisect_right(self._ends, place)
        return self._of(part)[place - (self._ends[part - 1] if part else 0)]

    def _of(self, part: int) -> Sequence[T]:
        """The rows of one part; those of the last one that was asked for are kept."""
        assert self._parts is not None
        assert self._read is not None
        kept = self._kept
        if kept is None or kept[0] != part:
            number, count = self._parts[part]
            kept = self._kept = (part, self._read(number))
            if len(kept[1]) != count:
                raise FormatError(
                    f"the index counts {count:,} rows in chunk {number}, of which there are "
                    f"{len(kept[1]):,}",
                    hint="The file is damaged.",
                )
        return kept[1]

    def _stretch(self, index: slice) -> list[T]:
        if self._all is not None:
            return self._all[index]
        if self._parts is None:
            first, stop = index.start or 0, index.stop
            step = 1 if index.step is None else index.step
            if first >= 0 and stop is not None and stop >= 0 and step > 0:
                return list(islice(iter(self), first, stop, step))
            return self._whole()[index]
        wanted = range(len(self))[index]
        if len(wanted) == len(self) and wanted.step == 1:
            return list(self)
        return [self[place] for place in wanted]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, list | tuple | Rows):
            return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: Sequence[T]) -> list[T]:
        return [*self, *other]

    def __radd__(self, other: Sequence[T]) -> list[T]:
        return [*other, *self]

    @classmethod
    def of(cls, make: Callable[[], Iterator[T]]) -> Rows[T]:
        """Rows that can only be made from the first on. The first one is looked for at once: what
        is wrong with the question is told here.
        """
        begun = make()
        head = list(islice(begun, 1))
        rest = [begun]

        def walk(direction: int) -> Iterator[T]:
            if direction < 0:
                return reversed(list(walk(1)))
            return chain(head, rest.pop()) if rest else make()

        return cls(walk)

    def __repr__(self) -> str:
        known: Any = len(self) if self._parts is not None or self._all is not None else "some"
        return f"<Rows: {known:,}>" if isinstance(known, int) else f"<Rows: {known}>"
