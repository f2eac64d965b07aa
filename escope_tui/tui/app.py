"""The replay app: what is on the screen, and its life from opening to quitting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, Monochrome, NoColor

from ..session.bridge import Engine
from .film import Film
from .looks import Looks
from .registry import PANES, SLOTS, STRIP, first_in
from .safe import SafeFilter
from .themes import DARK, LIGHT
from .widgets.bindings import bindings
from .widgets.hints import Hints
from .widgets.palette import Palette
from .widgets.prompt import Prompt
from .widgets.stage import Stage

OPENING_SECONDS = 0.2


class ReplayApp(Film, Looks):
    """One recording."""

    TITLE = "escope"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(in_pane=False),
        Binding("escape", "leave", "leave", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = ((0, "-tiny"), (60, "-narrow"), (100, "-wide"))  # type: ignore[assignment]
    VERTICAL_BREAKPOINTS = ((0, "-low"), (16, "-short"), (30, "-middle"), (40, "-tall"))  # type: ignore[assignment]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, engine: Engine, step: int | None = None, theme: str = DARK.name) -> None:
        super().__init__(engine, step, theme)
        self._first_step = step
        self._safe = SafeFilter()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = theme

    # -- the screen

    def compose(self) -> ComposeResult:
        yield Palette(id="palette")
        with Stage(self.places, id="body"):
            for slot in SLOTS:
                yield from (spec.load() for spec in PANES if spec.name == first_in(slot))
        for spec in PANES:
            if spec.slot == STRIP:
                yield spec.load()
        yield Hints(id="hints")
        yield Prompt(id="prompt")

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, self._resumed)
        self.arrange()
        self.source.focus()
        self.navigator.start()
        first = self._first_step
        self.navigator.submit(lambda: self.session.opening(first))
        # A recording that opens at once is painted once, not first as an empty frame.
        if self._opened.wait(OPENING_SECONDS):
            self.follow(self._opening)

    def _resumed(self, _: object) -> None:
        self.call_later(self.refresh, layout=True)

    def on_unmount(self) -> None:
        self.navigator.stop()
        self.profiler.stop()
        self.feeds.stop()

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        if self.native_ansi_color:
            # Textual has chosen for NO_COLOR before the theme was known: grey on grey.
            filters = [NoColor() if isinstance(f, Monochrome) else f for f in filters]
        return [self._safe, *filters]

    def on_key(self, event: events.Key) -> None:
        # What was typed before the prompt had the focus has come up here from a pane.
        if event.is_printable and event.character and isinstance(self.focused, Prompt):
            event.prevent_default()
            self.focused.insert_text_at_cursor(event.character)

    # -- when it breaks

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback with local variables, which hold recorded values.
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = 1
        self.broken(error)
        self._close_messages_no_wait()
