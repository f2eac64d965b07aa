"""The one cursor: which moment the app shows, how it moves, and where it has been."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..errors import EscopeError, FormatError
from ..model.events import ExceptionEvent, Frame, Write
from ..model.text import one_line
from .bridge import Engine
from .inside import change_inside
from .loops import Loops
from .sourcetext import Loop
from .stops import EXCEPTION, Reached, Stop, Stops

MAX_PLACES = 1000
FIRST = "this is the first step"


@dataclass(frozen=True, slots=True)
class Moment:
    """What every pane is a view of."""

    process: int
    thread: int
    step: int
    frame: int
    """Id of the frame that the views follow."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a move led to: a moment or the reason why there is none, and a word on it."""

    moment: Moment | None
    note: str = ""
    kind: str = "info"
    """"info", "warning" (nowhere to go) or "error" (an exception of the program)."""
    visit: bool = True
    """The moment joins the places visited."""
    restore: bool = False
    """The moment was visited before: its focus comes back too."""


class History:
    """Places visited, as a browser keeps them."""

    def __init__(self) -> None:
        self.most = MAX_PLACES
        self._places: list[Moment] = []
        self._at = -1

    def visit(self, moment: Moment) -> None:
        if self._at >= 0 and self._places[self._at] == moment:
            return
        del self._places[self._at + 1 :]
        self._places.append(moment)
        if len(self._places) > self.most:
            del self._places[0]
        self._at = len(self._places) - 1

    def back(self) -> Moment | None:
        return self._go(-1)

    def forward(self) -> Moment | None:
        return self._go(1)

    def _go(self, way: int) -> Moment | None:
        at = self._at + way
        if not 0 <= at < len(self._places):
            return None
        self._at = at
        return self._places[at]


@dataclass(slots=True)
class Session:
    """Moves through one recording. A method may take long: none is called on the app's thread."""

    engine: Engine
    stops: Stops = field(default_factory=Stops)
    catch: str = "all"
    """The exceptions that a run stops at besides: "all", "uncaught" or "none"."""
    history: History = field(default_factory=History)
    here: Moment = field(init=False)
    _loops: Loops = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.here = Moment(0, 0, 0, 0)
        self._loops = Loops(self.engine)

    # -- places

    def moment(self, step: int, frame: int = 0) -> Moment:
        """The moment of a step: its innermost frame, unless another one is named."""
        found = self.engine.step(step)
        return Moment(found.process, found.thread, step, frame or found.frame_id)

    def arrive(self, arrival: Arrival) -> None:
        """Makes a move's result the place where the app is."""
        if arrival.moment is None:
            return
        self.here = arrival.moment
        if arrival.visit:
            self.history.visit(arrival.moment)

    def opening(self, step: int | None = None) -> Arrival:
        """Where a session begins: a named step, else the uncaught exception, else the end."""
        if step is not None:
            return self.goto(step)
        try:
            error = self.engine.uncaught()
        except FormatError:
            error = None  # it lies in a damaged stretch
        if error is not None:
            return self._at_exception(error)
        ending = self.engine.ending
        note = f"the end: {ending}" if ending else "the end of the recording"
        last = len(self.engine) - 1
        try:
            there = self.moment(last)
        except FormatError as problem:
            return self._past_damage(problem, last, True)
        back = "N and S go back from here" if last else "this is its only step"
        return Arrival(there, f"{note} · {back}")

    def _to(self, step: int | None, nowhere: str, note: str = "") -> Arrival:
        if step is None:
            return Arrival(None, nowhere, "warning")
        return Arrival(self.moment(step), note)

    def _past_damage(self, error: FormatError, step: int, back: bool) -> Arrival:
        """The first moment beyond the damaged stretch that a move has met."""
        stretch = self.engine.damaged(step, back)
        if stretch is None:
            raise error
        first, stop = stretch
        target = first - 1 if back else stop
        lost = f"steps {first:,} to {stop - 1:,} are damaged and left out"
        if not 0 <= target < len(self.engine):
            edge = "start" if back else "end"
            return Arrival(None, f"{lost}: nothing can be read from there to the {edge}", "warning")
        return Arrival(self.moment(target), lost, "warning")

    # -- steps

    def into(self, back: bool) -> Arrival:
        edge = FIRST if back else self._last_word()
        try:
            return self._to(self.engine.into(self.here.step, back), edge)
        except FormatError as error:
            return self._past_damage(error, self.here.step, back)

    def over(self, back: bool) -> Arrival:
        edge = "nothing ran before this" if back else self._last_word()
        try:
            return self._to(self.engine.over(self.here.step, back, self.here.frame), edge)
        except FormatError as error:
            return self._past_damage(error, self.here.step, back)

    def out(self, back: bool) -> Arrival:
        try:
            step = self.engine.out(self.here.step, back, self.here.frame)
        except FormatError as error:
            return self._past_damage(error, self.here.step, back)
        if back:
            return self._to(step, "no recorded statement called this frame")
        return self._to(step, "this frame does not return to recorded code")

    def _last_word(self) -> str:
        ending = self.engine.ending
        return f"this is the last step{f': {ending}' if ending else ''}"

    @property
    def breakpoints(self) -> frozenset[tuple[str, int]]:
        """(file, line) of the breakpoints at lines."""
        return self.stops.lines

    def resume(self, back: bool) -> Arrival:
        """To the nearest stop or exception; to the recording's edge if there is neither."""
        here, engine = self.here.step, self.engine
        way = -1 if back else 1
        best: Reached | None = None
        for stop in self.stops:
            found = engine.stop(stop, here, back) if stop.enabled else None
            if found is not None and (best is None or (found.step - best.step) * way < 0):
                best = found
        error = self._exception(back)
        if error is not None and (best is None or (error.step - best.step) * way < 0):
            return self._at_exception(error)
        if best is not None:
            return self._at_stop(best)
        edge = 0 if back else len(engine) - 1
        if here == edge:
            return Arrival(None, "this is the first step" if back else self._last_word(), "warning")
        what = "no breakpoint or exception" if self.stops else "no exception, no breakpoint set"
        return Arrival(self.moment(edge), f"{what} {'before' if back else 'after'} that", "warning")

    def _exception(self, back: bool) -> ExceptionEvent | None:
        if self.catch == "none":
            return None
        if self.catch == "all":
            return self.engine.exception(self.here.step, back)
        found = self.engine.stop(Stop(EXCEPTION, fate="uncaught"), self.here.step, back)
        return None if found is None else found.error

    def _at_stop(self, reached: Reached) -> Arrival:
        if reached.stop.temporary and reached.stop.number:
            self.stops.remove(reached.stop.number)
        if reached.error is not None and not reached.note:
            return self._at_exception(reached.error)
        if reached.write is not None and not reached.note:
            return Arrival(
                self.moment(reached.step), _told(one_line(reached.stop.name, 40), reached.write)
            )
        return Arrival(self.moment(reached.step), reached.note)

    def repeat(
        self, move: Callable[[], Arrival], times: int, left: Callable[[int], bool]
    ) -> Arrival:
        """One move many times; it ends early where there is nowhere to go on to, or when `left`,
        which hears how often it was done, says so.
        """
        start, done = self.here, 0
        arrival = Arrival(None)
        while done < times and not left(done):
            found = move()
            if found.moment is None:
                note = f"{done:,} of {times:,} times: {found.note}" if done else found.note
                return Arrival(arrival.moment, note, found.kind)
            arrival, self.here, done = found, found.moment, done + 1
        if done < times:
            self.here = start
        return arrival

    def share(self, tenths: int) -> Arrival:
        """0 % to 100 % of the way through."""
        return self.goto((len(self.engine) - 1) * tenths // 10)

    def event(self, back: bool) -> tuple[int, str] | None:
        """Where a film stops next, and why: where `resume` would lead."""
        found = self.resume(back)
        if found.moment is None or found.kind == "warning":
            return None
        return found.moment.step, found.note

    # -- searches

    def goto(self, step: int, note: str = "") -> Arrival:
        last = len(self.engine) - 1
        if not 0 <= step <= last:
            edge = f"there is no step {step:,}: the recording has 0 to {last:,}"
            return Arrival(self.moment(min(max(step, 0), last)), edge, "warning")
        try:
            return Arrival(self.moment(step), note)
        except FormatError as error:
            return self._past_damage(error, step, step < self.here.step)

    def edge(self, end: bool) -> Arrival:
        arrival = self.goto(len(self.engine) - 1 if end else 0)
        if arrival.moment == self.here:
            return Arrival(None, self._last_word() if end else FIRST, "warning")
        return arrival

    def visited(self, back: bool) -> Arrival:
        moment = self.history.back() if back else self.history.forward()
        if moment is None:
            return Arrival(
                None, "no place before this one" if back else "no later place", "warning"
            )
        return Arrival(moment, visit=False, restore=True)

    def line(self, file: str, line: int, back: bool) -> Arrival:
        """The nearest execution of a line."""
        step = self.engine.hit([(file, line)], self.here.step, back)
        where = f"{one_line(file.rpartition('/')[2], 40)}:{line}"
        hits = self.engine.line_hits(file).get(line, 0)
        if hits == 0:
            return Arrival(None, f"{where} never ran", "warning")
        times = f"{where} ran {hits:,} time{'s' if hits != 1 else ''}"
        return self._to(step, f"{times}, none of them {'before' if back else 'after'} this", times)

    def iteration(self, loop: Loop, frame: int, file: str, *, by: int = 0, to: int = 0) -> Arrival:
        """Another iteration of a loop that a frame is in: some further on, or one by its number,
        which counts from 1 (from -1 at the end).
        """
        now = self._loops.at(frame, file, self.here.step, loop)
        if now is None:
            return Arrival(None, "no iteration of this loop has begun", "warning")
        here = self.here.step
        if by:
            step = self._loops.beside(frame, file, here, loop, by)
        else:
            step = self._loops.step_of(frame, file, here, loop, to)
        if step is None and by:
            return Arrival(
                None, f"no iteration {'after' if by > 0 else 'before'} this one", "warning"
            )
        if step is None:
            now = self._loops.at(frame, file, here, loop) or now
            found = f"{now.total:,}{'' if now.begins and now.ends else '+'}"
            total = f"the loop on line {loop.line} has {found} iterations in this run"
            return Arrival(None, total, "warning")
        there = self._loops.at(frame, file, step, loop)
        return Arrival(self.moment(step, frame), f"iteration {there.text}" if there else "")

    def change(self, target: str, back: bool) -> Arrival:
        """The nearest statement that changes a variable."""
        shown = one_line(target, 40)
        try:
            write = self.engine.write(target, self.here.step, back, self.here.frame)
        except EscopeError as error:
            return Arrival(None, f"{shown}: {error.message}", "warning")
        if write is None:
            return Arrival(
                None, f"{shown} does not change {'before' if back else 'after'} this", "warning"
            )
        return Arrival(self.moment(write.step), _told(shown, write))

    def raised(self, back: bool) -> Arrival:
        error = self.engine.exception(self.here.step, back)
        if error is None:
            return Arrival(None, f"no exception {'before' if back else 'after'} this", "warning")
        return self._at_exception(error)

    def _at_exception(self, error: ExceptionEvent) -> Arrival:
        return Arrival(self.moment(error.step), describe(error), "error")

    def function(self, name: str) -> Arrival:
        step = self.engine.function(name, self.here.step)
        return self._to(step, f"no call of {one_line(name, 40)} in this recording")

    def file(self, name: str) -> Arrival:
        """The next statement of a file that runs, else the last one before."""
        places = [(name, line) for line in self.engine.line_hits(name)]
        step = self.engine.hit(places, self.here.step, False) if places else None
        if step is None and places:
            step = self.engine.hit(places, self.here.step, True)
        return self._to(step, f"nothing of {one_line(name, 60)} ran")

    def time(self, nanoseconds: int) -> Arrival:
        return self.goto(self.engine.at_time(nanoseconds))

    # -- frames

    def frame(self, frame_id: int) -> Arrival:
        here = self.here
        return Arrival(Moment(here.process, here.thread, here.step, frame_id))

    def frame_by(self, up: bool) -> Arrival:
        """The caller or the callee of the frame that the views follow."""
        frames = self.engine.stack(self.here.step)
        at = selected(frames, self.here.frame) + (-1 if up else 1)
        if not 0 <= at < len(frames):
            edge = "this is the outermost frame" if up else "this is the innermost frame"
            return Arrival(None, edge, "warning")
        return self.frame(frames[at].frame_id)

    # -- marks

    def toggle_breakpoint(self, file: str, line: int) -> bool:
        """True if there is a breakpoint now."""
        return self.stops.toggle(file, line)


def selected(frames: Sequence[Frame], frame_id: int) -> int:
    """Place of a frame in a stack; the innermost one where it is not there."""
    for index, frame in enumerate(frames):
        if frame.frame_id == frame_id:
            return index
    return len(frames) - 1


def describe(error: ExceptionEvent) -> str:
    """One line on an exception and its fate."""
    said = f"{one_line(error.type_name, 60)}: {one_line(error.message, 120)}".rstrip(": ")
    if error.caught is not None:
        caught = error.caught
        where = f"{one_line(caught.function, 40)}, line {caught.line} (@{caught.step:,})"
        return f"{said} · caught in {where}"
    if error.uncaught:
        return f"{said} · not caught"
    if error.swallowed is not None:
        where = f"line {error.swallowed.line} (@{error.swallowed.step:,})"
        how = "before" if error.swallowed.step > error.step else "around"
        return f"{said} · dropped by a finally or with {how} {where}"
    return f"{said} · no recorded handler" if error.propagated else said


def _told(name: str, write: Write) -> str:
    new = write.value.summary(40) if write.value is not None else "deleted"
    old = f", was {write.old.summary(40)}" if write.old is not None else ""
    if write.kind == "change":
        inside = ""
        if write.value is not None and write.old is not None:
            inside = change_inside(write.value, write.old)
        return f"{name} changes in place here: {inside or new + old}"
    verb = "arrives as a parameter" if write.kind == "parameter" else "is set here"
    return f"{name} {verb}: {new}{old}"
