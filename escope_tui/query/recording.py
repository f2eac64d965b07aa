"""The public `Recording`: moments, and every question that can be asked about them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, cast

from ..errors import NotFoundError
from ..model.rows import Rows
from ..model.text import safe_text
from ..replay.recording import Replay
from . import (
    calls,
    changes,
    exceptions,
    hits,
    output,
    writes,
)

if TYPE_CHECKING:
    from ..format.reader import RecordingFile
    from ..model.answers import (
        Coverage,
        Execution,
        Failure,
        Found,
        FunctionStats,
        HistoryPoint,
        Loop,
        Printed,
    )
    from ..model.causes import Condition, WhyNot
    from ..model.differences import MomentDifferences
    from ..model.events import Call, Change, ExceptionEvent, Gap, Hit, Write
    from ..model.values import Value
    from ..replay.breakpoints import Breakpoint
    from .why import Cause


class Recording(Replay):
    """An opened recording. Close it, or use it in a `with` statement."""

    def __init__(self, *parts: object) -> None:
        super().__init__(*parts)  # type: ignore[arg-type]

    def calls(self, function: str | None = None, file: str | None = None) -> Rows[Call]:
        """The calls of a function (by name, or by the end of its qualified name), or of all: a
        sequence that is read as far as it is looked at.
        """
        return calls.all_calls(self, function, file)

    def iter_calls(
        self,
        function: str | None = None,
        file: str | None = None,
        start: int = 0,
        direction: int = 1,
    ) -> Iterator[Call]:
        """As `calls`, one by one from a step on (`direction` -1: backward)."""
        return calls.iter_calls(self, function, file, self.index(start), direction)

    def call_tree(self) -> list[Call]:
        """The calls that no recorded call made; `children()` of each goes down, lazily."""
        return calls.CallView(self).roots()

    def call_at(self, i: int, frame: int | None = None) -> Call | None:
        """The call that is running at a step (or that a frame stands for)."""
        return calls.call_of(self, self.index(i), frame)

    def functions(self, progress: Callable[[float], None] | None = None) -> list[FunctionStats]:
        """The functions that ran, with calls, steps, times and exceptions; those that took the
        most time of their own first. `progress` is told the share that is done.
        """
        from . import functions

        return functions.read_functions(self, progress)

    def executions(
        self,
        file: str | None = None,
        line: int | None = None,
        function: str | None = None,
        expressions: Sequence[str] = (),
        where: str = "",
        start: int = 0,
        stop: int | None = None,
        direction: int = 1,
        limit: int | None = None,
    ) -> Rows[Execution]:
        """The executions of a line, or the calls of a function, with the values of expressions
        there: a sequence that is read as far as it is looked at. Rows for which `where` is false
        are left out.
        """
        from . import executions

        span = self._span(start, stop)
        return executions.execution_rows(
            self, file, line, function, expressions, where, span, direction, limit
        )

    def iter_executions(
        self,
        file: str | None = None,
        line: int | None = None,
        function: str | None = None,
        expressions: Sequence[str] = (),
        where: str = "",
        start: int = 0,
        stop: int | None = None,
        direction: int = 1,
        limit: int | None = None,
    ) -> Iterator[Execution]:
        """As `executions`, one by one: the first is there before the last is looked for."""
        from . import executions

        first, end = self._span(start, stop)
        return executions.iter_executions(
            self, file, line, function, expressions, where, first, end, direction, limit
        )

    def history(
        self,
        target: str | Value | int,
        at: int | None = None,
        start: int = 0,
        stop: int | None = None,
        limit: int | None = None,
        in_place: bool = True,
    ) -> Rows[HistoryPoint]:
        """The values that a name, a part or an object (a value, or its identity) took: a sequence
        that is read as far as it is looked at.
        """
        return Rows.of(lambda: self.iter_history(target, at, start, stop, limit, in_place))

    def iter_history(
        self,
        target: str | Value | int,
        at: int | None = None,
        start: int = 0,
        stop: int | None = None,
        limit: int | None = None,
        in_place: bool = True,
    ) -> Iterator[HistoryPoint]:
        """As `history`, one by one."""
        from . import history

        first, end = self._span(start, stop)
        step = None if at is None else self.index(at)
        return history.iter_history(
            self,
            target,
            step,
            first,
            None if stop is None else end,
            limit,
            in_place=in_place,
        )

    def search(
        self,
        text: str,
        kinds: Collection[str] | None = None,
        start: int | None = None,
        direction: int = 1,
        limit: int | None = None,
        stop: int | None = None,
        function: str | None = None,
    ) -> Rows[Found]:
        """Where a text is found, in the order of time, from a step on or (`direction` -1) back: a
        sequence that is read as far as it is looked at.
        """
        return Rows.of(
            lambda: self.iter_search(text, kinds, start, direction, limit, stop, function)
        )

    def iter_search(
        self,
        text: str,
        kinds: Collection[str] | None = None,
        start: int | None = None,
        direction: int = 1,
        limit: int | None = None,
        stop: int | None = None,
        function: str | None = None,
    ) -> Iterator[Found]:
        """As `search`, one by one."""
        from . import search

        first = (0 if direction > 0 else len(self)) if start is None else self.index(start)
        end = None if stop is None else self.index(stop)
        return search.iter_search(self, text, kinds, first, end, direction, limit, function)

    def _span(self, start: int, stop: int | None) -> tuple[int, int]:
        return self.index(start), len(self) if stop is None else self.index(stop)

    def hits(self, file: str, line: int) -> Rows[Hit]:
        """The executions of a line, a sequence that is read as far as it is looked at. The file may
        be given by the end of its path.
        """
        return hits.all_hits(self, file, line)

    def iter_hits(self, file: str, line: int, start: int = 0, direction: int = 1) -> Iterator[Hit]:
        """As `hits`, one by one from a step on (`direction` -1: backward)."""
        return hits.iter_hits(self, file, line, self.index(start), direction)

    def line_counts(self, file: str) -> dict[int, int]:
        """How many steps were on each line that holds a statement: a comprehension has one for each
        of its iterations too.
        """
        return hits.line_counts(self, file)

    def exceptions(self) -> Rows[ExceptionEvent]:
        """The exceptions that recorded code raised, let pass or caught, in the order in which they
        were raised: a sequence that is read as far as it is looked at.
        """
        return exceptions.exception_rows(self)

    def next_exception(self, i: int, direction: int = 1) -> ExceptionEvent | None:
        """The next (or previous) exception by the statement that raised it."""
        return next(exceptions.iter_exceptions(self, self.index(i), direction), None)

    def output(self, upto: int | None = None) -> output.Output:
        """What the program wrote before step `upto`, or in all."""
        return output.read_output(self, None, None if upto is None else self.index(upto))

    def find_output(self, text: str, stream: str | None = None) -> list[Printed]:
        """Which steps wrote a text: each chunk of output in which an occurrence of it begins."""
        return output.find_output(self, text, stream)

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
        from . import inside

        return inside.touched(self, self.index(i))

    def loop(self, i: int, level: int = 0) -> Loop | None:
        """The loop around a step: which iteration runs there, of how many, and where each begins
        (`level` 1: the loop around that one).
        """
        from . import loops

        return loops.find_loop(self, self.index(i, end=False), level)

    def coverage(self, file: str | None = None) -> list[Coverage]:
        """Lines executed, with counts, and lines never executed, file by file."""
        from . import coverage

        return coverage.read_coverage(self, file)

    def first_failure(self) -> Failure:
        """Where to begin: an uncaught exception, a failed assert, else the end."""
        from . import coverage

        return coverage.find_first_failure(self)

    def until(
        self, predicate: str, i: int, direction: int = 1, frame: int | None = None
    ) -> int | None:
        """The next step at which a predicate over the variables of step i's frame turns true or
        false; backward, the newest step before at which it was otherwise.
        """
        from . import stops

        return stops.turning_point(self, predicate, self.index(i), direction, frame)

    def control(self, i: int, callers: int = 3) -> list[Condition]:
        """The conditions that made a step's statement run, with their values, and those of the
        calls that led there.
        """
        from . import control

        return control.conditions(self, self.index(i, end=False), callers)

    def why_not(self, file: str, line: int, at: int | None = None) -> WhyNot:
        """Why a line did not run (before a step)."""
        from . import control

        return control.why_not(self, file, line, None if at is None else self.index(at))

    def compare(self, a: int, b: int) -> MomentDifferences:
        """The variables that differ between two moments, the most telling first."""
        from .apart import compare_moments

        return compare_moments(self, self.index(a), self.index(b))

    def test_case(self, call: Call | int, expected: str | None = None, name: str = "") -> str:
        """The source of a pytest file that makes a recorded call again (a call, or a step in it)
        and expects its recorded result, or the given one.
        """
        from .testcase import make_test

        found = self.call_at(call) if isinstance(call, int) else call
        if found is None:
            raise NotFoundError("no call is running there")
        return make_test(self, found, expected, name)

    def special_stop(self, stop: Breakpoint, step: int, direction: int, start: int) -> int | None:
        """The next step at which a stop about exceptions or data may stop."""
        from . import stops

        return stops.next_special(self, stop, step, direction, start)

    def hit_number(self, stop: Breakpoint) -> int | None:
        """The step of a stop's hit of that number."""
        from . import stops

        return stops.numbered_hit(self, stop)

    def why(self, target: str | None = None, at: int | None = None, depth: int = 8) -> Cause:
        """Why something has the value that it has: the write, what it read, who wrote that, and so
        on. Without a target: why the statement at a step did what it did (at None: the failure).
        """
        if target is None:
            from .statement import explain_statement

            step = self.first_failure().step if at is None else self.index(at, end=False)
            return explain_statement(self, step, depth)
        from .why import explain

        return explain(self, target, len(self) if at is None else self.index(at), depth)


def open_recording(path: str | os.PathLike[str], keep: int = 4) -> Recording:
    """Open a recording file. `keep`: chunks that stay decoded, some 20 MB each."""
    from ..format.reader import RecordingFile

    name = os.fspath(path)
    if not os.path.exists(name):
        raise NotFoundError(f"there is no recording {safe_text(name)}")
    return _recording_of(RecordingFile(name), keep)


def open_again(rec: Recording, keep: int = 4) -> Recording:
    """Another handle on an open recording, for another thread: what is decoded is its own, the
    tables of the program are shared.
    """
    return _recording_of(cast("RecordingFile", rec.file).again(), keep, rec)


def _recording_of(file: RecordingFile, keep: int, like: Recording | None = None) -> Recording:
    from .._speedups.unpack import Chunks, Cursor, Scanner

    try:
        file.cache = Chunks(file, keep)
        return Recording(file, [Cursor(file), Cursor(file)], Scanner(file), like)
    except BaseException:
        file.close()
        raise
