"""A list of rows that are painted only when they are looked at, and again only when they change."""

from __future__ import annotations

import textwrap
from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Self

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.color import Color
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from .bindings import bindings
from .palette import Look, look

KEPT_ROWS = 500
"""Of a pane whose rows come into sight again."""

Part = tuple[str, str]
"""Safe text and the names of its styles, separated by blanks; see `LineView.paint`."""


class LineView(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows with a cursor. Subclasses say how many there are and what is in one."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(in_pane=True)
    TITLE = ""
    number = ""
    """The key that focuses it."""
    tabs: tuple[str, ...] = ()
    _retitling: Region | None = None
    KEEPS_ROWS = False
    """Rows come into sight again as they were: they are kept as painted, by what `row_key` says of
    them, which then is all that they depend on.
    """

    class Chosen(Message):
        """Enter, or a click on the row that has the cursor."""

        def __init__(self, pane: LineView, row: int) -> None:
            super().__init__()
            self.pane = pane
            self.row = row

        @property
        def control(self) -> LineView:
            return self.pane

    class TabChosen(Message):
        """A click on the name of a pane that waits behind this one."""

        def __init__(self, pane: LineView, key: str) -> None:
            super().__init__()
            self.pane = pane
            self.key = key

        @property
        def control(self) -> LineView:
            return self.pane

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cursor = 0
        self._painted: dict[int, Hashable] = {}
        self._kept: dict[Hashable, Strip] = {}
        self._whole: tuple[Region, list[Strip]] | None = None
        """All lines as they were given last, while none of them has to be painted again."""
        self._stirred = False
        self._styles: dict[str, Style] = {}
        self._base: Style | None = None
        self._look: tuple[Style, Color, str] | None = None
        """What the styles of the rows follow from."""
        self._titles = ("", "")
        self._told = ("", "")
        self._told_right = ""
        self.set_title(self.TITLE)

    # -- what subclasses give

    def row_count(self) -> int:
        return 0

    def row_width(self) -> int:
        """The widest row, as far as it is known; 0 to never scroll sideways."""
        return 0

    def row_key(self, row: int) -> Hashable:
        """Changes when the row has to be painted again."""
        return row

    def row_parts(self, row: int, width: int) -> Sequence[Part]:
        """What the row shows, left to right."""
        return ()

    def row_style(self, row: int) -> str:
        """Style names for the whole row."""
        return ""

    def nothing(self) -> str:
        """What it says while it has no row; safe text."""
        return ""

    # -- titles

    def set_title(self, title: str, right: str = "") -> None:
        """Texts in the border; both are safe already, and neither is markup."""
        if (title, right) == self._titles:
            return
        self._titles = (title, right)
        self._retitle()

    def set_tabs(self, number: str, tabs: Sequence[str]) -> None:
        """The key in the title, and the titles of the panes that wait behind this one."""
        self.number, self.tabs = number, tuple(tabs)
        self._retitle()

    def _retitle(self) -> None:
        title, right = self._titles
        number = f"{self.number} " if self.number else ""
        behind = "".join(f" ╌ {tab}" for tab in self.tabs)
        if cell_len(f"{number}{title}{behind}") > self.size.width - 4:
            behind = "".join(f" ╌ {tab.partition(' ')[0]}" for tab in self.tabs)
        told = (f"{number}{title}", behind)
        if told != self._told:
            self._told = told
            self._edge(0)
            self.border_title = Content.assemble(told[0], (behind, "not bold dim"))
        if right != self._told_right:
            self._told_right = right
            self._edge(self.outer_size.height - 1)
            self.border_subtitle = Content(right) if right else None
        self._retitling = None

    def _edge(self, y: int) -> None:
        """What a change of a title paints: the row of the border that it stands in."""
        corner = self.content_offset
        self._retitling = Region(-corner.x, y - corner.y, self.outer_size.width, 1)

    def refresh(self, *regions: Region, **what: bool) -> Self:
        # A new title makes Textual paint the whole widget, although only that edge differs.
        if self._retitling is not None and not regions and not what:
            regions = (self._retitling,)
        return super().refresh(*regions, **what)

    # -- painting

    def paint(self, names: str) -> Style:
        """The style of names in the palette, with translucent colours already mixed."""
        style = self._styles.get(names)
        if style is None:
            style = self._mix(names)
            self._styles[names] = style
        return style

    def _mix(self, names: str) -> Style:
        style = Style()
        ground = self.background_colors[1]
        ansi = ground.ansi is not None
        variables = self.app.theme_variables
        for name in names.split():
            found = look(name, variables, ansi)
            if ansi:
                style += _plain(found)
                continue
            color = bgcolor = None
            if found.ground is not None and found.ground.a > 0:
                ground = _over(ground, found.ground)
                bgcolor = ground.rich_color
            if found.color is not None and found.color.a > 0:
                color = _over(ground, found.color).rich_color
            style += Style(color=color, bgcolor=bgcolor) + found.shape
        if style.reverse:
            style += Style(color="default", bgcolor="default", dim=False)
        return style

    @property
    def base(self) -> Style:
        """The style of the whole pane, kept until that changes."""
        if self._base is None:
            self._base = self.rich_style
        return self._base

    def notify_style_update(self) -> None:
        super().notify_style_update()
        # The border of the pane that has the focus is another style too, and no row's.
        look = None
        if self.is_attached:
            look = (self.rich_style, self.background_colors[1], self.app.theme)
        if look is not None and look == self._look:
            return
        self._look, self._base = look, None
        self._styles.clear()
        self._painted.clear()
        self._kept.clear()

    @property
    def room(self) -> int:
        """The cells of a row that no scroll bar hides."""
        return self.scrollable_content_region.width or self.size.width

    def row_at(self, y: int, top: int) -> int:
        """The row that is painted in a line of the pane, scrolled by `top` lines."""
        return y + top

    def line_of(self, row: int) -> int:
        """The line of the whole list that a row is painted in; see `row_at`."""
        return row

    def last_line_of(self, row: int) -> int:
        """The last line of the whole list that belongs to a row."""
        return self.line_of(row)

    def line_count(self) -> int:
        """How many lines all rows take."""
        return self.row_count()

    def row_left(self, row: int, left: int) -> int:
        """How many cells of a row are out of sight while the list is scrolled by `left`."""
        return left

    def _set_dirty(self, *regions: Region) -> None:
        self._whole, self._stirred = None, True
        super()._set_dirty(*regions)

    def render_lines(self, crop: Region) -> list[Strip]:
        # Textual asks for all lines of each widget that stands between two that have changed.
        if self._whole is not None and self._whole[0] == crop:
            return self._whole[1]
        self._stirred = False
        lines = super().render_lines(crop)
        if not self._stirred:
            self._whole = crop, lines
        return lines

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        row = self.row_at(y, top)
        whole = self.size.width
        width = self.room
        base = self.base
        if row >= self.row_count():
            said = self._said(row, width) if not self.row_count() else ""
            self._painted[y] = said or None
            if not said:
                return Strip.blank(whole, base)
            line = Strip([Segment(f" {said}", base + self.paint("dim"))])
            return line.extend_cell_length(whole, base)
        left = self.row_left(row, left)
        self._painted[y] = key = self._full_key(row, left, width)
        if not self.KEEPS_ROWS:
            return self._strip_of(row, left, width)
        strip = self._kept.get((key, whole))
        if strip is None:
            if len(self._kept) >= KEPT_ROWS:
                self._kept.clear()
            strip = self._kept[key, whole] = self._strip_of(row, left, width)
        return strip

    def _strip_of(self, row: int, left: int, width: int) -> Strip:
        base, names = self.base, self._ground(row)
        ground = base + self.paint(names)
        segments: list[Segment] = []
        for text, style in self.row_parts(row, width):
            if text:
                segments.append(Segment(text, base + self.paint(f"{names} {style}".strip())))
        strip = Strip(segments)
        if left or strip.cell_length > width:
            strip = self._crop(strip, left, width, ground)
        return strip.extend_cell_length(self.size.width, ground)

    def _said(self, row: int, width: int) -> str:
        """One row of what it says while it has none of its own."""
        said = self.nothing()
        lines = textwrap.wrap(said, max(8, width - 2)) if len(said) > width - 2 else [said]
        return fit(lines[row], width - 2) if row < len(lines) else ""

    def _crop(self, strip: Strip, left: int, width: int, ground: Style) -> Strip:
        if strip.cell_length <= left + width:
            return strip.crop(left, left + width)
        more = Strip([Segment("›", ground + self.paint("gutter"))])
        return Strip.join([strip.crop(left, left + width - 1), more])

    def _ground(self, row: int) -> str:
        names = self.row_style(row)
        if row == self.cursor:
            names = self.cursor_style(names)
        return names.strip()

    def cursor_style(self, names: str) -> str:
        """Style names of the row with the cursor, whose own ones are given."""
        return f"{names} {'cursor' if self.has_focus else 'cursor-idle'}"

    def _full_key(self, row: int, left: int, room: int) -> Hashable:
        return (row, self.row_key(row), self._ground(row), left, room)

    def repaint(self) -> None:
        """Paints those visible rows again whose key has changed."""
        count = self.row_count()
        left, top = self.scroll_offset
        room, size = self.room, self.size
        wide = max(self.virtual_size.width, size.width)
        stale: list[Region] = []
        for y in range(size.height):
            row = self.row_at(y, top)
            key: Hashable = None
            if row < count:
                key = self._full_key(row, self.row_left(row, left), room)
            if not count:
                key = self._said(row, room) or None
            if self._painted.get(y) != key:
                stale.append(Region(0, y, wide, 1))
        if stale:
            self.refresh(*stale)

    def rows_changed(self) -> None:
        """Call after the number of rows, or what is in them, has changed."""
        self.rows_counted()
        self.repaint()

    def rows_counted(self) -> None:
        """The first half of `rows_changed`: what is to be painted may still change."""
        count = self.row_count()
        self.cursor = max(0, min(self.cursor, count - 1))
        # Another size makes Textual lay the screen out; rows that all have room need none.
        lines = self.line_count()
        size = Size(max(self.row_width(), 1), lines if lines > self.size.height else 0)
        if size != self.virtual_size:
            self.virtual_size = size

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.repaint()

    # -- the cursor

    def move_cursor(self, row: int, *, center: bool = False) -> None:
        """Puts the cursor on a row and scrolls it into view."""
        count = self.row_count()
        self.cursor = max(0, min(row, count - 1))
        self.show_row(self.cursor, center=center)
        self.repaint()
        self.cursor_moved()

    def cursor_moved(self) -> None:
        """For subclasses that have to know."""

    def show_row(self, row: int, *, center: bool = False) -> None:
        first, last = self.line_of(row), self.last_line_of(row)
        height = self.scrollable_content_region.height or self.size.height
        if height <= 0:
            return
        top = self.scroll_offset.y
        margin = min(2, (height - 1) // 3)
        if center and not top + margin <= first <= last < top + height - margin:
            target = first - height // 3
        elif first < top + margin:
            target = first - margin
        elif last >= top + height - margin:
            target = last - height + 1 + margin
        else:
            return
        target = min(max(target, last - height + 1), first)
        target = max(0, min(target, self.line_count() - height))
        self.scroll_to(y=target, animate=False, force=True)

    def action_row_up(self) -> None:
        self.move_cursor(self.cursor - 1)

    def action_row_down(self) -> None:
        self.move_cursor(self.cursor + 1)

    def action_page_up(self) -> None:
        self.move_cursor(self.cursor - max(1, self.size.height - 1))

    def action_page_down(self) -> None:
        self.move_cursor(self.cursor + max(1, self.size.height - 1))

    def action_first(self) -> None:
        self.move_cursor(0)

    def action_last(self) -> None:
        self.move_cursor(self.row_count() - 1)

    def action_left(self) -> None:
        self.scroll_to(x=max(0, self.scroll_offset.x - 8), animate=False)

    def action_right(self) -> None:
        self.scroll_to(x=self.scroll_offset.x + 8, animate=False)

    def action_remove(self) -> None:
        """For lists whose rows a person has made."""

    def action_unfold(self) -> None:
        self.action_choose()

    def action_choose(self) -> None:
        if self.row_count():
            self.post_message(self.Chosen(self, self.cursor))

    def row_under(self, event: events.Click) -> int:
        """The row that is clicked on; -1 on an edge, and below the last one."""
        y = event.y - self.gutter.top
        row = self.row_at(y, self.scroll_offset.y) if 0 <= y < self.size.height else -1
        return row if row < self.row_count() else -1

    def _tab_under(self, event: events.Click) -> str:
        """The key of the waiting pane whose name in the title is clicked on; empty: none."""
        if not self.tabs or event.y >= self.gutter.top:
            return ""
        whole = Region(0, 0, *self.outer_size)
        before, behind, _ = self.render_lines(whole)[0].text.partition(self._told[1] or "╌")
        at = event.x - cell_len(before)
        for tab in behind.split(" ╌ ")[1:] if at >= 0 else ():
            at -= len(" ╌ ")
            if at < cell_len(tab):
                return tab.partition(" ")[0] if at >= 0 else ""
            at -= cell_len(tab)
        return ""

    def on_click(self, event: events.Click) -> None:
        if tab := self._tab_under(event):
            self.post_message(self.TabChosen(self, tab))
            return
        row = self.row_under(event)
        if row >= 0:
            again = row == self.cursor and event.chain >= 2
            self.move_cursor(row)
            if again:
                self.action_choose()

    def on_resize(self) -> None:
        self._retitle()
        self.rows_changed()
        if self.row_count():
            self.show_row(self.cursor, center=True)


def _plain(found: Look) -> Style:
    """A style in the terminal's own colours, which cannot be mixed: translucent ones become dim."""
    style = Style()
    if found.ground is not None:
        # A solid ground is a colour, a strong tint turns the row around, a weak one is left out.
        if found.strength >= 1:
            style += Style(bgcolor=found.ground.rich_color)
        elif found.strength >= 0.15:
            style += Style(reverse=True)
    if found.color is not None:
        style += Style(color=found.color.rich_color, dim=found.faint or None)
    return style + found.shape


def _over(ground: Color, color: Color) -> Color:
    return color if color.a >= 1 else ground + color


def fit(text: str, width: int) -> str:
    """Safe text, cut with an ellipsis to a number of cells."""
    if width <= 0:
        return ""
    if len(text) * 2 <= width or cell_len(text) <= width:
        return text
    used = 0
    for at, character in enumerate(text):
        used += cell_len(character)
        if used > width - 1:
            return text[:at].rstrip("…") + "…"
    return text


def pad(text: str, width: int) -> str:
    """Safe text in exactly `width` cells."""
    text = fit(text, width)
    return text + " " * (width - cell_len(text))


def restyle(parts: Sequence[Part], start: int, end: int, name: str) -> list[Part]:
    """The same text with one more style from one character to another."""
    found: list[Part] = []
    at = 0
    for text, style in parts:
        left, right = max(start - at, 0), min(end - at, len(text))
        if left < right:
            found += [(text[:left], style), (text[left:right], f"{style} {name}".strip())]
            text = text[right:]
            at += right
        if text:
            found.append((text, style))
            at += len(text)
    return [part for part in found if part[0]]
