"""What everything in the app stands on: the session, its threads, the panes, and what they hear."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Any

from textual.app import App

from ..config.file import Config
from ..model.text import one_line
from ..session.bridge import Engine
from ..session.projection import Projector, View
from ..session.session import Arrival, Moment, Session
from ..session.tree import Node
from . import frame, keymaps
from .actions import ACTIONS
from .feeds import Fed, Feeds
from .keymap import Action, key_text
from .messages import Arrived, FedTo, FollowFrame, Landed, Profiled, SeekTo, SeekWriter
from .navigator import Landing, Navigator
from .panes.base import Pane
from .panes.source import SourcePane
from .panes.variables import VariablesPane
from .profile import Profiler
from .registry import BY_NAME, EXTRA, PANES, SLOTS, STRIP, PaneSpec, first_in
from .widgets.hints import Hints
from .widgets.lines import LineView
from .widgets.prompt import Prompt
from .widgets.stage import Stage

if TYPE_CHECKING:
    from ..session.choices import Choice
    from .panes.marks import Marked

NO_KEY = "no-key"
"""What Textual is told of an action without keys; no terminal sends it."""
MARK_SECONDS = 0.015
"""After this long a search shows that it is under way."""
STEP_MARK_SECONDS = 0.04
"""And a step, which ends sooner: a mark at each would flicker."""
SLOW_SECONDS = 0.15
"""After this long a move says how far it is."""
FOCI = 2000
"""Moments whose focus is remembered."""

Focus = tuple[str, dict[str, Any]]
"""The active pane, and what each visible pane's `state` gave."""


class Chassis(App[None]):
    """One recording on a screen; `Host` says what of it panes may use."""

    def __init__(self, engine: Engine, config: Config | None = None) -> None:
        super().__init__()
        self.config = config or Config()
        self.keys = keymaps.load(self.config)
        if any(self.keys[action.name] != action.keys for action in ACTIONS):
            self.set_keymap({name: ",".join(keys) or NO_KEY for name, keys in self.keys.items()})
        self.animation_level = "none"
        self.session = Session(engine)
        self.session.history.most = self.config.get("bounds.places")
        self.navigator = Navigator(self.session, Projector(engine), self._landed)
        self.profiler = Profiler(self.session, self._profiled, lambda: self.navigator.idle)
        self.feeds = Feeds(engine, self._fed, lambda: self.navigator.idle)
        self.view: View | None = None
        self.failure: BaseException | None = None
        """What ended the app, if it broke."""
        self.plan = frame.AUTO
        self.shares = frame.Shares()
        self.front = {slot: first_in(slot) for slot in SLOTS}
        """The pane that each slot shows."""
        self.away: set[str] = set()
        """Slots that are hidden."""
        self.zoomed = False
        self._arranged: dict[str, frame.Rect] = {}
        """The places that the panes have."""
        self.active = "source"
        self.count = 1
        """How often the next move is done."""
        self._watched = False
        """Whether somebody looks now and then how long the present move takes."""
        self._pressed: tuple[float | None, bool] = (None, False)
        """When the key was pressed whose event is handled, and whether it is held down."""
        self._opening: Landing | None = None
        self._opened = Event()
        self._followed: Landing | None = None
        self._foci: dict[Moment, Focus] = {}
        self._answer: Callable[[str], object] | None = None
        self._typed: Callable[[str], object] | None = None
        self._untyped = ""
        self._asked_from: Pane | None = None
        """The pane that had the focus before the prompt."""
        self.pointed = ""
        self.kept: tuple[Marked, ...] = ()

    def keys_of(self, action: Action) -> Sequence[str]:
        """The keys that an action has in the present keymap."""
        return self.keys[action.name]

    def key_of(self, name: str) -> str:
        """An action's first key as people write it; empty if it has none."""
        return next(map(key_text, self.keys.get(name, ())), "")

    # -- the panes

    def pane(self, name: str) -> Pane:
        """A pane by its name; one that was never revealed is made now."""
        found = self.screen_stack[0].query(f"#{name}")
        if found:
            return found.first(Pane)
        made = BY_NAME[name].load()
        made.add_class("-behind")
        self.stage.mount(made)
        return made

    @property
    def leaving(self) -> bool:
        """The app is ending: what a worker still sends finds no screen."""
        return not self.is_running or not self.screen_stack

    @property
    def stage(self) -> Stage:
        return self.screen_stack[0].query_one(Stage)

    @property
    def source(self) -> SourcePane:
        return self.screen_stack[0].query_one("#source", SourcePane)

    @property
    def variables(self) -> VariablesPane:
        return self.screen_stack[0].query_one("#variables", VariablesPane)

    @property
    def hints(self) -> Hints:
        return self.screen_stack[0].query_one("#hints", Hints)

    def panes(self) -> list[Pane]:
        """Those that exist."""
        screen, stage = self.screen_stack[0], self.stage
        return [each for each in (*stage.children, *screen.children) if isinstance(each, Pane)]

    def places(self, width: int, height: int) -> dict[str, frame.Rect]:
        """The rectangle of each pane that the present layout shows."""
        slot = BY_NAME[self.active].slot
        wanted = [each for each in SLOTS if self.front[each] and each not in self.away]
        plan = frame.SINGLE if self.zoomed else self.plan
        found = frame.arrange(plan, width, height, wanted, self.shares, slot)
        return {self.front[each]: rect for each, rect in found.items()}

    def arrange(self) -> None:
        """Call after the plan, the shares, or a slot's pane has changed."""
        size = self.stage.size or self.size
        shown = self.places(size.width, size.height)
        moved, self._arranged = shown != self._arranged, shown
        for pane in self.panes():
            spec = BY_NAME[pane.id or ""]
            if spec.slot == STRIP:
                continue
            behind = pane.id not in shown
            fresh = pane.has_class("-behind") and not behind
            pane.set_class(behind, "-behind")
            pane.set_tabs(spec.key, self._tabs(spec))
            if fresh and self.view is not None:
                self._show_in(pane, self.view)
        if moved:
            self.stage.again()

    def on_stage_resized(self) -> None:
        if self.leaving:
            return
        size = self.stage.size
        there = {pane.id for pane in self.panes() if not pane.has_class("-behind")}
        strips = {spec.name for spec in PANES if spec.slot == STRIP}
        if there - strips != set(self.places(size.width, size.height)):
            self.arrange()

    def _tabs(self, spec: PaneSpec) -> list[str]:
        """How the panes behind one are named in its title."""
        others = [e for e in PANES if e.slot == spec.slot and e is not spec and e.key]
        return [f"{each.key} {each.title}".strip() for each in others if spec.slot != EXTRA]

    def reveal(self, name: str, *, focus: bool = True) -> None:
        """Makes a pane visible in its slot."""
        spec, pane = BY_NAME[name], self.pane(name)
        if spec.slot != STRIP:
            self.front[spec.slot] = name
            self.away.discard(spec.slot)
            if focus:
                self.active = name
            self.arrange()
        if focus:
            self.call_after_refresh(self._focus_on, pane)
            self._focus_on(pane)

    def on_line_view_tab_chosen(self, message: LineView.TabChosen) -> None:
        name = next((spec.name for spec in PANES if spec.key == message.key), "")
        if name and not self.leaving:
            self.reveal(name)

    def _focus_on(self, pane: Pane) -> None:
        if pane.is_attached and self.screen is self.screen_stack[0]:
            self.screen.set_focus(pane)

    def on_descendant_focus(self, event: object) -> None:
        pane = self.focused
        if isinstance(pane, Pane) and pane.id in BY_NAME:
            if BY_NAME[pane.id].slot != STRIP and pane.id != self.active:
                self.active = pane.id
                self.arrange()
            self.screen_stack[0].query(".pane").remove_class("-active")
            pane.add_class("-active")

    # -- moves

    def stop_film(self, note: str = "") -> bool:
        """A film that plays stops where it is; whether there was one."""
        return False

    def move(self, move: Callable[[], Arrival], far: bool = True) -> None:
        """Starts a move; the panes follow when it has arrived. `far`: it may take a while."""
        self.stop_film()
        self._remember_focus()
        pressed, held = self._pressed
        self.navigator.submit(move, held=held, came=pressed)
        if not self._watched:
            self._watched = True
            asyncio.get_running_loop().call_later(
                MARK_SECONDS if far else STEP_MARK_SECONDS, self._still_busy
            )

    def seek(self, step: int, note: str = "", frame: int = 0) -> None:
        def there() -> Arrival:
            arrival = self.session.goto(step, note)
            if frame and arrival.moment is not None:
                return replace(arrival, moment=replace(arrival.moment, frame=frame))
            return arrival

        self.move(there)

    def on_arrival(self, then: Callable[[int], object]) -> None:
        """Calls `then` with the present step, once the moves that were asked for are done."""

        def arrived() -> Arrival:
            self.post_message(Arrived(self.session.here.step, then))
            return Arrival(None)

        if self.navigator.busy:
            self.navigator.submit(arrived, kept=True)
        else:
            then(self.session.here.step)

    def on_arrived(self, message: Arrived) -> None:
        if not self.leaving:
            message.then(message.step)

    def _still_busy(self) -> None:
        """Says that a move takes long, and how far it is."""
        if self.leaving:
            return
        self._watched = self.navigator.busy
        self.hints.mark_busy(self._watched)
        if not self._watched:
            return
        if self.navigator.waited >= SLOW_SECONDS / 2:
            how = self.navigator.progress or f"{self.navigator.waited:.1f} s"
            self.tell(f"searching… {how} · Esc leaves it", "info")
        asyncio.get_running_loop().call_later(SLOW_SECONDS, self._still_busy)

    def _landed(self, landing: Landing) -> None:
        if self._opening is None:
            self._opening = landing
            self._opened.set()
        self.post_message(Landed(landing))

    def on_landed(self, message: Landed) -> None:
        if message.landing is not self._followed and not self.leaving:
            self.follow(message.landing)

    def follow(self, landing: Landing | None) -> None:
        """Shows what a move has led to."""
        if landing is None:
            return
        self._followed = landing
        if not self.navigator.busy:
            self.hints.mark_busy(False)
        if landing.failure is not None:
            self.broken(landing.failure)
            return
        if landing.deeper:
            if landing.view is not None and self.view and landing.view.moment == self.view.moment:
                self.show(landing.view)
            return
        if landing.view is not None:
            self.show(landing.view)
            if landing.restore:
                self._restore_focus(landing.view.moment)
        elif self.view is not None and self.view.breakpoints != self.session.breakpoints:
            self.refresh_view()
        self.tell(landing.note, landing.kind)

    def show(self, view: View) -> None:
        """All panes become views of this moment."""
        first = self.view is None
        self.view = view
        with self.batch_update():
            for pane in self.panes():
                if pane.shown:
                    self._show_in(pane, view)
        if first:
            self.profiler.start()
            self.feeds.start()

    def _show_in(self, pane: Pane, view: View) -> None:
        pane.view = view
        pane.show(view)
        self.feed(pane)

    def refresh_view(self) -> None:
        """Shows the present moment again, as after a breakpoint was set."""
        if self.view is not None:
            self.show(replace(self.view, breakpoints=self.session.breakpoints))

    def on_seek_to(self, message: SeekTo) -> None:
        self.seek(message.step, message.note)

    def on_seek_writer(self, message: SeekWriter) -> None:
        chunk = message.chunk
        note = f"this statement wrote to {chunk.stream}"
        self.move(lambda: self.session.goto(chunk.step, note))

    def on_follow_frame(self, message: FollowFrame) -> None:
        self.move(lambda: self.session.frame(message.frame))

    # -- the focus of places visited

    def _remember_focus(self) -> None:
        if self.view is None:
            return
        states = {pane.id: pane.state() for pane in self.panes() if pane.shown and pane.id}
        self._foci.pop(self.view.moment, None)
        self._foci[self.view.moment] = (self.active, states)
        if len(self._foci) > FOCI:
            del self._foci[next(iter(self._foci))]

    def _restore_focus(self, moment: Moment) -> None:
        active, states = self._foci.get(moment, ("", {}))
        if not active:
            return
        for pane in self.panes():
            if pane.id in states and pane.shown:
                pane.restore(states[pane.id])
        if active != self.active:
            self.reveal(active)

    # -- answers that take longer

    def feed(self, pane: Pane) -> None:
        """Asks a pane's question if its want has changed."""
        view, name = self.view, pane.id or ""
        if view is None:
            return
        want = pane.wants(view)
        if want == pane.wanted:
            return
        pane.wanted = want
        if want is None:
            self.feeds.drop(name)
        else:
            self.feeds.ask(name, want, pane.fetch)

    def _fed(self, fed: Fed) -> None:
        self.post_message(FedTo(fed))

    def fed_line(self, fed: Fed) -> bool:
        """Whether an answer was about a line that is typed, not for a pane."""
        return False

    def on_fed_to(self, message: FedTo) -> None:
        fed = message.fed
        if self.leaving:
            return
        if fed.failure is not None:
            self.broken(fed.failure)
            return
        if self.fed_line(fed):
            return
        pane = self.pane(fed.pane)
        if pane.wanted != fed.want:
            return
        if fed.kind == "progress":
            pane.waiting(fed.note)
        elif fed.kind == "refused":
            pane.refused(fed.note)
        else:
            pane.fill(fed.answer)

    def _profiled(self, levels: list[int]) -> None:
        self.post_message(Profiled(levels))

    def on_profiled(self, message: Profiled) -> None:
        if self.leaving:
            return
        from .panes.timeline import Timeline

        timeline = self.screen_stack[0].query_one(Timeline)
        timeline.set_levels(message.levels)
        timeline.set_crosses(self.profiler.crosses)
        timeline.set_damaged(self.profiler.damaged)

    # -- words

    def tell(self, note: str, kind: str = "info") -> None:
        self.hints.tell(note, kind)

    def selected_variable(self) -> Node | None:
        return self.variables.selected

    def keep(self, marks: Sequence[Marked]) -> None:
        self.kept = tuple(marks)
        self.refresh_view()

    def light_up(self, text: str) -> None:
        for pane in self.panes():
            pane.seek_text(text)

    def source_line(self) -> int:
        return self.source.cursor_line

    def selected_expression(self) -> str:
        """What the active pane's cursor points at, else the selected variable."""
        focused = self.focused
        if isinstance(focused, Pane) and focused.expression:
            return focused.expression
        row = self.variables.selected
        return self.source.expression or (row.key if row is not None else "")

    def ask_line(
        self,
        placeholder: str,
        answer: Callable[[str], object],
        value: str = "",
        past: str = "",
        typed: Callable[[str], object] | None = None,
    ) -> None:
        self._answer, self._typed, self._untyped = answer, typed, value
        if isinstance(self.focused, Pane):
            self._asked_from = self.focused
        self.hints.display = False
        prompt = self.screen_stack[0].query_one(Prompt)
        prompt.ask(past or placeholder, placeholder, self._line_typed, value)

    @property
    def prompting(self) -> bool:
        """A line is being typed."""
        return self.screen_stack[0].query_one(Prompt).display

    def offer_lines(self, text: str, choices: Sequence[Choice]) -> None:
        """Shows above a line that is typed what it may go on with."""
        prompt = self.screen_stack[0].query_one(Prompt)
        if prompt.value != text:
            return
        prompt.offer([f"{text[: len(text) - each.begun]}{each.name}" for each in choices])
        named = [(one_line(each.name, 24), one_line(each.word, 30)) for each in choices]
        self.hints.display = bool(named)
        self.hints.offer("Tab" if named else "", named)

    def _line_typed(self, text: str, entered: bool) -> None:
        self.hints.offer("", ())
        self.hints.display = True
        self._focus_on(self._asked_from or self.pane(self.active))
        answer, self._answer = self._answer, None
        typed, self._typed = self._typed, None
        if text and answer is not None:
            answer(text)
        elif typed is not None:
            typed("" if entered else self._untyped)

    def on_prompt_typed(self, message: Prompt.Typed) -> None:
        if self._typed is not None:
            self._typed(message.text)

    def copy(self, text: str, what: str) -> None:
        """Puts safe text into the clipboard and says so."""
        raise NotImplementedError

    # -- when it breaks

    def broken(self, error: BaseException) -> None:
        """Ends the app; whoever ran it finds the reason in `failure`."""
        self.failure = error
        self.exit(return_code=1)
