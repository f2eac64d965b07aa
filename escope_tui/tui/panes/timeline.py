"""The film strip: call depth along the recording, exceptions, and where we are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from ...errors import EscopeError
from ...model.events import OutputChunk
from ...replay.breakpoints import Breakpoint
from ...session.projection import View
from ...session.stops import FUNCTION, LINE, Stop
from ..messages import SeekTo
from .base import Pane
from .marks import Marked, kept

if TYPE_CHECKING:
    from ...query.recording import Recording
    from ..feeds import Job

MIN_BAR = 12
CROWDED = 5
"""With exceptions in more than one of so many columns, they only colour the bar."""
_BLOCKS = " ▁▂▃▄▅▆▇█"


class Lanes(NamedTuple):
    """What the recording was asked for: steps of hits of breakpoints, of gaps; the marks."""

    stops: tuple[int, ...] = ()
    gaps: tuple[int, ...] = ()
    kept: tuple[Marked, ...] | None = None


class Asked(NamedTuple):
    """The breakpoints, and the stretch of steps that is on the screen."""

    stops: tuple[Stop, ...]
    first: int
    last: int
    columns: int


LANES = ("exceptions", "breakpoints", "marks", "output", "gaps")
STYLES = {"exceptions": "cross", "breakpoints": "breakpoint", "marks": "key", "output": "bar"}
GLYPHS = {"exceptions": "✖", "breakpoints": "●", "marks": "◆", "output": "▪", "gaps": "░"}
ROOMY = 20
"""Rows that the screen needs for the lanes to come out while the timeline has the focus."""


class Timeline(Pane):
    """A bar over all steps with the position beside it; with the focus, its lanes as well."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._total = 0
        self._step = 0
        self._time = 0
        self._levels: Sequence[int] = ()
        self._crosses: Sequence[int] = ()
        self._damaged: Sequence[tuple[int, int]] = ()
        self._lanes = Lanes()
        self._zoom = 0
        """The stretch that is shown is 1 / 4 ** zoom of the recording."""
        self._output: Sequence[OutputChunk] = ()
        self._columns_of: dict[Hashable, frozenset[int]] = {}
        self._bars: dict[int, tuple[Hashable, list[Segment]]] = {}
        """The painted rows of the bar, without the label, and what they show."""
        self._drawn: Hashable = None
        """What all rows but the label show."""

    def show(self, view: View) -> None:
        self._step, self._total = view.step.index, view.total
        self._time = view.step.time_ns
        self._output = view.output
        if self._picture() == self._drawn:
            self.refresh_line(self.size.height - 1)
        else:
            self.refresh()

    def _picture(self) -> Hashable:
        """Changes when more than the label has to be painted again."""
        bar, kept = self._bar_width, self.host.kept
        return (self.size, bar, self.window, self.column_of(self._step), kept, len(self._output))

    def _redraw(self) -> None:
        """Paints all anew: something beside the moment has changed."""
        self._columns_of.clear()
        self._bars.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        self._bars.clear()
        super().notify_style_update()

    def set_levels(self, levels: Sequence[int]) -> None:
        """Call depth along the recording, evenly spaced."""
        self._levels = levels
        self._redraw()

    def set_crosses(self, steps: Sequence[int]) -> None:
        self._crosses = steps
        self._redraw()

    def set_damaged(self, stretches: Sequence[tuple[int, int]]) -> None:
        """What cannot be read: from a step to before another."""
        if stretches != self._damaged:
            self._damaged = stretches
            self._redraw()

    # -- the feed

    def wants(self, view: View) -> Hashable:
        first, last = self.window
        return Asked(tuple(self.host.session.stops), first, last, self._bar_width)

    def fetch(self, job: Job, want: Asked) -> Lanes:
        rec = job.recording
        sites = frozenset(site for stop in want.stops for site in _sites(rec, stop))
        found: list[int] = []
        span = want.last - want.first
        for column in range(want.columns if sites else 0):
            job.check()
            start = want.first + column * span // want.columns
            step = rec.next_site(start, 1, sites)
            if step < 0:
                break
            if not found or found[-1] != step:
                found.append(step)
        gaps = tuple(gap.step for gap in rec.gaps())
        return Lanes(tuple(found), gaps, kept(rec) if self._lanes.kept is None else None)

    def fill(self, answer: Lanes) -> None:
        if answer.kept is None:
            answer = answer._replace(kept=self._lanes.kept)
        elif not self.host.kept:
            self.host.keep(answer.kept)
        self._lanes = answer
        self._redraw()

    def refused(self, note: str) -> None:
        """Lanes that cannot be found stay empty."""

    # -- where a column is

    @property
    def window(self) -> tuple[int, int]:
        """The first and the last step that the bar shows."""
        last = max(1, self._total - 1)
        span = max(1, last // 4**self._zoom)
        if span >= last:
            return 0, last
        first = min(max(0, self._step // span * span - span // 4), last - span)
        if not first <= self._step <= first + span:
            first = min(max(0, self._step - span // 2), last - span)
        return first, first + span

    @property
    def _label(self) -> str:
        """The longest text that leaves room for a bar."""
        texts = position_texts(self._step, self._total, self._time)
        if self._zoom:
            texts = tuple(f"{4**self._zoom:,}× {text}" for text in texts)
        room = self.size.width - MIN_BAR - 2
        return next((text for text in texts if len(text) <= room), texts[-1])

    @property
    def _bar_width(self) -> int:
        return max(1, self.size.width - len(self._label) - 2)

    def column_of(self, step: int) -> int:
        """The column of a step; one outside where the bar does not show it."""
        first, last = self.window
        if step < first:
            return -1
        if step > last:
            return self._bar_width
        return (step - first) * (self._bar_width - 1) // max(1, last - first)

    def step_of(self, column: int) -> int:
        first, last = self.window
        columns = max(1, self._bar_width - 1)
        step = first + (column * (last - first) + columns // 2) // columns
        return min(self._total - 1, max(0, step))

    def _columns(self, name: str) -> frozenset[int]:
        """The columns of a lane that have something."""
        more: object = self.host.kept if name == "marks" else len(self._output)
        key = (name, self.window, self._bar_width, more)
        found = self._columns_of.get(key)
        if found is None:
            if len(self._columns_of) > 100:
                self._columns_of.clear()
            bar = range(self._bar_width)
            steps: Iterable[int]
            if name == "output":
                steps = self._output_steps()
            else:
                steps = {
                    "exceptions": self._crosses,
                    "breakpoints": self._lanes.stops,
                    "marks": [mark.step for mark in self.host.kept],
                    "gaps": [*self._lanes.gaps, *self._damaged_steps()],
                }[name]
            found = frozenset(c for step in steps if (c := self.column_of(step)) in bar)
            self._columns_of[key] = found
        return found

    def _output_steps(self) -> Iterator[int]:
        """For each column at most one step that wrote."""
        at = 0
        for column in range(self._bar_width):
            start = self.step_of(column)
            at = bisect_left(self._output, start, lo=at, key=lambda chunk: chunk.moment)
            if at == len(self._output):
                return
            yield self._output[at].moment

    def _damaged_steps(self) -> Iterator[int]:
        """One step in each column that a damaged stretch reaches into."""
        for first, stop in self._damaged:
            low, high = self.window
            start, end = max(first, low), min(stop - 1, high)
            if start <= end:
                yield start
                for column in range(self.column_of(start) + 1, self.column_of(end) + 1):
                    yield min(self.step_of(column), end)

    # -- painting

    def render_line(self, y: int) -> Strip:
        base = self.base
        width, height = self.size.width, max(1, self.size.height)
        if not self._total:
            return Strip.blank(width, base)
        lanes = LANES[: max(0, height - 2)] if self.has_focus else ()
        if y < len(lanes):
            return self._lane(lanes[y], base, width)
        return self._bar(y - len(lanes), height - len(lanes), base, width)

    def _lane(self, name: str, base: Style, width: int) -> Strip:
        bar, here = self._bar_width, self.column_of(self._step)
        columns = self._columns(name)
        segments: list[Segment] = []
        for column in range(bar):
            if column == here:
                text, style = ("┃", "position") if column not in columns else ("╋", "position")
            elif column in columns:
                text, style = GLYPHS[name], STYLES.get(name, "dim")
            else:
                text, style = "·", "bar"
            _append(segments, text, base + self.paint(style))
        segments.append(Segment(f"  {name}", base + self.paint("label")))
        return Strip(segments).adjust_cell_length(width, base)

    def _bar(self, y: int, height: int, base: Style, width: int) -> Strip:
        bar = self._bar_width
        self._drawn = self._picture()
        key = (self._drawn, height, base)
        known, segments = self._bars.get(y, (None, []))
        if known != key:
            segments = self._bar_segments(y, height, bar, base)
            self._bars[y] = (key, segments)
        if y == height - 1 and bar < width:
            style = base + self.paint("key" if self.has_focus else "label")
            segments = [*segments, Segment(f"  {self._label}", style)]
        return Strip(segments).adjust_cell_length(width, base)

    def _bar_segments(self, y: int, height: int, bar: int, base: Style) -> list[Segment]:
        here = self.column_of(self._step)
        crosses = self._columns("exceptions")
        marks, stops = self._columns("marks"), self._columns("breakpoints")
        gaps = self._columns("gaps")
        crowded = len(crosses) > bar // CROWDED
        bottom = y == height - 1
        segments: list[Segment] = []
        for column in range(bar):
            text, name = self._cell(column, y, height, bar)
            if column == here:
                text, name = "┃", "cross" if column in crosses else "position"
            elif column in crosses and bottom:
                name = "cross"
                if not crowded or column == max(crosses):
                    text = "✖"
            elif column in marks and bottom:
                text, name = "◆", "key"
            elif column in stops and bottom and len(stops) <= bar // CROWDED:
                text, name = "●", "breakpoint"
            elif column in gaps:
                text, name = "░", "dim"
            elif name and column < here:
                name = "past"
            style = base + self.paint(name) if name else base
            _append(segments, text, style)
        return segments

    def _cell(self, column: int, y: int, height: int, bar: int) -> tuple[str, str]:
        levels = self._levels
        if not levels:
            return ("▁", "bar") if y == height - 1 else (" ", "bar")
        low, high = self.window
        last = max(1, self._total - 1)
        start = (low + column * (high - low) // bar) * len(levels) // (last + 1)
        end = (low + (column + 1) * (high - low) // bar) * len(levels) // (last + 1)
        start = min(start, len(levels) - 1)
        top = max(levels) or 1
        level = max(levels[start : max(start + 1, end)])
        eighths = max(1, round(level * 8 * height / top))
        rest = eighths - 8 * (height - 1 - y)
        return _BLOCKS[max(0, min(8, rest))], "bar"

    # -- what a person does

    def on_focus(self) -> None:
        if self.app.size.height >= ROOMY:
            self.styles.height = 2 + len(LANES)
        self.refresh()

    def on_blur(self) -> None:
        self.styles.clear_rule("height")
        self.refresh(layout=True)

    def zoom(self, way: int) -> None:
        """Shows a quarter of the stretch, or four times as much, around the present moment."""
        self._zoom = max(0, self._zoom + way)
        while self._zoom and self._total // 4**self._zoom < 8:
            self._zoom -= 1
        first, last = self.window
        self.host.tell(f"the timeline shows @{first:,} to @{last:,}")
        self.want_again()
        self.refresh()

    def _seek(self, columns: int) -> None:
        here = self.column_of(self._step)
        step = self.step_of(here + columns)
        if step == self._step:
            step += 1 if columns > 0 else -1
        if self._total:
            self.post_message(SeekTo(min(max(step, 0), self._total - 1)))

    def action_left(self) -> None:
        self._seek(-1)

    def action_right(self) -> None:
        self._seek(1)

    def action_page_up(self) -> None:
        self._seek(-max(1, self._bar_width // 10))

    def action_page_down(self) -> None:
        self._seek(max(1, self._bar_width // 10))

    def action_first(self) -> None:
        self._seek(-self._bar_width)

    def action_last(self) -> None:
        self._seek(self._bar_width)

    def action_choose(self) -> None:
        """The moment of the cursor is the present one already."""
        keys = self.host.key_of
        self.host.tell(f"the arrows seek here · {keys('grow')} {keys('shrink')} zoom", "warning")

    def on_click(self, event: events.Click) -> None:
        column = event.x - self.gutter.left
        if self._total and 0 <= column < self._bar_width:
            self.post_message(SeekTo(self.step_of(column)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self._seek(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self._seek(1)


def _sites(rec: Recording, stop: Stop) -> list[int]:
    if not stop.enabled or stop.kind not in (LINE, FUNCTION):
        return []
    try:
        return Breakpoint(stop.file, stop.line, function=stop.name).sites(rec)
    except EscopeError:
        return []


def _append(segments: list[Segment], text: str, style: Style) -> None:
    if segments and segments[-1].style == style:
        segments[-1] = Segment(segments[-1].text + text, style)
    else:
        segments.append(Segment(text, style))


def position_texts(step: int, total: int, time_ns: int) -> tuple[str, ...]:
    """`@11,571 of 48,210 ·  24 % · 00:00.318` and shorter ways to say it, as wide at each step."""
    last = max(1, total - 1)
    percent = f"{step * 100 // last:3} %"
    here = f"@{step:,}".rjust(len(f"@{last:,}"))
    whole = f"{here} of {total:,} · {percent}"
    return (f"{whole} · {clock(time_ns)}", whole, f"{here} · {percent}", here)


def clock(nanoseconds: int) -> str:
    """Time since the recording began."""
    milliseconds = nanoseconds // 1_000_000
    seconds, milliseconds = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    short = f"{minutes:02}:{seconds:02}.{milliseconds:03}"
    return f"{hours}:{short}" if hours else short
