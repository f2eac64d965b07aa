"""The calls as a tree: arguments, results, exceptions, durations. Only unfolded calls are asked."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ...model.events import Call
from ...model.text import one_line
from ...session.projection import View
from .executions import call_text
from .table import Row, TablePane

if TYPE_CHECKING:
    from ..feeds import Job

PAGE = 300
"""Calls of one parent that are shown at first."""
MOST = 5000
"""Rows in all."""
SHORT = ("<genexpr>", "<lambda>", "<listcomp>", "<dictcomp>", "<setcomp>")
KEPT = 20_000


class Asked(NamedTuple):
    """Which calls are unfolded, and which one is the present one."""

    opened: frozenset[int]
    shut: frozenset[int]
    """Folded, although the present call is below."""
    pages: tuple[tuple[int, int], ...]
    step: int
    frame: int
    hot: int
    all: bool


@dataclass(frozen=True, slots=True)
class CallRow(Row):
    """A row that stands for a call, or for those of a parent that are not shown yet."""

    call: int = 0
    """The frame's id."""
    folds: bool = False
    open: bool = False
    more: int = 0


class CallsPane(TablePane):
    """The present call is unfolded to and pointed at; Enter goes to the beginning of one."""

    TITLE = "Calls"
    EMPTY = "looking…"
    SORTED = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._open: set[int] = set()
        self._shut: set[int] = set()
        """Calls that a person has folded, although the present one is below them."""
        self._pages: dict[int, int] = {}
        self._hot = 0
        self._everything = False
        self._now_call = 0
        self._texts: dict[int, tuple[str, str, str]] = {}
        """For the feed's thread: what is known of calls that have ended."""

    # -- the feed

    def wants(self, view: View) -> Hashable:
        pages = tuple(sorted(self._pages.items()))
        frame = view.frame.frame_id
        return Asked(
            frozenset(self._open),
            frozenset(self._shut),
            pages,
            view.step.index,
            frame,
            self._hot,
            self._everything,
        )

    def fetch(self, job: Job, want: Asked) -> tuple[list[CallRow], int, set[int]]:
        rec = job.recording
        here = rec.call_at(want.step, want.frame)
        path: dict[int, Call] = {}
        """Of each call around the present one, the call in it that leads there."""
        below, at = here, here.parent if here is not None else None
        while at is not None and below is not None and len(path) < 1000:
            path[at.frame_id] = below
            below, at = at, at.parent
        opened = (set(want.opened) | path.keys()) - want.shut
        hot = self._hottest(job, want.hot, opened) if want.hot else set()
        opened |= hot
        rows: list[CallRow] = []
        pages = dict(want.pages)
        for root in rec.call_tree():
            for row in self._rows_of(job, root, 0, opened, pages, path, want.all):
                rows.append(row)
                if len(rows) >= MOST:
                    return rows, here.frame_id if here else 0, hot
        return rows, here.frame_id if here is not None else 0, hot

    def _rows_of(
        self,
        job: Job,
        call: Call,
        depth: int,
        opened: set[int],
        pages: dict[int, int],
        path: dict[int, Call],
        everything: bool,
    ) -> Iterator[CallRow]:
        job.check()
        folds = call.has_children
        is_open = folds and call.frame_id in opened
        if not everything and not is_open and _dull(call, folds):
            return
        yield self._row(call, depth, folds, is_open)
        if not is_open:
            return
        limit = pages.get(call.frame_id, PAGE)
        total = call.child_count
        start = 0
        if total > limit and call.frame_id in path:
            # The calls around the one that leads to the present.
            start = max(0, min(_place(call, path[call.frame_id]) - limit // 2, total - limit))
        if start:
            text = f"… {start:,} earlier calls: Enter shows more"
            yield CallRow(None, (text,), 0, ("dim",), depth + 1, call=call.frame_id, more=total)
        for child in call.children(start, start + limit):
            yield from self._rows_of(job, child, depth + 1, opened, pages, path, everything)
        if total > start + limit:
            text = f"… {total - start - limit:,} later calls: Enter shows more"
            yield CallRow(None, (text,), 0, ("dim",), depth + 1, call=call.frame_id, more=total)

    def _row(self, call: Call, depth: int, folds: bool, is_open: bool) -> CallRow:
        texts = self._texts.get(call.frame_id)
        if texts is None:
            text, style = call_text(call)
            texts = (text, style, duration(call.duration_ns))
            if len(self._texts) > KEPT:
                self._texts.clear()
            self._texts[call.frame_id] = texts
        text, style, took = texts
        fold = ("▾" if is_open else "▸") if folds else " "
        cells = (f"{fold} {one_line(call.function, 40)}{text}", took)
        styles = (style, "type")
        return CallRow(
            call.enter, cells, call.frame_id, styles, depth, "", call.frame_id, folds, is_open
        )

    def _hottest(self, job: Job, frame: int, opened: set[int]) -> set[int]:
        """From a call down, always into the call that took the most time."""
        rec = job.recording
        found: set[int] = set()
        call = next((c for c in _walk(rec.call_tree(), opened) if c.frame_id == frame), None)
        while call is not None and len(found) < 200 and call.has_children:
            job.check()
            found.add(call.frame_id)
            children = call.children(0, 2000)
            call = max(children, key=lambda each: each.duration_ns or 0)
        return found

    def fill(self, answer: Any) -> None:
        rows, here, hot = answer
        self._hot = 0
        self._open |= hot
        self._now_call = here
        held = self.chosen.call if self.has_focus and isinstance(self.chosen, CallRow) else here
        self.set_rows(rows)
        at = next((n for n, row in enumerate(self._rows) if _of(row) == held), None)
        if at is not None:
            self.cursor = at
            self.show_row(at)
            self.repaint()

    # -- rows

    def row_style(self, row: int) -> str:
        found = self.row(row)
        present = isinstance(found, CallRow) and found.call == self._now_call and not found.more
        return "outer" if present else ""

    # -- what a person does

    def action_choose(self) -> None:
        row = self.chosen
        if isinstance(row, CallRow) and row.more:
            self._pages[row.call] = self._pages.get(row.call, PAGE) + PAGE
            self.want_again()
        else:
            super().action_choose()

    def action_unfold(self) -> None:
        row = self.chosen
        if isinstance(row, CallRow) and row.folds:
            self._set_open(row, not row.open)

    def action_right(self) -> None:
        row = self.chosen
        if isinstance(row, CallRow) and row.folds and not row.open:
            self._set_open(row, True)
        else:
            self.move_cursor(self.cursor + 1)

    def action_left(self) -> None:
        row = self.chosen
        if isinstance(row, CallRow) and row.open:
            self._set_open(row, False)
        elif row is not None:
            above = range(self.cursor - 1, -1, -1)
            at = next((n for n in above if (self.row(n) or row).depth < row.depth), None)
            if at is not None:
                self.move_cursor(at)

    def _set_open(self, row: CallRow, opened: bool) -> None:
        (self._open.add if opened else self._open.discard)(row.call)
        (self._shut.discard if opened else self._shut.add)(row.call)
        self.wanted = None
        self.want_again()

    def action_call_interest(self) -> None:
        """Shows or hides comprehensions, lambdas, class bodies and special methods."""
        self._everything = not self._everything
        self.host.tell("all calls" if self._everything else "calls of little interest are hidden")
        self.want_again()

    def action_call_hot(self) -> None:
        """Unfolds from the row down along the calls that took the most time."""
        row = self.chosen
        if isinstance(row, CallRow):
            self._hot = row.call
            self.want_again()


def _of(row: Row) -> int:
    return row.call if isinstance(row, CallRow) and not row.more else 0


def _place(call: Call, child: Call) -> int:
    """Which of a call's calls one of them is, from 0: they stand in order of time."""
    low, high = 0, call.child_count
    while low < high:
        middle = (low + high) // 2
        found = next(iter(call.children(middle, middle + 1)), None)
        if found is not None and found.enter < child.enter:
            low = middle + 1
        else:
            high = middle
    return low


def _walk(calls: list[Call], opened: set[int]) -> Iterator[Call]:
    for call in calls:
        yield call
        if call.frame_id in opened:
            yield from _walk(call.children(0, PAGE), opened)


def _dull(call: Call, folds: bool) -> bool:
    """A call that says little: it called nothing, and is a comprehension, a class body or so."""
    name = call.function.rpartition(".")[2]
    if call.exception is not None:
        return False
    special = name.startswith("__") and name.endswith("__") and name not in ("__init__", "__call__")
    return not folds and (name in SHORT or special or call.outcome == "end")


def duration(nanoseconds: int | None) -> str:
    """A stretch of time in few characters; empty where it is not known or too short to tell."""
    if not nanoseconds:
        return ""
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if nanoseconds >= size:
            number = nanoseconds / size
            return f"{number:.1f} {unit}" if number < 100 else f"{number:.0f} {unit}"
    return f"{nanoseconds} ns"
