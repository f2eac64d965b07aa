"""The calls as a tree: arguments, results, exceptions, durations. Only rows that are looked at, and
some around them, are read.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from ...model.events import Call
from ...model.text import one_line
from ...session.projection import View
from ..widgets.lines import Part
from .executions import call_text
from .table import Row, TablePane

if TYPE_CHECKING:
    from ...session.calltree import CallTree, Line
    from ..feeds import Job

AROUND = 100
"""Rows that are read above and below those on the screen."""
FOLLOW = -1
"""Instead of a row: the one of the present call."""
ROOT = -1
"""Instead of a call: the outermost one."""
SEARCHED = 5000
"""So many rows are looked through for a text."""
KEPT = 20_000


class Asked(NamedTuple):
    """Which calls are unfolded, and which rows are to be read."""

    opened: frozenset[int]
    shut: frozenset[int]
    """Folded, although the present call is below."""
    step: int
    frame: int
    hot: int
    """Unfold from this call down where the time went; 0: nothing, `ROOT`: from the outermost."""
    all: bool
    needle: str
    top: int
    """The first row on the screen, about; `FOLLOW`: where the present call is."""
    height: int
    held: int
    """The cursor goes to the row of this call; 0: it stays."""


class Answer(NamedTuple):
    """Some of the rows, and what was found out besides."""

    rows: list[CallRow]
    before: int
    after: int
    here: int
    """The present call."""
    cursor: int | None
    """Where the cursor goes; None: it stays."""
    hot: set[int]
    word: str = ""


@dataclass(frozen=True, slots=True)
class CallRow(Row):
    """A row that stands for a call."""

    call: int = 0
    """The frame's id."""
    folds: bool = False
    open: bool = False
    above: int = -1
    """The row of the call that made it; -1: there is none."""


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
        self._hot = 0
        self._held = 0
        self._top = FOLLOW
        self._everything = False
        self._now_call = 0
        self._tree: CallTree | None = None
        """For the feed's thread."""
        self._texts: dict[int, tuple[str, str, str]] = {}
        """For the feed's thread: what is known of calls that have ended."""

    def show(self, view: View) -> None:
        if self.view is not None and view.step.index != self._now:
            self._hot = 0  # whoever goes on does not wait for it
        if not self.has_focus:
            self._top = FOLLOW
        elif isinstance(row := self.chosen, CallRow):
            self._held = row.call
        super().show(view)

    # -- the feed

    def wants(self, view: View) -> Hashable:
        frame = view.frame.frame_id
        return Asked(
            frozenset(self._open),
            frozenset(self._shut),
            view.step.index,
            frame,
            self._hot,
            self._everything,
            self.needle.lower(),
            self._top,
            max(self.size.height, 1),
            self._held,
        )

    def fetch(self, job: Job, want: Asked) -> Answer:
        # Nobody needs this to see the first moment.
        from ...session.calltree import CallTree

        if self._tree is None:
            self._tree = CallTree(job.recording)
        tree = self._tree
        here = job.recording.call_at(want.step, want.frame)
        number = here.frame_id if here is not None else 0
        opened = (set(want.opened) | set(tree.path(here))) - want.shut
        hot, word, way = set[int](), "", list[Call]()
        if want.hot:
            way = tree.hottest(max(want.hot, 0), job.check, job.progress)
            way = [each for each in way if each.duration_ns] or way[:1]
            hot = {each.frame_id for each in way}
            word = " · ".join(filter(None, (_longest(way), tree.compared)))
        top = tree.unfold(opened | hot, want.all, job.check)
        if want.needle:
            lines = tree.rows(top, 0, SEARCHED, job.check)
            rows = [self._row(line) for line in lines]
            rows = [r for r in rows if any(want.needle in cell.lower() for cell in r.cells)]
            return Answer(rows, 0, 0, number, None, hot)
        goal = number if want.top == FOLLOW else want.held
        if way:
            goal = way[-1].frame_id
        cursor = tree.row(top, goal) if goal else None
        middle = cursor if cursor is not None else max(want.top, 0)
        first = max(0, middle - AROUND - want.height)
        stop = min(middle + AROUND + 2 * want.height, top.below_all)
        rows = [self._row(line) for line in tree.rows(top, first, stop, job.check)]
        return Answer(rows, first, top.below_all - first - len(rows), number, cursor, hot, word)

    def _row(self, line: Line) -> CallRow:
        call = line.call
        texts = self._texts.get(call.frame_id)
        if texts is None:
            text, style = call_text(call)
            texts = (text, style, duration(call.duration_ns))
            if len(self._texts) > KEPT:
                self._texts.clear()
            self._texts[call.frame_id] = texts
        text, style, took = texts
        fold = ("▾" if line.open else "▸") if line.folds else " "
        return CallRow(
            call.enter,
            (f"{fold} {one_line(call.function, 40)}{text}", took),
            call.frame_id,
            (style, "type"),
            line.depth,
            "",
            call.frame_id,
            line.folds,
            line.open,
            line.above,
        )

    def fill(self, answer: Answer) -> None:
        self._hot = self._held = 0
        self._open |= answer.hot
        if answer.word:
            self.host.tell(answer.word)
        self._now_call = answer.here
        self._before, self._after = answer.before, answer.after
        self.set_rows(answer.rows)
        if answer.cursor is not None:
            self.cursor = answer.cursor
            self.show_row(answer.cursor)
            self.repaint()

    def filter_rows(self, text: str) -> None:
        self.needle = text
        self.want_again()

    # -- rows

    def _matching(self) -> list[Row]:
        return self._all

    def _count(self) -> None:
        total = self._before + len(self._rows) + self._after
        what = f"{total:,} with {one_line(self.needle, 20)}" if self.needle else f"{total:,}"
        self.set_title(self.heading(), what if total else "")

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        first, height = int(new), self.size.height
        known = range(self._before, self._before + len(self._rows) + 1)
        if self._rows and (
            first not in known or min(first + height, self.row_count()) not in known
        ):
            self._top = first
            self.want_again()

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        if self._rows and self.row(row) is None:
            return [(" …", "dim")]
        return super().row_parts(row, width)

    def row_style(self, row: int) -> str:
        found = self.row(row)
        present = isinstance(found, CallRow) and found.call == self._now_call
        return "outer" if present else ""

    # -- what a person does

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
        elif isinstance(row, CallRow) and row.above >= 0:
            self.move_cursor(row.above)

    def _set_open(self, row: CallRow, opened: bool) -> None:
        (self._open.add if opened else self._open.discard)(row.call)
        (self._shut.discard if opened else self._shut.add)(row.call)
        self._ask_about(row)

    def _ask_about(self, row: CallRow) -> None:
        self._top, self._held = int(self.scroll_offset.y), row.call
        self.want_again()

    def action_call_interest(self) -> None:
        """Shows or hides comprehensions, lambdas, class bodies and special methods."""
        self._everything = not self._everything
        self.host.tell("all calls" if self._everything else "calls of little interest are hidden")
        self.want_again()

    def action_call_hot(self) -> None:
        """Unfolds from the row down along the calls that took the most time; from the outermost
        call where the row's made none.
        """
        row = self.chosen
        self._hot = ROOT
        if isinstance(row, CallRow):
            self._hot = row.call if row.folds else ROOT
            self._ask_about(row)
        else:
            self.want_again()  # the pane has come just now: no row is there yet


def _longest(way: Sequence[Call]) -> str:
    """A word on the calls in which the time went."""
    inner = way[-1] if way else None
    if inner is None or not inner.duration_ns:
        return "no call took long enough to be measured"
    return f"{one_line(inner.function, 40)} took the most time: {duration(inner.duration_ns)}"


def duration(nanoseconds: int | None) -> str:
    """A stretch of time in few characters; empty where it is not known or too short to tell."""
    if not nanoseconds:
        return ""
    for size, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if nanoseconds >= size:
            number = nanoseconds / size
            return f"{number:.1f} {unit}" if number < 100 else f"{number:.0f} {unit}"
    return f"{nanoseconds} ns"
