"""Stand-ins for the sites of a program that turned out not to be recordable."""

from __future__ import annotations

from escope_tui.model.sites import RETURNS_FIRST, TRUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any


class StandIn:
    """Gives back what the rewritten code counts on, and does nothing."""

    __slots__ = ("_flags",)

    def __init__(self, flags: int) -> None:
        self._flags = flags

    def __call__(self, *values: object) -> object:
        if self._flags & TRUE:
            return True
        return values[0] if values and self._flags & RETURNS_FIRST else None

    def __invert__(self) -> object:
        return self()

    def __getitem__(self, value: object) -> object:
        return self(value)


def stand_ins(sites: Sequence[Sequence[Any]]) -> list[StandIn]:
    """One for each site."""
    return [StandIn(site[0]) for site in sites]
