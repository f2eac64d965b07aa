"""The keys that look around in one moment, and arrange the screen."""

from __future__ import annotations

from . import frame
from .chassis import Chassis
from .panes.timeline import Timeline
from .registry import BY_NAME, EXTRA, STRIP
from .widgets.welcome import Welcome


class Looks(Chassis):
    """One method for each action that stays in this moment."""

    def action_breakpoint(self) -> None:
        if self.view is None:
            return
        file, line = self.view.frame.file, self.source.cursor_line
        hits = self.view.hits.get(line, 0)
        if not hits and (file, line) not in self.session.breakpoints:
            self.tell(f"line {line} never ran: a breakpoint there would not stop", "warning")
            return
        there = self.session.toggle_breakpoint(file, line)
        self.refresh_view()
        times = f"ran {hits:,} time{'s' if hits != 1 else ''}"
        self.tell(f"breakpoint {'on' if there else 'cleared from'} line {line} · {times}")

    def action_current(self) -> None:
        if self.source.at_current():
            self.tell("the cursor is on the current line")
        self.source.to_current()

    def action_pane(self, name: str) -> None:
        self.reveal(name)

    def action_filter(self) -> None:
        """Typing shows only the rows of the active pane that have the text; the variables, if
        that pane always shows all of its rows.
        """
        pane = self.pane(self.active)
        if not pane.FILTERS:
            pane = self.variables
            self.active = "variables"
            self.reveal("variables", focus=False)
            self._focus_on(pane)  # at once: the line that is typed comes next
        self.ask_line(
            f"{BY_NAME[pane.id or ''].title} with this text; an empty line shows all",
            pane.filter_rows,
            value=pane.needle,
            past="filter",
            typed=pane.filter_rows,
        )

    def action_zoom(self) -> None:
        self.zoomed = not self.zoomed
        self.arrange()

    def action_layout(self) -> None:
        """The next plan."""
        names = list(frame.PLANS)
        self.plan = names[(names.index(self.plan) + 1) % len(names)]
        self.zoomed = False
        self.arrange()
        self.tell(f"layout {self.plan}: {frame.PLANS[self.plan]}")

    def action_grow(self) -> None:
        self._resize(1)

    def action_shrink(self) -> None:
        self._resize(-1)

    def _resize(self, steps: int) -> None:
        if isinstance(self.focused, Timeline):
            self.focused.zoom(steps)
            return
        self.shares = self.shares.grown(BY_NAME[self.active].slot, steps)
        self.arrange()

    def action_hide(self) -> None:
        """Gives the room of the active pane to the others."""
        slot = BY_NAME[self.active].slot
        left = [s for s, name in self.front.items() if name and s != slot and s not in self.away]
        if slot == STRIP or not left:
            self.tell("this is the only pane: it stays", "warning")
            return
        self.away.add(slot)
        spec = BY_NAME[self.active]
        self.reveal(self.front[left[0]])
        self.tell(f"{spec.title} hidden{f'; {spec.key} brings it back' if spec.key else ''}")

    def action_help(self) -> None:
        from .screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_command_palette(self) -> None:
        from .screens.palette import PaletteScreen

        self.push_screen(PaletteScreen())

    def action_library(self) -> None:
        from .screens.library import LibraryScreen

        self.push_screen(LibraryScreen())

    def action_leave(self) -> None:
        """Esc: a search, the zoom, a word at the bottom."""
        if self.stop_film("the film stands"):
            return
        if self.navigator.abandon() | self.feeds.drop_all():
            self.tell("left the search", "warning")
            return
        for welcome in self.query(Welcome):
            welcome.remove()
        if self.zoomed:
            self.action_zoom()
        elif BY_NAME[self.active].slot == EXTRA:
            self.action_hide()
        self.tell("")

    def action_suspend(self) -> None:
        self.action_suspend_process()
