"""Trees as rows: what is unfolded is kept, the rest is arithmetic, however many rows there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, Self, TypeVar


class Branch(Protocol):
    """A row, and the rows below it."""

    @property
    def kids(self) -> Mapping[int, Self]:
        """Those of the rows right below that are unfolded themselves, by their place."""

    @property
    def below(self) -> int:
        """How many rows stand right below it."""

    @property
    def height(self) -> int:
        """How many rows it takes in all."""


B = TypeVar("B", bound=Branch)


def height_of(branch: Branch) -> int:
    """What `height` has to be, once those of the kids are known."""
    return 1 + branch.below + sum(kid.height - 1 for kid in branch.kids.values())


def within(branch: B, row: int) -> tuple[B, int]:
    """The branch that a row belongs to (row 0 is the first one's own), and which of the rows right
    below that one it is; -1: its own.
    """
    while row:
        row, more = row - 1, 0
        for place in sorted(branch.kids):
            kid, first = branch.kids[place], place + more
            if first <= row < first + kid.height:
                branch, row = kid, row - first
                break
            if row < first:
                return branch, row - more
            more += kid.height - 1
        else:
            return branch, row - more
    return branch, -1


def row_of(branch: Branch, place: int) -> int:
    """The row of one of those right below a branch; the branch's own is 0."""
    return 1 + place + sum(kid.height - 1 for at, kid in branch.kids.items() if at < place)
