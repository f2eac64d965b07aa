"""The replay app: keys become moves, moves become views, views go to the panes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Event
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen

from ..errors import EscopeError
from ..model.text import one_line
from ..session import goto
from ..session.bridge import Engine
from ..session.projection import Projector, View
from ..session.session import Arrival, Session
from .keymap import ACTIONS, PANES
from .messages import FollowFrame, Landed, Profiled, SeekTo
from .navigator import Landing, Navigator
from .panes.output import OutputPane
from .panes.source import SourcePane
from .panes.stack import StackPane
from .panes.variables import VariablesPane
from .profile import Profiler
from .safe import SafeFilter
from .themes import DARK, LIGHT
from .widgets.bindings import bindings
from .widgets.hints import Hints
from .widgets.lines import LineView
from .widgets.palette import Palette
from .widgets.prompt import Prompt
from .widgets.timeline import Timeline

COPY_LIMIT = 100_000
SLOW_SECONDS = 0.15
OPENING_SECONDS = 0.2


class ReplayApp(App[None]):
    """One recording."""

    TITLE = "escope"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(in_pane=False),
        Binding("escape", "leave", "leave", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = ((0, "-tiny"), (60, "-narrow"), (100, "-wide"))  # type: ignore[assignment]
    VERTICAL_BREAKPOINTS = ((0, "-low"), (16, "-short"), (30, "-middle"), (40, "-tall"))  # type: ignore[assignment]
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, engine: Engine, step: int | None = None, theme: str = DARK.name) -> None:
        super().__init__()
        self.animation_level = "none"
        self.session = Session(engine)
        self.navigator = Navigator(self.session, Projector(engine), self._landed)
        self.profiler = Profiler(self.session, self._profiled)
        self.view: View | None = None
        self.failure: BaseException | None = None
        """What ended the app, if it broke."""
        self._first_step = step
        self._opening: Landing | None = None
        self._opened = Event()
        self._followed: Landing | None = None
        self._safe = SafeFilter()
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = theme

    # -- the screen

    def compose(self) -> ComposeResult:
        yield Palette(id="palette")
        with Container(id="body"):
            yield SourcePane(id="source", classes="pane -active")
            yield VariablesPane(id="variables", classes="pane")
            yield StackPane(id="stack", classes="pane")
            yield OutputPane(id="output", classes="pane")
        yield Timeline(id="timeline")
        yield Hints(id="hints")
        yield Prompt(id="prompt")

    def on_mount(self) -> None:
        self.app_resume_signal.subscribe(self, self._resumed)
        self.source.focus()
        self.navigator.start()
        first = self._first_step
        self.navigator.submit(lambda: self.session.opening(first))
        # A recording that opens at once is painted once, not first as an empty frame.
        if self._opened.wait(OPENING_SECONDS):
            self._follow(self._opening)

    def _resumed(self, _: object) -> None:
        self.call_later(self.refresh, layout=True)

    def on_unmount(self) -> None:
        self.navigator.stop()
        self.profiler.stop()

    @property
    def source(self) -> SourcePane:
        return self.query_one("#source", SourcePane)

    @property
    def variables(self) -> VariablesPane:
        return self.query_one("#variables", VariablesPane)

    @property
    def hints(self) -> Hints:
        return self.query_one("#hints", Hints)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        if self.native_ansi_color:
            # Textual has chosen for NO_COLOR before the theme was known: grey on grey.
            filters = [NoColor() if isinstance(f, Monochrome) else f for f in filters]
        return [self._safe, *filters]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        for action in ACTIONS:
            if not action.in_pane and action.name not in ("command_palette",):
                run = self._runner(action.name)
                yield SystemCommand(action.text.capitalize(), f"key {action.keys[0]}", run)
        yield SystemCommand("Theme", "choose the colours", self.action_change_theme)

    def _runner(self, name: str) -> Callable[[], object]:
        return lambda: self.call_next(self.run_action, name)

    # -- moves

    def move(self, move: Callable[[], Arrival]) -> None:
        """Starts a move; the panes follow when it has arrived."""
        self.navigator.submit(move)
        self.set_timer(SLOW_SECONDS, self._still_busy)

    def _still_busy(self) -> None:
        if self.navigator.busy:
            self.hints.tell("searching… Esc leaves it", "info")

    def _landed(self, landing: Landing) -> None:
        if self._opening is None:
            self._opening = landing
            self._opened.set()
        self.post_message(Landed(landing))

    def on_landed(self, message: Landed) -> None:
        if message.landing is not self._followed:
            self._follow(message.landing)

    def _follow(self, landing: Landing | None) -> None:
        if landing is None:
            return
        self._followed = landing
        if landing.failure is not None:
            self._broken(landing.failure)
            return
        if landing.view is not None:
            self.show(landing.view)
        self.hints.tell(landing.note, landing.kind)

    def show(self, view: View) -> None:
        """All panes become views of this moment."""
        first = self.view is None
        self.view = view
        with self.batch_update():
            self.source.show(view, self._breakpoints(view.frame.file))
            self.variables.show(view)
            self.query_one("#stack", StackPane).show(view)
            self.query_one("#output", OutputPane).show(view)
            timeline = self.query_one("#timeline", Timeline)
            timeline.show(view.step.index, view.total, view.step.time_ns)
        if first:
            self.profiler.start()

    def _breakpoints(self, file: str) -> frozenset[int]:
        return frozenset(line for name, line in self.session.breakpoints if name == file)

    def on_seek_to(self, message: SeekTo) -> None:
        self.move(lambda: self.session.goto(message.step, message.note))

    def on_follow_frame(self, message: FollowFrame) -> None:
        self.move(lambda: self.session.frame(message.frame))

    def _profiled(self, levels: list[int]) -> None:
        self.post_message(Profiled(levels))

    def on_profiled(self, message: Profiled) -> None:
        timeline = self.query_one("#timeline", Timeline)
        timeline.set_levels(message.levels)
        timeline.set_crosses(self.profiler.crosses)

    def action_into(self) -> None:
        self.move(lambda: self.session.into(False))

    def action_into_back(self) -> None:
        self.move(lambda: self.session.into(True))

    def action_over(self) -> None:
        self.move(lambda: self.session.over(False))

    def action_over_back(self) -> None:
        self.move(lambda: self.session.over(True))

    def action_out(self) -> None:
        self.move(lambda: self.session.out(False))

    def action_out_back(self) -> None:
        self.move(lambda: self.session.out(True))

    def action_continue(self) -> None:
        self.move(lambda: self.session.resume(False))

    def action_continue_back(self) -> None:
        self.move(lambda: self.session.resume(True))

    def action_start(self) -> None:
        self.move(lambda: self.session.edge(False))

    def action_end(self) -> None:
        self.move(lambda: self.session.edge(True))

    def action_place_next(self) -> None:
        self.move(lambda: self.session.visited(False))

    def action_place_previous(self) -> None:
        self.move(lambda: self.session.visited(True))

    def action_exception_next(self) -> None:
        self.move(lambda: self.session.raised(False))

    def action_exception_previous(self) -> None:
        self.move(lambda: self.session.raised(True))

    def action_frame_up(self) -> None:
        self.move(lambda: self.session.frame_by(up=True))

    def action_frame_down(self) -> None:
        self.move(lambda: self.session.frame_by(up=False))

    def action_change_next(self) -> None:
        self._change(False)

    def action_change_previous(self) -> None:
        self._change(True)

    def _change(self, back: bool) -> None:
        row = self.variables.selected
        if row is None or not row.key:
            self.hints.tell("select a variable first: 2 goes to the variables", "warning")
            return
        self.move(lambda: self.session.change(row.key, back))

    def action_line_next(self) -> None:
        self._line(self.view.frame.line if self.view else 0, False)

    def action_line_previous(self) -> None:
        self._line(self.view.frame.line if self.view else 0, True)

    def action_here(self) -> None:
        self._line(self.source.cursor_line, False)

    def action_here_back(self) -> None:
        self._line(self.source.cursor_line, True)

    def _line(self, line: int, back: bool) -> None:
        if self.view is not None:
            file = self.view.frame.file
            self.move(lambda: self.session.line(file, line, back))

    # -- looking around

    def action_breakpoint(self) -> None:
        if self.view is None:
            return
        file, line = self.view.frame.file, self.source.cursor_line
        hits = self.view.hits.get(line, 0)
        if not hits and (file, line) not in self.session.breakpoints:
            self.hints.tell(f"line {line} never ran: a breakpoint there would not stop", "warning")
            return
        there = self.session.toggle_breakpoint(file, line)
        self.source.set_breakpoints(self._breakpoints(file))
        times = f"ran {hits:,} time{'s' if hits != 1 else ''}"
        self.hints.tell(f"breakpoint {'on' if there else 'cleared from'} line {line} · {times}")

    def action_current(self) -> None:
        self.source.to_current()

    def action_pane(self, name: str) -> None:
        self.screen.set_focus(self.query_one(f"#{name}", LineView))

    def on_descendant_focus(self, event: object) -> None:
        pane = self.focused
        if pane is not None and pane.id in PANES and pane.has_class("pane"):
            self.query(".pane").remove_class("-active")
            pane.add_class("-active")

    def action_zoom(self) -> None:
        self.query_one("#body").toggle_class("-single")

    def action_help(self) -> None:
        from .screens.help import HelpScreen

        self.push_screen(HelpScreen())

    def action_leave(self) -> None:
        if self.navigator.abandon():
            self.hints.tell("left the search", "warning")
        else:
            self.query_one("#body").remove_class("-single")
            self.hints.tell("")

    def action_suspend(self) -> None:
        self.action_suspend_process()

    # -- the prompt

    def action_goto(self) -> None:
        self._ask("goto", f"go to: {goto.SYNTAX}")

    def action_evaluate(self) -> None:
        self._ask("evaluate", "evaluate: an expression over the variables of this frame")

    def _ask(self, purpose: str, placeholder: str) -> None:
        self.hints.display = False
        self.query_one("#prompt", Prompt).ask(purpose, placeholder)

    def on_prompt_answered(self, message: Prompt.Answered) -> None:
        self.hints.display = True
        self.screen.set_focus(self.query_one(".pane.-active", LineView))
        text = message.text
        if not text:
            return
        if message.purpose == "goto":
            file = self.view.frame.file if self.view else None
            self.move(lambda: goto.go(self.session, text, file))
        else:
            self.move(lambda: self._evaluated(text))

    def _evaluated(self, text: str) -> Arrival:
        here = self.session.here
        try:
            value = self.session.engine.evaluate(text, here.step, here.frame)
        except EscopeError as error:
            return Arrival(None, f"{one_line(text, 60)}: {error.message}", "warning")
        return Arrival(None, f"{one_line(text, 60)} = {value.summary(200)}")

    def on_key(self, event: events.Key) -> None:
        # What was typed before the prompt had the focus has come up here from a pane.
        if event.is_printable and event.character and isinstance(self.focused, Prompt):
            event.prevent_default()
            self.focused.insert_text_at_cursor(event.character)

    # -- the clipboard

    def action_copy_value(self) -> None:
        row = self.variables.selected
        if row is not None and row.value is not None:
            self._copy(row.value.summary(COPY_LIMIT))

    def action_copy_name(self) -> None:
        row = self.variables.selected
        if row is not None and row.key:
            self._copy(row.key)

    def _copy(self, text: str) -> None:
        self.copy_to_clipboard(text[:COPY_LIMIT])
        cut = " (cut)" if len(text) > COPY_LIMIT else ""
        self.hints.tell(
            f"copied {min(len(text), COPY_LIMIT):,} characters{cut}, if the terminal allows it"
        )

    # -- when it breaks

    def _broken(self, error: BaseException) -> None:
        self.failure = error
        self.exit(return_code=1)

    def _handle_exception(self, error: Exception) -> None:
        # Textual would print a traceback with local variables, which hold recorded values.
        if self.is_headless:
            super()._handle_exception(error)
            return
        self._return_code = 1
        self._broken(error)
        self._close_messages_no_wait()
