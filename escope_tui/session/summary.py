"""The replay's last page as plain text, for where there is no terminal to draw on."""

from __future__ import annotations

from collections.abc import Iterator

from ..model.text import one_line, safe_text
from .bridge import Engine
from .projection import Projector, View
from .session import Moment, Session

WIDTH = 100
NAMES = 20
FRAMES = 12
OUTPUT_LINES = 10
AROUND = 3
"""Source lines above and below the statement."""


def summary(engine: Engine, step: int | None = None) -> Iterator[str]:
    """Lines on the recording, then on its last (or the named) moment."""
    session = Session(engine)
    error = engine.uncaught()
    if step is None:
        step = len(engine) - 1 if error is None else error.step
    moment = session.moment(min(max(step, 0), len(engine) - 1))
    view = Projector(engine).view(moment)
    ending = f", {engine.ending}" if engine.ending else ""
    yield f"{engine.name}: {len(engine):,} steps{ending}"
    yield ""
    yield from _moment(view, moment)
    yield ""
    yield from _stack(view)
    yield ""
    yield from _variables(view)
    yield ""
    yield from _output(view)


def _moment(view: View, moment: Moment) -> Iterator[str]:
    step = view.step
    where = f"{safe_text(step.file)}:{step.line} in {one_line(step.function, 60)}"
    yield f"Step @{moment.step:,} of {view.total:,}: {where}"
    if view.error:
        yield f"  raises {view.error}"
    source = view.source
    if source is None:
        return
    first, last = max(1, step.line - AROUND), min(len(source), step.line + AROUND)
    for line in range(first, last + 1):
        mark = "->" if line == step.line else "  "
        yield f"  {mark} {line:>4}  {source.lines[line - 1]}".rstrip()[:WIDTH]


def _stack(view: View) -> Iterator[str]:
    yield "Stack (innermost first):"
    frames = list(reversed(view.frames))
    for frame in frames[:FRAMES]:
        yield f"  {one_line(frame.function, 50)}  {safe_text(frame.file)}:{frame.line}"
    if len(frames) > FRAMES:
        yield f"  … {len(frames) - FRAMES:,} more"


def _variables(view: View) -> Iterator[str]:
    local = [v for v in view.variables if v.scope == "local"]
    yield f"Variables of {one_line(view.frame.function, 50)}:"
    if not local:
        yield "  none"
    for variable in local[:NAMES]:
        name = one_line(variable.name, 40)
        mark = "*" if variable.change else " "
        yield f" {mark}{name} = {variable.value.summary(WIDTH - len(name) - 6)}"
    if len(local) > NAMES:
        yield f"  … {len(local) - NAMES:,} more"


def _output(view: View) -> Iterator[str]:
    written = view.output[: view.written]
    lines: list[str] = []
    stream = ""
    for chunk in reversed(written):
        if stream not in ("", chunk.stream) and not chunk.text.endswith("\n"):
            lines.insert(0, "")
        stream = chunk.stream
        lines[:1] = (chunk.text + (lines[0] if lines else "")).split("\n")
        if len(lines) > OUTPUT_LINES + 1:
            break
    if lines and not lines[-1]:
        lines.pop()
    yield "Output so far:" if lines else "Output so far: none"
    for line in lines[-OUTPUT_LINES:]:
        yield f"  {one_line(line, WIDTH)}"
