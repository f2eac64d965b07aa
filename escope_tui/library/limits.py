"""Which recordings have to go, by age and by total size."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from escope_tui.errors import UsageError
from escope_tui.library.entry import Entry
from escope_tui.model.text import one_line

_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([A-Za-z]*)\Z")
_SIZES = {"": 1.0, "b": 1.0, "kb": 1e3, "k": 1e3, "mb": 1e6, "m": 1e6, "gb": 1e9, "g": 1e9}
_SIZES |= {"tb": 1e12, "t": 1e12}
_AGES = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "": 86400.0, "w": 604800.0}
_AGES |= {"y": 31557600.0}


@dataclass(frozen=True, slots=True)
class Limits:
    """None: there is no such limit."""

    age: float | None = None
    """Seconds since the program was started."""
    size: float | None = None
    """Bytes of all recordings together."""


def parse_size(text: str) -> float:
    """Bytes of a text such as `500MB`, `2.5 GB` or a plain number."""
    return _parse(text, _SIZES, "a size", "500MB, 2GB")


def parse_age(text: str) -> float:
    """Seconds of a text such as `30d`, `12h`, `2w`; a plain number is days."""
    return _parse(text, _AGES, "an age", "30d, 12h, 2w")


def _parse(text: str, units: dict[str, float], what: str, examples: str) -> float:
    found = _AMOUNT.match(text.strip())
    unit = units.get(found[2].lower()) if found else None
    if found is None or unit is None:
        raise UsageError(f"{one_line(text, 40)!r} is not {what}", hint=f"such as {examples}")
    return float(found[1]) * unit


def surplus(
    entries: Sequence[Entry], limits: Limits, folder: str, now: float, kept: bool = False
) -> list[tuple[Entry, str]]:
    """The recordings that have to go, the oldest first, each with the reason.

    Only files inside `folder` count and go. Those with a tag, a note or a bookmark stay, unless
    `kept` gives them up too; they count towards the size all the same.
    """
    inside = os.path.join(folder, "")
    here = [e for e in entries if not e.missing and e.path.startswith(inside)]
    here.sort(key=lambda entry: entry.started_at)
    total = float(sum(entry.size for entry in here))
    gone: list[tuple[Entry, str]] = []
    for entry in here:
        if entry.kept and not kept:
            continue
        if limits.age is not None and now - entry.started_at > limits.age:
            gone.append((entry, "age"))
        elif limits.size is not None and total > limits.size:
            gone.append((entry, "size"))
        else:
            continue
        total -= entry.size
    return gone
