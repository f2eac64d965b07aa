"""One look at each chunk for all that a search wants to know of it: whether a value, a type or what
an exception says may match.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ..model import events
from ..model.sites import STEP
from ..replay.state import guarded
from ..replay.survey import AHEAD
from .raised import may_swallow
from .spots import Spots

if TYPE_CHECKING:
    from ..replay.recording import Replay

T = TypeVar("T")
_WORDS = re.compile(r"\w+(?:(?: |(?<=[^\W\d])-(?=[^\W\d]))\w+)*")
"""Words, with hyphens inside."""
_NUMBER = re.compile(r"\b\d+[ej]", re.IGNORECASE)
_OURS = frozenset(
    {
        *("Errno", "more", "cycle", "depth", "not", "recorded", "redacted", "gap", "nanj", "infj"),
        *("None", "True", "False", "Ellipsis", "NotImplemented", "NaN", "function", "class"),
        *("method", "module", "lambda", "locals", "at", "of", "in", "object", "sub", "exceptions"),
    }
)
"""Words that stand in the one line of a value although no recorded text has them, between signs."""

_JOINED = frozenset({"nanj", "infj", "sub", "exceptions"})
"""Those of them that stand beside a hyphen."""


def _may_be_ours(chain: str) -> bool:
    """Whether a word, or some joined by hyphens, may stand in a line without being recorded."""
    words = chain.split("-")
    known = _OURS if len(words) == 1 else _JOINED
    return any(word in ours for word in words for ours in known)


class Look(NamedTuple):
    """What may be in a chunk."""

    writes: bool
    shows: bool
    says: bool


class Looks:
    """Looks at chunks in an order, those to come on threads meanwhile, and keeps what was found:
    what one part of a search asked about the others need not look at again.
    """

    def __init__(
        self, rec: Replay, text: str, wanted: Any, types: bytes, numbers: Iterable[int]
    ) -> None:
        self._rec = rec
        self._text = text
        self._wanted = wanted
        self._types = types
        self._waiting = iter(numbers)
        self._queue: deque[tuple[int, Future[Look]]] = deque()
        self._found: dict[int, Look] = {}
        self._pool = ThreadPoolExecutor(AHEAD)
        self._spots = Spots(rec)
        sites = (n for m in range(len(rec.program.paths)) for n, _ in rec.program.module_sites(m))
        self._raises = frozenset(
            number
            for number in sites
            if rec.program.site(number).flags & STEP
            and rec.program.step_kind(number) == events.RAISE
        )
        self._raising = rec.surveyor.site_set(self._raises)

    def at(self, number: int) -> Look:
        """What may be in a chunk; they are to be asked for in their order, or again."""
        while number not in self._found:
            while len(self._queue) <= AHEAD:
                following = next(self._waiting, None)
                if following is None:
                    break
                self._queue.append((following, self._pool.submit(self._look, following)))
            first, future = self._queue.popleft()
            self._found[first] = guarded(future.result)
        return self._found[number]

    def closing(self, rows: Iterator[T]) -> Iterator[T]:
        """The rows; when they are done with, nothing more is looked at."""
        try:
            yield from rows
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _look(self, number: int) -> Look:
        raised = bool(self._rec.file.chunks[number].n_exceptions)
        found = self._rec.surveyor.survey.look_for(
            number, self._wanted, self._types, self._needle, self._raising, self._only_text
        )
        if found is None:
            return Look(False, False, False)
        writes, shows, types, said, closer, steps = found
        if not closer and self._raises:
            hits = self._rec.surveyor.site_hits(number)
            # A `raise` after which nothing was seen: what it raised was swallowed.
            closer = sum(count for site, count in hits.items() if site in self._raises) > steps
        says = closer or (raised and self._may_say(types, said))
        return Look(writes, shows, says)

    def _may_say(self, types: set[int], said: set[tuple[int, Any]]) -> bool:
        """Whether the text is in the name of a type, in what one says of a number, or in both."""
        names = {each: self._spots.type_name(each) for each in types}
        if ":" in self._text or self._text[0] == " " or "\\" in self._text or "…" in self._text:
            return bool(types)  # it may span both, or stand for what is shown otherwise
        if any(not name or self._text in name for name in names.values()):
            return True
        return any(self._text in self._spots.said(*each) for each in said)

    @cached_property
    def _needle(self) -> bytes:
        """What a string has in which the text is, but for quotes at its ends."""
        return self._text.strip("\"'").encode("utf-8", "surrogatepass")

    @cached_property
    def _only_text(self) -> bool:
        """Whether an exception can only say the text if one recorded string has it."""
        if not _WORDS.fullmatch(self._text) or self._text.replace(" ", "").isdigit():
            return False
        if _NUMBER.search(self._text) or any(map(_may_be_ours, self._text.split(" "))):
            return False
        if any(self._text in name for _, name in self._rec.file.types.values()):
            return False
        return not may_swallow(self._rec)
