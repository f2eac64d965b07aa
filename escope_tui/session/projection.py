"""Turns a moment into what the panes show: plain, finished data that no pane has to ask about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from ..errors import EscopeError, FormatError
from ..model.events import ExceptionEvent, Frame, OutputChunk, Step
from ..model.text import one_line
from ..model.values import Value
from .bridge import Engine
from .inside import change_inside
from .loops import Loops
from .session import Moment, describe, selected
from .sourcetext import SourceText
from .variables import GLOBAL, INSIDE, MODULE, SAME, Variable, aliases, variables_of
from .way import Remark, Way, follow, read_values

LOST = -1
"""There is a step, but it lies in a damaged stretch."""
LOOPS = 3
"""Of how many loops around a statement the iterations are counted."""


@dataclass(frozen=True, slots=True)
class View:
    """One moment, ready to be shown."""

    moment: Moment
    step: Step
    total: int
    frames: tuple[Frame, ...]
    """Outermost first."""
    selected: int
    """Place of the frame that the views follow."""
    source: SourceText | None
    """The file of that frame."""
    hits: Mapping[int, int]
    """How often each line of that frame's file ran."""
    variables: tuple[Variable, ...]
    remarks: Mapping[int, Remark]
    """By line number, for the file of that frame."""
    output: Sequence[OutputChunk]
    """All that the program wrote."""
    written: int
    """How many of those chunks were written by now; at the last step, all of them."""
    written_before: int = 0
    """How many of them before this statement: without the traceback that ends a program."""
    error: str = ""
    """What the statement raises, in a line."""
    raised: ExceptionEvent | None = field(default=None, repr=False)
    thread: str = ""
    """Name of the moment's thread, and of the asyncio task if it runs one."""
    breakpoints: frozenset[tuple[str, int]] = frozenset()
    """(file, line) pairs."""
    way: Way = field(default_factory=Way)
    """What the frame has done so far."""
    returns: Value | None = None
    """What this statement returns from the frame."""
    reads: tuple[tuple[str, Value], ...] = ()
    """What the statement is about to read, as expressions with their values."""
    came_back: tuple[str, Value] | None = None
    """The function that has just returned to the frame, and its value."""
    gave: tuple[tuple[str, Value], ...] = ()
    """What the calls of a statement that raised had given by then, by function."""
    aliases: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """For an object that several expressions mean: these, by its identity."""

    @property
    def frame(self) -> Frame:
        return self.frames[self.selected]


T = TypeVar("T")


def spared(ask: Callable[[], T], otherwise: T) -> T:
    """What is around a moment may lie in a damaged stretch, or be nothing that a recording tells:
    then the moment shows without it.
    """
    try:
        return ask()
    except EscopeError:
        return otherwise


class Projector:
    """Builds views; keeps the texts of the files it has met."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._texts: dict[str, SourceText | None] = {}
        self._loops = Loops(engine)

    def source(self, file: str) -> SourceText | None:
        """A recorded file; None where its text is not in the recording."""
        if file not in self._texts:
            text = self.engine.source(file)
            self._texts[file] = None if text is None else SourceText(file, text)
        return self._texts[file]

    def count_on(self) -> bool:
        """Counts more of the loops around the last view's statement; False once that is done."""
        return spared(self._loops.count_on, False)

    def view(self, moment: Moment, breakpoints: frozenset[tuple[str, int]] = frozenset()) -> View:
        engine = self.engine
        self._loops.settle()
        step = engine.step(moment.step)
        frames = tuple(engine.stack(moment.step))
        at = selected(frames, moment.frame)
        frame = frames[at]
        lost: int | None = LOST
        before = spared(lambda: engine.before_in_frame(moment.step, frame.frame_id), lost)
        raised = spared(lambda: engine.exception_at(moment.step), None)
        last = moment.step == len(engine) - 1
        inner = frame.frame_id == step.frame_id
        source = self.source(frame.file)
        try:
            variables = variables_of(
                engine, frame, moment.step, before if before != LOST else None, source
            )
        except FormatError:
            before, variables = LOST, variables_of(engine, frame, moment.step, None, source)
        if before == LOST:
            # What they were before is not known: no mark says that they are new.
            before, variables = None, tuple(replace(v, change=SAME, old=None) for v in variables)
        variables = spared(lambda: tuple(map(_looked_into, variables)), variables)
        way = spared(lambda: self._way(frame, source), Way())
        nothing: tuple[tuple[str, Value], ...] = ()
        reads = spared(lambda: self._reads(frame, step, source, variables), nothing)
        return View(
            moment=moment,
            step=step,
            total=len(engine),
            frames=frames,
            selected=at,
            source=source,
            hits=spared(lambda: engine.line_hits(frame.file), {}),
            variables=variables,
            remarks=spared(
                lambda: self._remarks(frame, step, before, variables, raised, way, reads), {}
            ),
            reads=reads,
            output=engine.output(),
            written=engine.written(moment.step + 1 if last else moment.step),
            written_before=engine.written(moment.step),
            error=describe(raised) if raised else "",
            raised=raised,
            way=way,
            returns=spared(
                lambda: engine.returned(moment.step, frame.frame_id) if inner else None, None
            ),
            came_back=spared(lambda: self._came_back(step) if inner else None, None),
            gave=spared(lambda: self._gave(raised, frame) if inner else nothing, nothing),
            aliases=aliases(variables),
            thread=self._thread(step),
            breakpoints=breakpoints,
        )

    def _thread(self, step: Step) -> str:
        threads = self.engine.threads()
        if step.task is None and len(threads) < 2:
            return ""
        name = one_line(threads.get(step.thread, f"thread {step.thread}"), 40)
        if step.task is None:
            return name
        return f"{name} · {one_line(self.engine.tasks().get(step.task, 'a task'), 40)}"

    def _came_back(self, step: Step) -> tuple[str, Value] | None:
        """The call that has returned between the step before and this one."""
        if step.index == 0:
            return None
        past = self.engine.step(step.index - 1)
        if past.thread != step.thread or past.depth <= step.depth:
            return None
        value = self.engine.returned(past.index, past.frame_id)
        return None if value is None else (one_line(past.function, 60), value)

    def _gave(self, raised: ExceptionEvent | None, frame: Frame) -> tuple[tuple[str, Value], ...]:
        place = None if raised is None else raised.raised
        if place is None or place.moment <= place.step or place.frame_id != frame.frame_id:
            return ()
        return tuple(self.engine.inner_results(place.step, place.moment, frame.frame_id))

    # -- remarks in the source

    def _way(self, frame: Frame, source: SourceText | None) -> Way:
        if source is None:
            return Way()
        source.first_line(frame.line)
        way = follow(self.engine, frame, source)
        around = reversed(source.loops(frame.line)[-LOOPS:])
        found = [
            iteration
            for loop in around
            if (iteration := self._loops.at(frame.frame_id, frame.file, frame.last_step, loop))
        ]
        return replace(way, iterations=tuple(found))

    def _reads(
        self,
        frame: Frame,
        step: Step,
        source: SourceText | None,
        variables: Sequence[Variable],
    ) -> tuple[tuple[str, Value], ...]:
        if source is None or not 0 < frame.line <= len(source):
            return ()
        names = {variable.name for variable in variables}
        return tuple(read_values(self.engine, frame, step.index, source, names))

    def _remarks(
        self,
        frame: Frame,
        step: Step,
        before: int | None,
        variables: Sequence[Variable],
        raised: ExceptionEvent | None,
        way: Way,
        reads: Sequence[tuple[str, Value]],
    ) -> dict[int, Remark]:
        engine = self.engine
        remarks = {line: Remark(text, "gave") for line, text in way.gave.items()}
        innermost = frame.frame_id == step.frame_id
        shown = [f"{name} = {value.summary(40)}" for name, value in reads]
        if innermost and (given := engine.returned(step.index, frame.frame_id)) is not None:
            shown.append(f"→ {given.summary(40)}")
        if shown:
            remarks[frame.line] = Remark("  ".join(shown), "read")
        if before is not None:
            line = engine.step(before).line
            wrote = [_wrote(v) for v in variables if v.change and v.scope not in (GLOBAL, MODULE)]
            if wrote and line != frame.line:
                remarks[line] = Remark("  ".join(wrote), "wrote")
        for iteration in way.iterations:
            line = iteration.loop.line
            if line != frame.line:
                old = remarks.get(line, Remark("", "gave"))
                text = f"{iteration.text}  {old.text}".rstrip()
                remarks[line] = Remark(text, old.kind)
        if raised is not None and innermost:
            said = f"{raised.type_name}: {raised.message}".rstrip(": ")
            remarks[frame.line] = Remark("✖ " + one_line(said, 160), "error")
        return remarks


def _looked_into(variable: Variable) -> Variable:
    """Says once, for all panes, what has changed in a variable of the function's own."""
    if variable.change != INSIDE or variable.old is None or variable.scope in (GLOBAL, MODULE):
        return variable
    return replace(variable, inside=change_inside(variable.value, variable.old))


def _wrote(variable: Variable) -> str:
    if variable.inside:
        inside = variable.inside
        return f"{variable.name}{inside if inside[0] in '.[' else ' ' + inside}"
    text = f"{variable.name} = {variable.value.summary(40)}"
    if variable.old is not None:
        text += f" ← {variable.old.summary(24)}"
    return text
