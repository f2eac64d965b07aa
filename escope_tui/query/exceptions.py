"""Exceptions: where each was raised, which frames it ended, where it was caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from .._speedups.unpack import Ref
from ..model.events import ExceptionEvent, Place
from ..model.rows import Rows
from ..model.sites import CAUGHT, QUIET
from ..model.text import one_line, safe_text
from ..model.values import Value
from ..replay.recording import EV_CAUGHT, EV_UNWIND
from ..replay.state import FrameState, guarded
from .dropped import dropped_above
from .endings import Endings, endings, last_step
from .moments import place_of
from .raised import (
    Chains,
    end_of,
    highest_before,
    left_at,
    may_swallow,
    newest_place,
    raised_at,
    swallowed,
)
from .said import MESSAGE_WIDTH, message
from .spots import Spot, Spots
from .thrown import yields

if TYPE_CHECKING:
    from ..replay.recording import Replay
    from ..replay.state import State

_ENDS = ("GeneratorExit", "StopIteration", "StopAsyncIteration")
"""What leaves a generator that is closed or over; no caller sees it."""
FEW = 20
"""Exceptions that were caught last, among which another part of a group is looked for."""
WINDOW = 4
"""Chunks that are read beyond one for what was raised in it."""
BLOCK = 32
"""So many chunks are read at once for what was raised in them, at the most."""


@dataclass(slots=True)
class _Way:
    """One exception that is on its way."""

    thread: int
    raw: Any
    seen: int
    """The step of the newest event."""
    raised: Spot
    site: int
    told: tuple[int, int, Any, bool]
    """Type, number of arguments, the first of them and whether its attributes tell of no other one
    at the newest event; no type where only a closer look can tell."""
    sites: tuple[int, ...] | None
    """Those that the frames stood at when it was seen first; None where that is not known."""
    propagated: list[Spot] = field(default_factory=list)
    caught: Spot | None = None
    """Where its handler begins; step -1: in a later chunk, after the moment."""
    cleaned: bool = False
    """A `finally` clause may have run on its way."""
    thrown: bool = False
    """It was first seen at a `yield`, into which another frame may have thrown it."""


def all_exceptions(rec: Replay) -> list[ExceptionEvent]:
    """As `read_exceptions`, of the whole recording; read once for each recording."""
    kept: list[ExceptionEvent] | None = rec.kept.get("exceptions")
    if kept is None:
        numbers = range(len(rec.file.chunks))
        kept = rec.kept["exceptions"] = read_exceptions(rec, numbers, (0, len(rec)))
    return kept


def exception_rows(rec: Replay) -> Rows[ExceptionEvent]:
    """All exceptions, as a sequence that is read as far as it is looked at."""

    def walk(direction: int) -> Iterator[ExceptionEvent]:
        return iter_exceptions(rec, -1 if direction > 0 else len(rec), direction)

    return Rows(walk, whole=lambda: all_exceptions(rec))


def uncaught_exceptions(rec: Replay) -> list[ExceptionEvent]:
    """The exceptions that ended the program or a thread, in the order in which they were raised;
    looked for where the threads end.
    """
    kept: list[ExceptionEvent] | None = rec.kept.get("exceptions")
    if kept is None and "uncaught" not in rec.kept:
        found = dict[tuple[int, int], ExceptionEvent]()
        for thread in endings(rec).threads if len(rec) else ():
            last = _ending_of(rec, thread)
            if last is not None:
                found[last.step, last.thread] = last
        ending = unseen_end(rec)
        if ending is not None:
            found[ending.step, ending.thread] = ending
        rec.kept["uncaught"] = [found[key] for key in sorted(found)]
    if kept is None:
        kept = rec.kept["uncaught"]
    return [each for each in kept if each.uncaught]


def times_caught(rec: Replay) -> int:
    """How often recorded code caught an exception, from the index."""
    hits = rec.file.site_hits().items()
    flags = ((rec.program.site(number).flags, count) for number, count in hits)
    return sum(count for each, count in flags if each & CAUGHT and not each & QUIET)


def _ending_of(rec: Replay, thread: int) -> ExceptionEvent | None:
    """The exception that ended a thread, from the chunks around its last step and, where it was on
    its way for longer, from those since it was raised.
    """
    last = last_step(rec, thread)
    near = _around(rec, last)
    spots = Spots(rec)
    while True:
        found = read_exceptions(rec, near, (0, len(rec)), seen_only=True)
        ended = [each for each in found if each.uncaught and each.thread == thread]
        if not ended:
            return None
        newest = ended[-1]
        raised = _around(rec, newest.step)[0]
        if near[0] and spots.in_finally(rec.site_of(newest.step)):
            raised = 0  # somewhere before a `finally` that ran for long
        elif raised >= near[0] or rec.next_thread_step(newest.step + 1, 1, thread) < 0:
            return newest
        near = range(raised, near[-1] + 1)


def _around(rec: Replay, step: int) -> range:
    """The chunk of a step and those beside it."""
    number = rec.file.chunk_of(step)
    return range(max(number - 1, 0), min(number + 2, len(rec.file.chunks)))


def iter_exceptions(rec: Replay, step: int, direction: int) -> Iterator[ExceptionEvent]:
    """The exceptions that were raised after (before) a step, the nearest first: of one chunk, then
    of more and more at once.
    """
    kept: list[ExceptionEvent] | None = rec.kept.get("exceptions")
    if kept is not None:
        found = kept if direction > 0 else reversed(kept)
        yield from (each for each in found if (each.step - step) * direction > 0)
        return
    span = (step + 1, len(rec)) if direction > 0 else (0, step)
    spots = Spots(rec)
    for own in blocks_of(rec, span, direction):
        here = exceptions_in(rec, own, span, spots)
        yield from here if direction > 0 else reversed(here)


def blocks_of(rec: Replay, span: tuple[int, int], direction: int) -> Iterator[range]:
    """The chunks of some steps, the nearest first: one, then more and more in a row."""
    numbers = rec.surveyor.numbers(*span, direction)
    size = 1
    while block := sorted(islice(numbers, size)):
        yield range(block[0], block[-1] + 1)
        size = min(2 * size, BLOCK)


def named_exceptions(
    rec: Replay, name: str, step: int = -1, direction: int = 1
) -> Iterator[ExceptionEvent]:
    """As `iter_exceptions`, those of a type that is called so, in full or by its last part. Where
    no such type is recorded nothing is read.
    """

    def fits(known: str) -> bool:
        return name in (known, known.rpartition(".")[2])

    types = (safe_text(known) for _, known in rec.file.types.values())
    if not any(map(fits, types)) and not may_swallow(rec):
        ends = (each for each in uncaught_exceptions(rec) if fits(each.type_name))
        return (each for each in ends if (each.step - step) * direction > 0)
    return (each for each in iter_exceptions(rec, step, direction) if fits(each.type_name))


def exceptions_in(
    rec: Replay, own: range, span: tuple[int, int], spots: Spots
) -> list[ExceptionEvent]:
    """The exceptions that were raised in some chunks in a row and within some steps, in order."""
    first, stop = rec.surveyor.span(own[0])[0], rec.surveyor.span(own[-1])[1]
    inside = (max(first, span[0]), min(stop, span[1]))
    near = None if "exceptions" in rec.kept else window(rec, own, spots)
    if near is not None and len(near) < len(rec.file.chunks):
        found = read_exceptions(rec, near, inside, own)
        late = _seen_late(rec, own, near, inside, found)
        if late is not None and not _reaches_beyond(rec, found, near):
            return sorted([*found, *late], key=lambda each: (each.step, each.thread))
    return [each for each in all_exceptions(rec) if inside[0] <= each.step < inside[1]]


def _seen_late(
    rec: Replay, own: range, near: range, inside: tuple[int, int], known: list[ExceptionEvent]
) -> list[ExceptionEvent] | None:
    """The exceptions of statements in the chunks `own` which had called others for so long that it
    was not seen in those that were read. None: one of them may have been on its way for longer.
    """
    stop, running = still_running(rec, own, near)
    told = {(each.step, each.thread, each.seen) for each in known if isinstance(each, Seen)}
    found: list[ExceptionEvent] = []
    for number in sorted({rec.file.chunk_of(_end_after(rec, each, stop)) for each in running}):
        around = range(max(number - 1, 0), min(number + 2, len(rec.file.chunks)))
        seen = read_exceptions(rec, around, inside, around, seen_only=True)
        if _reaches_beyond(rec, seen, around):
            return None
        for each in seen:
            if not isinstance(each, Seen) or each.seen < stop:
                continue
            if (each.step, each.thread, each.seen) not in told:
                told.add((each.step, each.thread, each.seen))
                found.append(each)
    return found


def still_running(rec: Replay, own: range, near: range) -> tuple[int, list[FrameState]]:
    """The end of the chunks `near`, and the frames whose statement, begun in the chunks `own`, runs
    on there and may raise what is seen only later.
    """
    stop = min(rec.surveyor.span(near[-1])[1], len(rec) - 1)
    if not any(each.n_exceptions for each in rec.file.chunks[near[-1] + 1 :]):
        return stop, []
    first, over = rec.surveyor.span(own[0])[0], rec.surveyor.span(own[-1])[1]
    with rec.state.lock:
        frames = guarded(rec.state.cursor(stop).live_frames)
    states = [rec.state.frame_state(stop, each) for each in frames]
    return stop, [each for each in states if first <= each.last_step < over]


def _end_after(rec: Replay, state: FrameState, stop: int) -> int:
    """Where the statement that a frame runs at a step is over: at the next one of the frame, else
    of its nearest caller that goes on, else at its thread's last.
    """
    frame = state.frame
    while frame:
        step = rec.next_frame_step(stop, 1, frame)
        if step >= 0:
            return step
        with rec.state.lock:
            frame = rec.scanner.frame_info(frame)[2]
    return max(stop, last_step(rec, state.thread))


def _reaches_beyond(rec: Replay, found: list[ExceptionEvent], near: range) -> bool:
    """Whether any of these may have been on its way before the chunks that were read, or be it
    still behind them: its object is from before, or what called the frames that it left has not
    gone on yet.
    """
    seen = [each for each in found if isinstance(each, Seen)]
    if any(each.is_older(near[0]) for each in seen):
        return True
    stop = rec.surveyor.span(near[-1])[1]
    left = [each for each in seen if each.handler_frame is None]
    if not left or stop >= len(rec):
        return False
    callers = dict[int, int]()
    with rec.state.lock:
        live = set(guarded(rec.state.cursor(stop).live_frames))
        for each in left:
            callers[each.caller] = max(each.seen, callers.get(each.caller, 0))
    later = (rec.next_frame_step(callers[each] + 1, 1, each) for each in live & callers.keys())
    return any(not 0 <= step < stop for step in later)


def window(rec: Replay, own: range, spots: Spots) -> range | None:
    """The chunks to read for the exceptions that were raised in some: one that was raised here may
    be seen in the next only, one from before still fly, and a `finally` may run for many. None: for
    too many.
    """
    chunks = rec.file.chunks
    first, last = max(own[0] - 1, 0), min(own[-1] + 1, len(chunks) - 1)
    while last + 1 < len(chunks) and cleans_up(rec, chunks[last].first_step, spots):
        last += 1
        if last - own[-1] > WINDOW:
            return None
    return range(first, last + 1)


def cleans_up(rec: Replay, step: int, spots: Spots) -> bool:
    """Whether any frame is in a `finally` clause, the end of a `with` or a `raise` at a step, so
    that an exception may be on its way unseen.
    """
    with rec.state.lock:
        frames = guarded(rec.state.cursor(step).live_frames)
    states = [rec.state.frame_state(step, each) for each in frames]
    return any(
        state.function.qualname.rpartition(".")[2] in ("__exit__", "__aexit__")
        or (state.last_step >= 0 and spots.lets_wait(state.number))
        for state in states
    )


def read_exceptions(
    rec: Replay,
    numbers: range,
    span: tuple[int, int],
    own: range | None = None,
    *,
    seen_only: bool = False,
) -> list[ExceptionEvent]:
    """The exceptions that recorded code saw in some chunks, in the order in which they were raised,
    those that were raised within some steps, which lie in the chunks `own` (default: all of these);
    and the one that ended the program without being seen, unless `seen_only`.
    """
    own = numbers if own is None else own
    done: list[_Way] = []
    flying: dict[tuple[int, Any], _Way] = {}
    seen: dict[int, list[int]] = {}
    chunks, survey = rec.file.chunks, rec.surveyor.survey
    some = [number for number in numbers if chunks[number].n_exceptions]
    spots = Spots(rec)
    for _, rows in rec.surveyor.beside(some, survey.raises):
        for row in rows:
            seen.setdefault(row[3], []).append(row[0])
            _follow(spots, row, flying, done)
    ends = endings(rec)
    done.extend(flying.values())
    found: list[ExceptionEvent] = [_event(way, ends, spots) for way in done]
    ending = None if seen_only else unseen_end(rec)
    if ending is not None and span[0] <= ending.step < span[1]:
        same = next((at for at, each in enumerate(found) if _ended_so(each, ending)), None)
        if same is None:
            found.append(ending)
        else:
            found[same] = Seen(spots, done[same], uncaught=True)
    begun = rec.surveyor.span(own[0])[0] if own else 0
    over = rec.surveyor.span(own[-1])[1] if own else 0
    known = Counter(way.site for way in done if begun <= way.raised[0] < over)
    found += swallowed(rec, found, seen, own, known)
    # Those of the same chunks that are not asked for may be behind others that are.
    first, stop = min(begun, span[0]), max(over, span[1])
    near = [each for each in found if first <= each.step < stop]
    near.sort(key=lambda each: (each.step, each.thread))
    whole = len(numbers) == len(rec.file.chunks) and (first, stop) == (0, len(rec))
    chains = Chains(rec, near, None if whole else lambda: all_exceptions(rec))
    for place, each in enumerate(near):
        if isinstance(each, Seen):
            each.join(chains, place)
    return [each for each in near if span[0] <= each.step < span[1]]


def _whole_of(
    spots: Spots, row: Any, flying: dict[tuple[int, Any], _Way], done: list[_Way]
) -> _Way | None:
    """The group of which an `except*` clause is given a part: on its way, or, where another clause
    of the same `try` had a part of it, caught there.
    """
    _, _, thread, frame, site, _, _, newest_site, _, handler_site = row[:10]
    star = spots.star(handler_site if handler_site >= 0 else site)
    if star is None:
        return None
    if spots.star(newest_site) == star:
        near = (w for w in reversed(done[-FEW:]) if w.caught is not None and w.caught[2] == frame)
        return next((w for w in near if w.caught and spots.star(w.caught[1]) == star), None)
    others = [w for w in flying.values() if w.thread == thread and w.propagated]
    newest = max(others, key=lambda w: w.seen, default=None)
    return newest if newest is not None and spots.is_group(newest.raw, newest.seen) else None


def _follow(spots: Spots, row: Any, flying: dict[tuple[int, Any], _Way], done: list[_Way]) -> None:
    step, kind, thread, frame, _, value, _, _, handler, handler_site = row[:10]
    rec = spots.rec
    key = (thread, value)
    newest, newest_site = newest_place(rec, row)
    place = (newest, newest_site, frame, max(step, 0))
    way = flying.get(key)
    if way is None and kind == EV_CAUGHT:
        whole = _whole_of(spots, row, flying, done)
        if whole is not None:
            handled = (handler, handler_site, frame, handler if handler >= 0 else step)
            if whole.caught is None:
                whole.seen, whole.caught = step, handled
                done.append(flying.pop((thread, whole.raw)))
            else:
                done.append(replace(whole, raw=value, seen=step, told=row[10:14], caught=handled))
            return
    if way is None:
        way = flying[key] = _Way(thread, value, step, place, newest_site, row[10:14], row[14])
        way.cleaned = spots.in_finally(newest_site)
        way.thrown = yields(rec, newest_site)
    way.seen, way.told = step, row[10:14]
    if kind == EV_UNWIND:
        way.propagated.append(place)
        way.cleaned = way.cleaned or spots.in_finally(newest_site)
        return
    way.caught = (handler, handler_site, frame, handler if handler >= 0 else step)
    done.append(flying.pop(key))


class Seen(ExceptionEvent):
    """An exception of which the places, the value and those behind it are looked up when they are
    asked for.
    """

    __slots__ = (
        "_chains",
        "_links",
        "_number",
        "_places",
        "_said",
        "_spots",
        "_swallowed",
        "_value",
        "_way",
        "raw",
        "uncaught",
    )
    _chains: Chains | None
    _links: tuple[ExceptionEvent | None, ExceptionEvent | None, ExceptionEvent | None] | None
    _number: int
    _places: tuple[Place, tuple[Place, ...], Place | None] | None
    _said: str | None
    _spots: Spots
    _value: Value | None
    _way: _Way
    _swallowed: Place | EllipsisType | None
    raw: Any

    def __init__(self, spots: Spots, way: _Way, *, uncaught: bool) -> None:
        give = object.__setattr__
        give(self, "_spots", spots)
        give(self, "_way", way)
        give(self, "raw", way.raw)
        give(self, "uncaught", uncaught)
        give(self, "_value", None)
        give(self, "_said", None)
        give(self, "_swallowed", ...)
        give(self, "_links", None)
        give(self, "_chains", None)
        give(self, "_places", None)

    @property
    def _state(self) -> State:
        return self._spots.rec.state

    @property
    def _told(self) -> tuple[int, int, Any, bool]:
        return self._way.told

    @property
    def thread(self) -> int:
        return self._way.thread

    def _looked_up(self) -> tuple[Place, tuple[Place, ...], Place | None]:
        if self._places is None:
            way, spots = self._way, self._spots
            raised = spots.place(way.raised)
            propagated = tuple(map(spots.place, way.propagated))
            if way.cleaned:
                raised = left_at(spots.rec, raised, self.value)
                propagated = tuple(left_at(spots.rec, each, self.value) for each in propagated)
            if way.cleaned or way.thrown:
                raised = raised_at(spots.rec, raised, way.raw)
            caught = None if way.caught is None else spots.place(self._handler(way.caught))
            object.__setattr__(self, "_places", (raised, propagated, caught))
        assert self._places is not None
        return self._places

    def _handler(self, spot: Spot) -> Spot:
        step, _, frame, moment = spot
        if step >= 0:
            return spot
        rec = self._spots.rec
        step = rec.next_frame_step(moment + 1, 1, frame)
        if step >= 0:
            return step, rec.site_of(step), frame, step
        last = rec.next_frame_step(moment, -1, frame)
        last = last if last >= 0 else max(moment, 0)
        return last, rec.site_of(last), frame, max(moment, 0)

    @property
    def raised(self) -> Place:
        return self._looked_up()[0]

    @property
    def propagated(self) -> tuple[Place, ...]:
        return self._looked_up()[1]

    @property
    def caught(self) -> Place | None:
        return self._looked_up()[2]

    @property
    def step(self) -> int:
        way = self._way
        return self.raised.step if way.cleaned or way.thrown else way.raised[0]

    @property
    def fate(self) -> str:
        if self._way.caught is not None:
            return "caught"
        if self.uncaught:
            return "uncaught"
        return "left" if self.swallowed is None else "swallowed"

    @property
    def swallowed(self) -> Place | None:
        if isinstance(self._swallowed, EllipsisType):
            way, found = self._way, None
            left = way.caught is None and way.propagated and not self.uncaught
            if left and self.type_name not in _ENDS:
                rec = self._spots.rec
                step = dropped_above(rec, way.propagated[-1][2], way.seen)
                found = None if step is None else place_of(rec, step)
            object.__setattr__(self, "_swallowed", found)
            return found
        return self._swallowed

    @property
    def object_id(self) -> int | None:
        """Its identity."""
        return self.raw.oid if isinstance(self.raw, Ref) else super().object_id

    @property
    def handler_frame(self) -> int | None:
        """The frame that caught it."""
        return None if self._way.caught is None else self._way.caught[2]

    @property
    def stands_alone(self) -> bool:
        """Whether its attributes tell of no other, it is not raised from one, and no frame was in a
        handler.
        """
        way, spots = self._way, self._spots
        if way.told[0] < 0 or not way.told[3] or way.cleaned or way.sites is None:
            return False
        return not spots.raises_from(way.raised[1]) and not spots.handle(way.sites)

    @property
    def seen(self) -> int:
        """The step of the newest event of it."""
        return self._way.seen

    @property
    def caller(self) -> int:
        """The frame that called the last one that it left; 0: none. Hold the lock of the state."""
        left = self._way.propagated
        return int(self._spots.rec.scanner.frame_info(left[-1][2])[2]) if left else 0

    def is_older(self, number: int) -> bool:
        """Whether its object was there before a chunk."""
        identity = self.raw.oid if isinstance(self.raw, Ref) else None
        return identity is not None and identity <= highest_before(self._spots.rec, number)

    def join(self, chains: Chains, place: int) -> None:
        """Learn which exceptions there are beside it, and its place among them."""
        object.__setattr__(self, "_chains", chains)
        object.__setattr__(self, "_number", place)

    def _link(self, which: int) -> Any:
        if self._links is None:
            chains = self._chains
            found = (None, None, None) if chains is None else chains.links(self, self._number)
            object.__setattr__(self, "_links", found)
        assert self._links is not None
        return self._links[which]

    @property
    def type_name(self) -> str:
        known = self._spots.type_name(self._told[0])
        if known:
            return known
        value = self.value
        return value.type_name if value is not None else "?"

    @property
    def message(self) -> str:
        if self._said is None:
            kind, count, argument, _ = self._told
            if kind < 0:
                said = message(self.value)
            else:
                said = self._spots.said(kind, argument) if count else ""
            object.__setattr__(self, "_said", said)
        assert self._said is not None
        return self._said

    @property
    def value(self) -> Value | None:
        if self._value is None:
            object.__setattr__(self, "_value", self._state.passed_value(self.raw, self.seen))
        return self._value

    @property
    def cause(self) -> ExceptionEvent | None:
        found: ExceptionEvent | None = self._link(0)
        return found

    @property
    def context(self) -> ExceptionEvent | None:
        found: ExceptionEvent | None = self._link(1)
        return found

    @property
    def earlier(self) -> ExceptionEvent | None:
        found: ExceptionEvent | None = self._link(2)
        return found


def _event(way: _Way, ends: Endings, spots: Spots) -> ExceptionEvent:
    uncaught = False
    if way.caught is None and _was_last(spots.rec, way):
        uncaught = ends.ended(way.thread, way.seen, spots.rec.state.passed_value(way.raw, way.seen))
    return Seen(spots, way, uncaught=uncaught)


def _was_last(rec: Replay, way: _Way) -> bool:
    """Nothing caught it and nothing of the frames that were left ran again."""
    if not way.propagated:
        return False
    last = way.propagated[-1]
    with rec.state.lock:
        parent = rec.scanner.frame_info(last[2])[2]
    while parent:
        if rec.next_frame_step(way.seen + 1, 1, parent) >= 0:
            return False
        with rec.state.lock:
            parent = rec.scanner.frame_info(parent)[2]
    return True


def _ended_so(each: ExceptionEvent, ending: ExceptionEvent) -> bool:
    """Whether an exception that left a function is the one that ended the program: a `with` in the
    module's own code had thrown it into a generator.
    """
    return (
        each.type_name.rpartition(".")[2] == ending.type_name.rpartition(".")[2]
        and each.thread == ending.thread
        and each.caught is None
        and each.step == ending.step
    )


def unseen_end(rec: Replay) -> ExceptionEvent | None:
    """The exception that the recorder saw end the program, where no recorded function saw it."""
    if "unseen end" not in rec.kept:
        rec.kept["unseen end"] = _find_unseen_end(rec)
    found: ExceptionEvent | None = rec.kept["unseen end"]
    return found


def _find_unseen_end(rec: Replay) -> ExceptionEvent | None:
    facts = rec.file.meta.get("exception")
    if not isinstance(facts, dict) or not len(rec):
        return None
    name = safe_text(str(facts.get("type", "?")))
    # The frames that it ended did so behind the last step of its thread.
    thread = facts.get("thread", 0)
    near_by = _around(rec, last_step(rec, thread))
    found = read_exceptions(rec, near_by, (0, len(rec)), seen_only=True)
    ended = (each.type_name for each in found if each.uncaught and each.thread == thread)
    if any(each.endswith(name) for each in ended):
        return None
    step, moment = end_of(rec, facts)
    text = one_line(str(facts.get("message", "")), MESSAGE_WIDTH)
    place = place_of(rec, step, moment)
    return ExceptionEvent(name, text, None, place, (), None, True, rec.step_info(step).thread)
