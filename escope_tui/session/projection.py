"""Turns a moment into what the panes show: plain, finished data that no pane has to ask about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..model.events import ExceptionEvent, Frame, OutputChunk, Step
from ..model.text import one_line
from ..model.values import CUT, Value
from .bridge import Engine
from .loops import Loops
from .session import Moment, describe, selected
from .sourcetext import SourceText
from .way import DULL, Remark, Way, follow, read_values

SAME = ""
NEW = "new"
CHANGED = "changed"
INSIDE = "inside"
"""The name means the same object, whose contents changed."""

COMPARE_DEPTH = 4
COMPARE_BUDGET = 4000
"""How many values a comparison of two moments looks at before it says "the same"."""

LOOPS = 3
"""Of how many loops around a statement the iterations are counted."""

HIDDEN = frozenset({"__name__", "__doc__", "__file__", "__builtins__", "__spec__", "__loader__"})


@dataclass(frozen=True, slots=True)
class Variable:
    """A name, what it is worth at this moment, and what it was worth before the last statement."""

    name: str
    value: Value
    scope: str
    """"local", "global", or "definition": a function, a class or a module."""
    change: str = SAME
    old: Value | None = None


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
    """How many of those chunks were written by now."""
    error: str = ""
    """What the statement raises, in a line."""
    raised: ExceptionEvent | None = field(default=None, repr=False)
    thread: str = ""
    """Name of the moment's thread."""
    breakpoints: frozenset[tuple[str, int]] = frozenset()
    """(file, line) pairs."""
    way: Way = field(default_factory=Way)
    """What the frame has done so far."""

    @property
    def frame(self) -> Frame:
        return self.frames[self.selected]


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

    def view(self, moment: Moment, breakpoints: frozenset[tuple[str, int]] = frozenset()) -> View:
        engine = self.engine
        step = engine.step(moment.step)
        frames = tuple(engine.stack(moment.step))
        at = selected(frames, moment.frame)
        frame = frames[at]
        before = engine.before_in_frame(moment.step, frame.frame_id)
        variables = tuple(self._variables(frame, before))
        raised = engine.exception_at(moment.step)
        last = moment.step == len(engine) - 1
        source = self.source(frame.file)
        way = self._way(frame, source)
        return View(
            moment=moment,
            step=step,
            total=len(engine),
            frames=frames,
            selected=at,
            source=source,
            hits=engine.line_hits(frame.file),
            variables=variables,
            remarks=self._remarks(frame, step, before, variables, raised, way),
            output=engine.output(),
            written=engine.written(moment.step + 1 if last else moment.step),
            error=describe(raised) if raised else "",
            raised=raised,
            way=way,
            thread=one_line(engine.threads().get(step.thread, f"thread {step.thread}"), 40),
            breakpoints=breakpoints,
        )

    # -- variables

    def _variables(self, frame: Frame, before: int | None) -> Iterator[Variable]:
        earlier: Frame | None = None
        if before is not None:
            for past in self.engine.stack(before):
                if past.frame_id == frame.frame_id:
                    earlier = past
        module = frame.kind == "module"
        found = list(_compared(frame.locals, earlier.locals if earlier else None, "local"))
        if not module:
            found += _compared(frame.globals, earlier.globals if earlier else None, "global")
        order = {"local": 0, "global": 1, "definition": 2}
        yield from sorted(map(_placed, found), key=lambda v: order[v.scope])

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

    def _remarks(
        self,
        frame: Frame,
        step: Step,
        before: int | None,
        variables: Sequence[Variable],
        raised: ExceptionEvent | None,
        way: Way,
    ) -> dict[int, Remark]:
        engine = self.engine
        remarks = {line: Remark(text, "gave") for line, text in way.gave.items()}
        source = self.source(frame.file)
        innermost = frame.frame_id == step.frame_id
        shown: list[str] = []
        if source is not None and 0 < frame.line <= len(source):
            names = {variable.name for variable in variables}
            values = read_values(engine, frame, step.index, source, names)
            shown = [f"{name} = {value.summary(40)}" for name, value in values]
        if innermost and (given := engine.returned(step.index, frame.frame_id)) is not None:
            shown.append(f"→ {given.summary(40)}")
        if shown:
            remarks[frame.line] = Remark("  ".join(shown), "read")
        if before is not None:
            line = engine.step(before).line
            wrote = [_wrote(v) for v in variables if v.change and v.scope != "global"]
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


def _placed(variable: Variable) -> Variable:
    """A module's functions, classes and imports stand apart from its data."""
    outer = variable.scope == "global" or variable.value.kind == "module"
    if variable.value.kind in DULL and (outer or variable.value.kind in ("class", "function")):
        return replace(variable, scope="definition")
    return variable


def _wrote(variable: Variable) -> str:
    text = f"{variable.name} = {variable.value.summary(40)}"
    if variable.old is not None:
        text += f" ← {variable.old.summary(24)}"
    return text


def _compared(
    now: Mapping[str, Value], earlier: Mapping[str, Value] | None, scope: str
) -> Iterator[Variable]:
    budget = [COMPARE_BUDGET]
    for name, value in now.items():
        if name in HIDDEN:
            continue
        if earlier is None:
            yield Variable(name, value, scope, NEW if scope == "local" else SAME)
            continue
        old = earlier.get(name)
        if old is None:
            yield Variable(name, value, scope, NEW)
        else:
            yield Variable(name, value, scope, difference(value, old, budget), old)


def difference(new: Value, old: Value, budget: list[int] | None = None) -> str:
    """How a value differs from an earlier one; "the same" once the budget is used up."""
    if budget is None:
        budget = [COMPARE_BUDGET]
    if new.object_id is not None or old.object_id is not None:
        if new.object_id != old.object_id:
            return CHANGED
        return SAME if _same(new, old, COMPARE_DEPTH, budget, set()) else INSIDE
    return SAME if _same(new, old, COMPARE_DEPTH, budget, set()) else CHANGED


def _same(new: Value, old: Value, depth: int, budget: list[int], seen: set[int]) -> bool:
    budget[0] -= 1
    if budget[0] < 0 or depth < 0:
        return True
    if new.object_id != old.object_id or new.kind != old.kind:
        return False
    if new.is_scalar or new.kind == CUT:
        return _identical(new.data, old.data) and new.size == old.size
    if new.object_id is not None:
        if new.object_id in seen:
            return True
        seen.add(new.object_id)
    if new.size != old.size or new.text != old.text:
        return False
    entries = list(new.entries())
    before = list(old.entries())
    if len(entries) != len(before):
        return False
    for (_, key, value), (_, old_key, old_value) in zip(entries, before, strict=True):
        if isinstance(key, Value):
            if not isinstance(old_key, Value) or not _same(key, old_key, 1, budget, seen):
                return False
        elif key != old_key:
            return False
        if not _same(value, old_value, depth - 1, budget, seen):
            return False
        if budget[0] < 0:
            return True
    return True


def _identical(new: Any, old: Any) -> bool:
    return type(new) is type(old) and (new is old or repr(new) == repr(old))
