"""The film strip: call depth along the recording, exceptions, and where we are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from ...session.projection import View
from ..messages import SeekTo
from .base import Pane

MIN_BAR = 12
CROWDED = 5
"""With exceptions in more than one of so many columns, they only colour the bar."""
_BLOCKS = " ▁▂▃▄▅▆▇█"


class Timeline(Pane):
    """A bar over all steps with the position beside it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._total = 0
        self._step = 0
        self._labels: tuple[str, ...] = ("",)
        self._levels: Sequence[int] = ()
        self._crosses: Sequence[int] = ()

    def show(self, view: View) -> None:
        self._step, self._total = view.step.index, view.total
        self._labels = position_texts(self._step, self._total, view.step.time_ns)
        self.refresh()

    def set_levels(self, levels: Sequence[int]) -> None:
        """Call depth along the recording, evenly spaced."""
        self._levels = levels
        self.refresh()

    def set_crosses(self, steps: Sequence[int]) -> None:
        self._crosses = steps
        self.refresh()

    # -- where a column is

    @property
    def _label(self) -> str:
        """The longest text that leaves room for a bar."""
        room = self.size.width - MIN_BAR - 2
        return next((text for text in self._labels if len(text) <= room), self._labels[-1])

    @property
    def _bar_width(self) -> int:
        return max(1, self.size.width - len(self._label) - 2)

    def column_of(self, step: int) -> int:
        last = max(1, self._total - 1)
        return min(self._bar_width - 1, step * (self._bar_width - 1) // last)

    def step_of(self, column: int) -> int:
        columns = max(1, self._bar_width - 1)
        return min(self._total - 1, max(0, (column * (self._total - 1) + columns // 2) // columns))

    # -- painting

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        width, height = self.size.width, max(1, self.size.height)
        if not self._total:
            return Strip.blank(width, base)
        bar = self._bar_width
        here = self.column_of(self._step)
        crosses = {self.column_of(step) for step in self._crosses}
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
            elif name and column < here:
                name = "past"
            style = base + self.paint(name) if name else base
            _append(segments, text, style)
        if bottom and bar < width:
            segments.append(
                Segment(f"  {self._label}", base + self.paint("key" if self.has_focus else "label"))
            )
        return Strip(segments).adjust_cell_length(width, base)

    def _cell(self, column: int, y: int, height: int, bar: int) -> tuple[str, str]:
        levels = self._levels
        if not levels:
            return ("▁", "bar") if y == height - 1 else (" ", "bar")
        start = column * len(levels) // bar
        end = max(start + 1, (column + 1) * len(levels) // bar)
        top = max(levels) or 1
        level = max(levels[start:end])
        eighths = max(1, round(level * 8 * height / top))
        rest = eighths - 8 * (height - 1 - y)
        return _BLOCKS[max(0, min(8, rest))], "bar"

    # -- what a person does

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
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

    def on_click(self, event: events.Click) -> None:
        column = event.x - self.gutter.left
        if self._total and 0 <= column < self._bar_width:
            self.post_message(SeekTo(self.step_of(column)))


def _append(segments: list[Segment], text: str, style: Style) -> None:
    if segments and segments[-1].style == style:
        segments[-1] = Segment(segments[-1].text + text, style)
    else:
        segments.append(Segment(text, style))


def position_texts(step: int, total: int, time_ns: int) -> tuple[str, ...]:
    """`@11,571 of 48,210 · 24 % · 00:00.318` and shorter ways to say it."""
    percent = f"{step * 100 // max(1, total - 1)} %"
    here = f"@{step:,}"
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
