"""What a reader may have meant by a name that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ..model.text import one_line

MANY = 5000


def suggestion(wanted: str, names: Iterable[str], what: str = "did you mean") -> str:
    """A hint that lists the nearest names; empty when none is near."""
    known = list(dict.fromkeys(names))[:MANY]
    lower = {each.lower(): each for each in reversed(known)}
    near = get_close_matches(wanted.lower(), list(lower), 3, 0.6)
    found = [lower[each] for each in near]
    inside = [each for each in known if wanted and wanted.lower() in each.lower()]
    found += [each for each in inside if each not in found][: 3 - len(found)]
    if not found:
        return ""
    return f"{what} {', '.join(one_line(each, 60) for each in found)}?"
