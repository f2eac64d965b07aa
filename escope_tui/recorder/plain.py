"""Stand-ins for the sites of a program that turned out not to be recordable."""

from __future__ import annotations

from escope_tui.model.sites import RETURNS_FIRST, TRUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any


def _first(*values: object) -> object:
    return values[0] if values else None


def _true(*values: object) -> bool:
    return True


def _none(*values: object) -> None:
    return None


def stand_ins(sites: Sequence[Sequence[Any]]) -> list[Callable[..., Any]]:
    """One function per site that gives back what the rewritten code counts on."""
    return [
        _true if site[0] & TRUE else _first if site[0] & RETURNS_FIRST else _none for site in sites
    ]
