"""The calls of a recording as a tree of rows, of which only those that are looked at are read."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from ..model.events import Call
from ..query.calls import CallView
from .branches import height_of, row_of, within

if TYPE_CHECKING:
    from ..query.recording import Recording

SIFTED = 300
"""Of a call that made more calls than that, also those of little interest are rows."""
WEIGHED = 2000
"""Of a call that made more calls than that, only the likeliest are compared to the nanosecond."""
FINALISTS = 100
COMPARED = 100_000
"""So many calls of one call are looked at for it."""
DEEPEST = 200
SHORT = ("<genexpr>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>")
KEPT = 20_000

Check = Callable[[], object]
"""Is called now and then, and ends a question that nobody waits for by an exception."""


class Line(NamedTuple):
    """One row."""

    call: Call
    depth: int
    folds: bool
    open: bool
    above: int
    """The row of the call that made this one; -1: none did."""


@dataclass(slots=True, eq=False)
class Unfolded:
    """A call whose calls are rows; without a call: the roots."""

    call: Call | None
    chosen: Sequence[int]
    """Which of its calls are shown, by their places."""
    kids: dict[int, Unfolded] = field(default_factory=dict)
    """Those that are unfolded, by their place in `chosen`."""
    depth: int = -1
    row: int = -1
    above: int = -1
    """The row of the call that made it."""
    height: int = 1

    @property
    def below(self) -> int:
        return len(self.chosen)

    @property
    def below_all(self) -> int:
        """The rows below it, however deep."""
        return self.height - 1


class _Known(NamedTuple):
    call: Call
    parent: int
    """The frame that called it; 0: none."""
    place: int
    """Which of its calls this one is."""


class CallTree:
    """What was asked about one recording's calls; used by one thread."""

    def __init__(self, rec: Recording) -> None:
        self._rec = rec
        self._view = CallView(rec)
        self._roots: list[Call] | None = None
        self._known: dict[int, _Known] = {}
        self._folds: dict[int, bool] = {}
        self.compared = ""
        """Which calls `hottest` has compared where these were not all; empty: all of them."""

    def roots(self) -> list[Call]:
        """The calls that no recorded call made."""
        if self._roots is None:
            self._roots = self._view.roots()
        return self._roots

    def unfold(self, opened: Collection[int], everything: bool, check: Check) -> Unfolded:
        """The tree with the calls of some frames unfolded; others of them, below folded ones, are
        left out. `everything`: also calls of little interest.
        """
        below: dict[int, list[_Known]] = {}
        for frame in opened:
            check()
            known = self._of(frame)
            if known is not None and self.folds(known.call):
                below.setdefault(known.parent, []).append(known)
        places = self._choice(self.roots(), opened, everything, check)
        top = Unfolded(None, places)
        made, at = [top], 0
        while at < len(made):
            check()
            branch, at = made[at], at + 1
            frame = branch.call.frame_id if branch.call is not None else 0
            for known in sorted(below.get(frame, ()), key=lambda each: each.place):
                place = bisect_left(branch.chosen, known.place)
                if place == len(branch.chosen) or branch.chosen[place] != known.place:
                    continue
                call = known.call
                count = call.child_count
                chosen: Sequence[int] = range(count)
                if count <= SIFTED:
                    chosen = self._choice(call.children(), opened, everything, check)
                kid = Unfolded(call, chosen, depth=branch.depth + 1)
                branch.kids[place] = kid
                made.append(kid)
        for branch in reversed(made):
            branch.height = height_of(branch)
        for branch in made:
            for place, kid in branch.kids.items():
                kid.row, kid.above = branch.row + row_of(branch, place), branch.row
        return top

    def path(self, call: Call | None) -> list[int]:
        """The frames of the calls around one, the innermost first."""
        found: list[int] = []
        known = self._of(call.frame_id) if call is not None else None
        while known is not None and known.parent:
            found.append(known.parent)
            known = self._of(known.parent)
        return found

    def row(self, top: Unfolded, frame: int) -> int | None:
        """The row of a frame's call, or of the nearest call around it that is a row."""
        chain: list[_Known] = []
        known = self._of(frame)
        while known is not None:
            chain.append(known)
            known = self._of(known.parent) if known.parent else None
        branch, found = top, None
        for known in reversed(chain):
            place = bisect_left(branch.chosen, known.place)
            if place == len(branch.chosen) or branch.chosen[place] != known.place:
                break
            found = branch.row + row_of(branch, place)
            if place not in branch.kids:
                break
            branch = branch.kids[place]
        return found

    def rows(self, top: Unfolded, first: int, stop: int, check: Check) -> Iterator[Line]:
        """Some of the rows, from 0."""
        stop = min(stop, top.below_all)
        found = (within(top, row + 1) for row in range(max(first, 0), stop))
        for branch, pairs in groupby(found, key=lambda pair: pair[0]):
            check()
            parent, places = branch.call, [at for _, at in pairs]
            if places[0] < 0 and parent is not None:
                yield Line(parent, branch.depth, True, True, branch.above)
                del places[0]
            if not places:
                continue
            low, high = branch.chosen[places[0]], branch.chosen[places[-1]]
            calls = self.roots() if parent is None else parent.children(low, high + 1)
            base = 0 if parent is None else low
            for at in places:
                number = branch.chosen[at] - base
                if number < len(calls):
                    call = calls[number]
                    yield Line(call, branch.depth + 1, self.folds(call), False, branch.row)

    def hottest(
        self, frame: int, check: Check, tell: Callable[[str], object] = lambda note: None
    ) -> list[Call]:
        """The calls from one down, always the one that took the most time; of frame 0, from the
        root that did. `tell` hears how far a long comparison is.
        """
        found: list[Call] = []
        self.compared = ""
        known = self._of(frame) if frame else None
        call = known.call if known is not None else None
        if not frame:
            call = max(self.roots(), key=lambda each: each.duration_ns or 0, default=None)
        while call is not None and len(found) < DEEPEST:
            check()
            found.append(call)
            if not self.folds(call):
                break
            call = max(self._longest(call, check, tell), key=lambda each: each.duration_ns or 0)
        return found

    def _longest(self, parent: Call, check: Check, tell: Callable[[str], object]) -> Sequence[Call]:
        """The calls of one call that may have taken the most time: where they are many, those
        after which the longest time went by until the next one began; of more than `COMPARED`,
        stretches that are spread over all of them.
        """
        count = parent.child_count
        if count <= WEIGHED:
            return parent.children(0, count)
        pages = range(0, count, WEIGHED)
        if count > COMPARED:
            stretches = COMPARED // WEIGHED
            pages = range(0, count, -(-count // stretches))
            self.compared = f"compared {COMPARED:,} of {count:,} calls, spread over all of them"
        most: list[tuple[int, int, Call]] = []
        for done, low in enumerate(pages):
            check()
            tell(f"comparing {count:,} calls… {100 * done // len(pages)} %")
            last: Call | None = None
            began = 0
            for each in parent.children(low, low + WEIGHED + 1):
                now = self._rec.step_info(each.enter).time_ns
                if last is not None:
                    most.append((now - began, last.frame_id, last))
                last, began = each, now
            most = nlargest(FINALISTS, most)
        return [*(each for _, _, each in most), *parent.children(count - 1, count)]

    def folds(self, call: Call) -> bool:
        """Whether it made calls."""
        found = self._folds.get(call.frame_id)
        if found is None:
            if len(self._folds) > KEPT:
                self._folds.clear()
            found = self._folds[call.frame_id] = call.has_children
        return found

    def _of(self, frame: int) -> _Known | None:
        found = self._known.get(frame)
        if found is None:
            call = self._view.call_of_frame(frame)
            if call is None:
                return None
            parent = call.parent
            if len(self._known) > KEPT:
                self._known.clear()
            found = _Known(call, parent.frame_id if parent is not None else 0, call.place)
            self._known[frame] = found
        return found

    def _choice(
        self, calls: Sequence[Call], opened: Collection[int], everything: bool, check: Check
    ) -> Sequence[int]:
        if everything or len(calls) > SIFTED:
            return range(len(calls))
        chosen: list[int] = []
        for place, call in enumerate(calls):
            check()
            if call.frame_id in opened or not _dull(call, self.folds(call)):
                chosen.append(place)
        return chosen


def _dull(call: Call, folds: bool) -> bool:
    """A call that says little: it called nothing, and is a comprehension, a class body or so."""
    name = call.function.rpartition(".")[2]
    if call.exception is not None:
        return False
    special = name.startswith("__") and name.endswith("__") and name not in ("__init__", "__call__")
    return not folds and (name in SHORT or special or call.outcome == "end")
