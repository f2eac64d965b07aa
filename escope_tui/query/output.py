"""What the program wrote, and the places where events are missing."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from ..model.events import Gap, OutputChunk
from ..replay.recording import EV_GAP
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay

STREAMS = {1: "stdout", 2: "stderr"}


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
    for step, stream, data in raw:
        decoder = decoders.get(stream)
        if decoder is None:
            continue
        text = decoder.decode(data)
        if text:
            chunks.append(OutputChunk(step, STREAMS[stream], text))
    return Output(chunks)


def read_gaps(rec: Replay) -> list[Gap]:
    """The gaps of the recording."""
    if not any(chunk.flags & 4 for chunk in rec.file.chunks):
        return []
    return [Gap(raw[0], int(raw[5] or 0)) for raw in rec.raw_events(-1, len(rec), EV_GAP)]
