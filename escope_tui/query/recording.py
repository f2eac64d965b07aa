"""The public `Recording`: moments, and every question that can be asked about them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ..errors import NotFoundError
from ..model.text import safe_text
from ..replay.recording import Replay
from . import calls, changes, exceptions, hits, output, writes

if TYPE_CHECKING:
    from ..model.events import Call, Change, ExceptionEvent, Gap, Hit, Write
    from .why import Cause


class Recording(Replay):
    """An opened recording. Close it, or use it in a `with` statement."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type]
        self._exceptions: list[ExceptionEvent] | None = None

    def calls(self, function: str | None = None, file: str | None = None) -> list[Call]:
        """The calls of a function (by name, or by the end of its qualified name), or of all."""
        return list(calls.iter_calls(self, function, file))

    def hits(self, file: str, line: int) -> list[Hit]:
        """The executions of a line. The file may be given by the end of its path."""
        return list(hits.iter_hits(self, file, line))

    def line_counts(self, file: str) -> dict[int, int]:
        """How often each line ran."""
        return hits.line_counts(self, file)

    def exceptions(self) -> list[ExceptionEvent]:
        """The exceptions that recorded code raised, let pass or caught."""
        if self._exceptions is None:
            self._exceptions = exceptions.read_exceptions(self)
        return list(self._exceptions)

    def next_exception(self, i: int, direction: int = 1) -> ExceptionEvent | None:
        """The next (or previous) exception by the statement that raised it."""
        step = self.index(i)
        found = self.exceptions()
        if direction > 0:
            return next((each for each in found if each.step > step), None)
        return next((each for each in reversed(found) if each.step < step), None)

    def output(self, upto: int | None = None) -> output.Output:
        """What the program wrote before step `upto`, or in all."""
        return output.read_output(self, None, None if upto is None else self.index(upto))

    def gaps(self) -> list[Gap]:
        """The places where events are missing."""
        return output.read_gaps(self)

    def last_write(self, target: str, before: int | None = None) -> Write | None:
        """The newest write of a name, attribute or item that shows at step `before`; None if there
        is none.
        """
        return writes.last_write(self, target, before)

    def next_write(self, target: str, after: int | None = None) -> Write | None:
        """The first write of a name, attribute or item by a statement after step `after`."""
        return writes.next_write(self, target, after)

    def next_change(self, target: str, i: int, direction: int = 1) -> Write | None:
        """The next (or previous) change of what `target` means at a step, also in place."""
        return writes.next_change(self, target, self.index(i), direction)

    def changes(self, i: int, since: int | None = None) -> list[Change]:
        """The variables that differ at step i from one step before, or from `since`."""
        return changes.read_changes(
            self, self.index(i), None if since is None else self.index(since)
        )

    def touched(self, i: int) -> frozenset[int]:
        """The identities of the objects that were recorded between step i - 1 and step i."""
        return changes.touched(self, self.index(i))

    def why(self, target: str, at: int | None = None, depth: int = 8) -> Cause:
        """Why something has the value that it has: the write, what it read, who wrote that, and so
        on.
        """
        from .why import explain

        return explain(self, target, len(self) if at is None else self.index(at), depth)


def open_recording(path: str | os.PathLike[str]) -> Recording:
    """Open a recording file."""
    from .._speedups.unpack import Cursor, Scanner
    from ..format.reader import RecordingFile

    name = os.fspath(path)
    if not os.path.exists(name):
        raise NotFoundError(f"there is no recording {safe_text(name)}")
    file = RecordingFile(name)
    try:
        return Recording(file, [Cursor(file), Cursor(file)], Scanner(file))
    except BaseException:
        file.close()
        raise
