"""What the program wrote, and the places where events are missing."""

from __future__ import annotations

import codecs
from bisect import bisect_right
from typing import TYPE_CHECKING

from ..model.events import Gap, OutputChunk
from ..replay.recording import EV_GAP, EV_OUTPUT
from ..replay.state import guarded
from .moments import spot_of

if TYPE_CHECKING:
    from ..model.answers import Printed
    from ..replay.recording import Replay

STREAMS = {1: "stdout", 2: "stderr"}
MAX_KEPT = 10_000


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
    decoders = {
        number: codecs.getincrementaldecoder("utf-8")("backslashreplace") for number in STREAMS
    }
    first = -1 if start is None else start
    with rec.state.lock:
        raw = guarded(lambda: list(rec.file.output(first, upto)))
    chunks = []
    view = Writers(rec)
    newest, place = -1, 0
    for step, stream, data in raw:
        place = place + 1 if step == newest else 0
        newest = step
        decoder = decoders.get(stream)
        if decoder is None:
            continue
        text = decoder.decode(data)
        if text:
            chunks.append(OutputChunk(step, STREAMS[stream], text, place, view))
    return Output(chunks)


class Writers:
    """Looks up which statement wrote what a chunk of output does not carry."""

    def __init__(self, rec: Replay) -> None:
        self._rec = rec
        self._kept: dict[int, list[int]] = {}

    def writer(self, moment: int, place: int) -> int:
        """The newest step of the frame that wrote: what it had called is over by then."""
        steps = self._kept.get(moment)
        if steps is None:
            if len(self._kept) > MAX_KEPT:
                self._kept.clear()
            events = self._rec.raw_events(moment, moment + 1, EV_OUTPUT)
            steps = [int(raw[5][2]) if raw[5] else -1 for raw in events]  # type: ignore[index]
            self._kept[moment] = steps
        found = steps[place] if place < len(steps) else -1
        return found if found >= 0 else moment


def read_gaps(rec: Replay) -> list[Gap]:
    """The gaps of the recording."""
    if not any(chunk.flags & 4 for chunk in rec.file.chunks):
        return []
    return [Gap(raw[0], int(raw[5] or 0)) for raw in rec.raw_events(-1, len(rec), EV_GAP)]


def find_output(rec: Replay, text: str, stream: str | None = None) -> list[Printed]:
    """The steps that wrote a text: each chunk of output in which an occurrence of it begins."""
    found = []
    chunks = read_output(rec)
    for name in STREAMS.values():
        if stream not in (None, name):
            continue
        mine = [chunk for chunk in chunks if chunk.stream == name]
        whole = "".join(chunk.text for chunk in mine)
        starts: list[int] = []
        length = 0
        for chunk in mine:
            starts.append(length)
            length += len(chunk.text)
        at = whole.find(text) if text else -1
        newest = -1
        while at >= 0:
            place = bisect_right(starts, at) - 1
            if place != newest:
                newest = place
                found.append(_printed(rec, mine[place], at))
            at = whole.find(text, at + 1)
    return sorted(found, key=lambda each: each.step)


def _printed(rec: Replay, chunk: OutputChunk, start: int) -> Printed:
    from ..model.answers import Printed

    at = spot_of(rec, chunk.step)
    return Printed(
        at.step, chunk.stream, chunk.text, start, at.file, at.line, at.function, at.frame_id
    )
