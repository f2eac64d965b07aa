"""The place of a step: which statement of which function it is, in which frame and thread."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ..model.events import Place

if TYPE_CHECKING:
    from ..replay.recording import Replay


class Spot(NamedTuple):
    """Where a step is, in the words of `Write`, `Found`, `Printed` and `HistoryPoint`."""

    step: int
    file: str
    line: int
    function: str
    thread: int
    frame_id: int


def spot_of(rec: Replay, step: int) -> Spot:
    """Where a step is; of one outside the recording, its nearest end."""
    at = max(min(step, len(rec) - 1), 0)
    info = rec.step_info(at)
    site = rec.program.site(info.site)
    function = rec.program.function_of(site).qualname
    return Spot(at, rec.program.paths[site.module], site.line, function, info.thread, info.frame)


def place_of(rec: Replay, step: int, moment: int | None = None) -> Place:
    """A stop on an exception's way, with the variables as they were at a moment."""
    spot = spot_of(rec, step)
    return Place(
        step,
        spot.function,
        spot.file,
        spot.line,
        spot.frame_id,
        step if moment is None else moment,
        rec.state,
    )
