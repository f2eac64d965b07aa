"""What the program wrote, and the places where events are missing."""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from ..model.events import Gap, OutputChunk
from ..replay.recording import EV_GAP, EV_OUTPUT
from ..replay.state import guarded
from .moments import Spot, spot_of

if TYPE_CHECKING:
    from ..format.sums import Writer
    from ..model.answers import Printed
    from ..replay.recording import Replay

STREAMS = {1: "stdout", 2: "stderr"}
MAX_KEPT = 10_000
MAX_CHUNKS = 64
AT_ONCE = 1_000_000
"""Bytes that are read at once, with so many for each piece:"""
OVERHEAD = 100
Piece = tuple[int, int, bytes, int, int]
"""Moment, stream, bytes, the chunk and the place in it."""


class Output(tuple[OutputChunk, ...]):
    """Chunks of output in order; `text` joins them."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """Everything written, as it was: escape it (`safe_text`) before you show it."""
        return "".join(chunk.text for chunk in self)

    def stream(self, name: str) -> str:
        """The text of "stdout" or "stderr" alone."""
        return "".join(chunk.text for chunk in self if chunk.stream == name)


def read_output(rec: Replay, start: int | None = None, upto: int | None = None) -> Output:
    """The output of the steps from `start` on and before `upto`."""
    return Output(iter_output(rec, start, upto))


def iter_output(
    rec: Replay, start: int | None = None, upto: int | None = None
) -> Iterator[OutputChunk]:
    """As `read_output`, one by one: however much was written, only a little is held."""
    decoders = {
        number: codecs.getincrementaldecoder("utf-8")("backslashreplace") for number in STREAMS
    }
    view = Writers(rec)
    newest, place = -1, 0
    for step, stream, data, *stands in _pieces(rec, -1 if start is None else start, upto):
        place = place + 1 if step == newest else 0
        newest = step
        decoder = decoders.get(stream)
        if decoder is None:
            continue
        text = decoder.decode(data)
        if text:
            yield OutputChunk(step, STREAMS[stream], text, place, view, (stands[0], stands[1]))


def output_lines(rec: Replay, upto: int | None = None) -> Iterator[str]:
    """The lines of what was written, both streams as they came."""
    begun: list[str] = []
    for chunk in iter_output(rec, None, upto):
        first, *others = chunk.text.split("\n")
        begun.append(first)
        if others:
            yield "".join(begun)
            yield from others[:-1]
            begun = [others[-1]]
    if any(begun):
        yield "".join(begun)


def _pieces(rec: Replay, start: int, upto: int | None) -> Iterator[Piece]:
    """What the recorder took, piece by piece; others may read the file meanwhile."""
    raw = rec.file.pieces(start, upto)
    while True:
        with rec.state.lock:
            some = guarded(lambda: _some(raw))
        if not some:
            return
        yield from some


def _some(pieces: Iterator[Piece]) -> list[Piece]:
    """The next pieces, few enough."""
    found = []
    size = 0
    for each in pieces:
        found.append(each)
        size += OVERHEAD + len(each[2])
        if size > AT_ONCE:
            break
    return found


class Writers:
    """Looks up which statement wrote what a chunk of output does not carry."""

    def __init__(self, rec: Replay) -> None:
        self._rec = rec
        self._kept: dict[int, list[int]] = {}
        self._told: dict[int, list[Writer | None]] = {}

    def writer(self, piece: OutputChunk) -> int:
        """The newest step of the frame that wrote: what it had called is over by then."""
        told = self._by_sums(piece)
        if told is not None:
            return piece.moment - told.back
        steps = self._kept.get(piece.moment)
        if steps is None:
            if len(self._kept) > MAX_KEPT:
                self._kept.clear()
            events = self._rec.raw_events(piece.moment, piece.moment + 1, EV_OUTPUT)
            steps = [int(raw[5][2]) if raw[5] else -1 for raw in events]  # type: ignore[index]
            self._kept[piece.moment] = steps
        found = steps[piece.place] if piece.place < len(steps) else -1
        return found if found >= 0 else piece.moment

    def spot(self, piece: OutputChunk) -> Spot:
        """Where that statement is."""
        told = self._by_sums(piece)
        if told is None:
            return spot_of(self._rec, piece.step)
        site = self._rec.program.site(told.site)
        return Spot(
            piece.moment - told.back,
            self._rec.program.paths[site.module],
            site.line,
            self._rec.program.function_of(site).qualname,
            told.thread,
            told.frame,
        )

    def _by_sums(self, piece: OutputChunk) -> Writer | None:
        """What the chunk says itself, where it does."""
        chunk, place = piece.stands
        if chunk < 0:
            return None
        writers = self._told.get(chunk)
        if writers is None:
            if len(self._told) > MAX_CHUNKS:
                self._told.clear()
            sums = self._rec.sums(chunk)
            writers = self._told[chunk] = [] if sums is None else sums.writers
        found = writers[place] if place < len(writers) else None
        sound = found is not None and found.back <= piece.moment and piece.moment < len(self._rec)
        return found if sound else None


def spot_of_output(rec: Replay, piece: OutputChunk) -> Spot:
    """Where the statement is that wrote a piece."""
    return spot_of(rec, piece.step) if piece.view is None else cast("Spot", piece.view.spot(piece))


def read_gaps(rec: Replay) -> list[Gap]:
    """The gaps of the recording."""
    if not any(chunk.flags & 4 for chunk in rec.file.chunks):
        return []
    return [Gap(raw[0], int(raw[5] or 0)) for raw in rec.raw_events(-1, len(rec), EV_GAP)]


def find_output(rec: Replay, text: str, stream: str | None = None) -> list[Printed]:
    """The steps that wrote a text: each chunk of output in which an occurrence of it begins. What a
    stream wrote is looked through as one text, of which no more is held than one may span.
    """
    return [_printed(rec, *each) for each in occurrences(rec, text, stream)]


def occurrences(rec: Replay, text: str, stream: str | None = None) -> list[tuple[OutputChunk, int]]:
    """As `find_output`, without where each was written: the chunks, in the order of their steps,
    with the place of the first occurrence in what the stream wrote.
    """
    names = [name for name in STREAMS.values() if text and stream in (None, name)]
    sought = {name: _Sought(text) for name in names}
    found = [
        each
        for chunk in iter_output(rec)
        if chunk.stream in sought
        for each in sought[chunk.stream].take(chunk)
    ]
    return sorted(found, key=lambda each: each[0].step)


class _Sought:
    """A text that is sought in one stream."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._kept = ""
        self._start = 0
        """Where what is kept begins in the stream."""
        self._chunks: deque[tuple[int, OutputChunk]] = deque()
        """Those that it came from, each with the place where it begins."""
        self._newest: OutputChunk | None = None

    def take(self, chunk: OutputChunk) -> list[tuple[OutputChunk, int]]:
        """The chunks in which an occurrence begins that ends in this one, with the place of the
        first one in each; a chunk is told once.
        """
        self._chunks.append((self._start + len(self._kept), chunk))
        self._kept += chunk.text
        found: list[tuple[OutputChunk, int]] = []
        at = self._kept.find(self._text)
        while at >= 0:
            place = self._start + at
            while len(self._chunks) > 1 and self._chunks[1][0] <= place:
                self._chunks.popleft()
            if self._chunks[0][1] is not self._newest:
                self._newest = self._chunks[0][1]
                found.append((self._newest, place))
            if len(self._chunks) == 1:
                break
            at = self._kept.find(self._text, self._chunks[1][0] - self._start)
        keep = min(len(self._text) - 1, len(self._kept))
        self._start += len(self._kept) - keep
        self._kept = self._kept[len(self._kept) - keep :]
        while len(self._chunks) > 1 and self._chunks[1][0] <= self._start:
            self._chunks.popleft()
        return found


def _printed(rec: Replay, chunk: OutputChunk, start: int) -> Printed:
    from ..model.answers import Printed

    at = spot_of_output(rec, chunk)
    return Printed(
        at.step, chunk.stream, chunk.text, start, at.file, at.line, at.function, at.frame_id
    )
