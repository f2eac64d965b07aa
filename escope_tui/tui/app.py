"""The replay app: what is on the screen, and its life from opening to quitting."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.filter import LineFilter, Monochrome, NoColor

from ..config.file import Config
from ..session.bridge import Engine
from . import frame
from .exchange import Exchange
from .film import Film
from .heaps import few_heaps, freeze_start
from .looks import Looks
from .registry import PANES, SLOTS, STAGE, STRIP, first_in
from .safe import SafeFilter
from .themes import DARK, OWN_THEMES
from .widgets.bindings import bindings
from .widgets.hints import Hints
from .widgets.prompt import Prompt
from .widgets.stage import Stage
from .widgets.welcome import Welcome

OPENING_SECONDS = 0.2


class ReplayApp(Film, Looks, Exchange):
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

    def __init__(
        self,
        engine: Engine,
        step: int | None = None,
        theme: str = DARK.name,
        config: Config | None = None,
        memory: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(engine, config)
        self.chosen = ""
        """Path of the recording to be opened after this one; empty: none."""
        self._memory = dict(memory or {})
        self._recall()
        self._first_step = step
        self._safe = SafeFilter()
        for each in OWN_THEMES:
            self.register_theme(each)
        self.theme = theme
        self._variables = self.get_css_variables()
        self.stylesheet.set_variables(self._variables)

    # -- from one time to the next

    def _recall(self) -> None:
        """Takes up the layout that was left, where the configuration names none."""
        known, config = self._memory, self.config
        self.plan = config.get("layout.plan")
        across, down = config.get("layout.across"), config.get("layout.down")
        if config.get("layout.remember"):
            kept = known.get("plan")
            if "layout.plan" not in config.values and kept in frame.PLANS:
                self.plan = str(kept)
            if "layout.across" not in config.values:
                across = known.get("across", across)
            if "layout.down" not in config.values:
                down = known.get("down", down)
            away = known.get("away")
            if isinstance(away, list) and STAGE not in away:
                self.away = {slot for slot in SLOTS if slot in away}
        self.shares = frame.Shares.of(across, down)

    def remembered(self) -> dict[str, Any]:
        """What is to be known next time."""
        found: dict[str, Any] = {"taught": True, "theme": self.theme}
        if self.config.get("layout.remember"):
            across, down = round(self.shares.across * 100), round(self.shares.down * 100)
            found |= {"plan": self.plan, "across": across, "down": down}
            found["away"] = sorted(self.away - {STAGE})
        return found

    def open_recording(self, path: str) -> None:
        """Ends this recording; whoever ran the app opens the other one."""
        self.chosen = path
        self.exit()

    # -- the screen

    def compose(self) -> ComposeResult:
        with Stage(self.places, id="body"):
            for slot in SLOTS:
                yield from (spec.load() for spec in PANES if spec.name == first_in(slot))
        for spec in PANES:
            if spec.slot == STRIP:
                yield spec.load()
        if not self._memory.get("taught"):
            yield Welcome(id="welcome")
        yield Hints(id="hints")
        yield Prompt(id="prompt")

    def refresh_css(self, animate: bool = True) -> None:
        # Textual asks for this once more for each reactive that has its first value.
        variables = self.get_css_variables()
        if self._is_mounted or variables != self._variables:
            self._variables = variables
            super().refresh_css(animate)

    def _sized(self) -> None:
        """Gives the screen the classes of its size before it is laid out for the first time."""
        width, height = self.size
        for length, points in (
            (width, self.HORIZONTAL_BREAKPOINTS),
            (height, self.VERTICAL_BREAKPOINTS),
        ):
            name = [name for least, name in points if length >= least][-1]
            self.screen.add_class(name, update=False)

    def on_mount(self) -> None:
        if not self.is_headless:
            # Ended from outside, the app gives the terminal back first.
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop = asyncio.get_running_loop()
                loop.add_signal_handler(number, partial(self.exit, return_code=128 + number))
        self._sized()
        self.app_resume_signal.subscribe(self, self._resumed)
        self.arrange()
        self.source.focus()
        self.navigator.start()
        first = self._first_step
        self.navigator.submit(lambda: self.session.opening(first))
        # A recording that opens at once is painted once, not first as an empty frame.
        if self._opened.wait(OPENING_SECONDS):
            self.follow(self._opening)
        self.call_after_refresh(self._settled)

    def _settled(self) -> None:
        """After the first picture: what the start has made is never looked through again."""
        few_heaps(self.session.engine.sites)
        if not gc.isenabled():
            freeze_start()

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

    # -- when it breaks

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback with local variables, which hold recorded values.
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = 1
        self.broken(error)
        self._close_messages_no_wait()
