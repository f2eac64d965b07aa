"""The tables that SQL is asked over, and the rows of each.

What people ask are views; the tables under them hold numbers in the place of texts that would be
in every row. A part is what is built at once: some tables under views, in one go over the
recording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...model.text import safe_text
from ...replay.recording import EV_OBJECT
from ...replay.state import guarded
from ..output import iter_output
from .values import Progress, Rows, of_value

if TYPE_CHECKING:
    from ..recording import Recording

STRETCH = 8192
"""Steps between two reports of progress."""


@dataclass(frozen=True, slots=True)
class Part:
    """Tables that are built together."""

    name: str
    table: str
    """The table that it fills."""
    columns: Mapping[str, Any]
    """Of that table."""
    key: str | None
    rows: Callable[[Recording, Progress], Rows]
    indexes: tuple[str, ...] = ()
    """Columns that are looked up by."""
    joined: frozenset[tuple[str, str]] = frozenset()
    """Of a part that has more columns for the rows of another one: these columns, with their view.
    SQLite reads all columns of a view's tables: only those of the view itself tell what is asked.
    """


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a view, for people."""

    name: str
    type: str
    help: str


@dataclass(frozen=True, slots=True)
class View:
    """One table that can be asked."""

    name: str
    help: str
    select: str
    columns: tuple[Column, ...]


def step_rows(rec: Recording, progress: Progress) -> Rows:
    """Numbers of every step."""
    total = len(rec)
    tasks = bool(rec.tasks())
    for start in range(0, total, STRETCH):
        progress(start / total)
        with rec.state.lock:
            at, stop = start, min(start + STRETCH, total)
            infos = guarded(lambda a=at, b=stop: list(rec.scanner.steps(a, b)))  # type: ignore[misc]
        for step, site, thread, frame, depth, time_ns in infos:
            task = rec.task_of(frame) if tasks else None
            yield (step, site, thread, task, depth, time_ns, frame)


def site_rows(rec: Recording, progress: Progress) -> Rows:
    """The places that steps stand at."""
    program = rec.program
    for module, path in enumerate(program.paths):
        progress(module / len(program.paths))
        for number, site in program.module_sites(module):
            function = program.function_of(site).qualname
            kind = program.step_kind(number)
            source = safe_text(program.statement(site))
            yield (number, kind, path, site.line, site.end_line, function, source)


def line_rows(rec: Recording, progress: Progress) -> Rows:
    """Every line of the recorded files; `hits` is null where no statement begins."""
    files = rec.files()
    for number, path in enumerate(files):
        progress(number / len(files))
        counts = rec.line_counts(path)
        lines = rec.program.lines(rec.program.modules_of(path)[-1])
        if lines and not lines[-1]:
            lines = lines[:-1]
        for line, text in enumerate(lines, 1):
            yield (path, line, counts.get(line), safe_text(text, keep="\t"))


def exception_rows(rec: Recording, progress: Progress) -> Rows:
    """The exceptions."""
    progress(0.0)
    for number, each in enumerate(rec.exceptions()):
        caught = each.caught
        yield (
            number,
            each.step,
            each.type_name,
            each.message,
            each.raised.file,
            each.raised.line,
            each.raised.function,
            each.raised.frame_id,
            each.fate,
            None if caught is None else caught.step,
            None if caught is None else caught.file,
            None if caught is None else caught.line,
            None if caught is None else caught.function,
            len(each.propagated),
            each.thread,
        )


def output_rows(rec: Recording, progress: Progress) -> Rows:
    """What the program wrote."""
    progress(0.0)
    for number, chunk in enumerate(iter_output(rec)):
        text = chunk.text.encode("utf-8", "backslashreplace").decode()
        yield (number, chunk.step, chunk.stream, text)


def object_rows(rec: Recording, progress: Progress) -> Rows:
    """The objects that have an identity, in the order in which they were first seen."""
    total = max(len(rec), 1)
    seen: dict[int, list[int]] = {}
    for start in range(-1, len(rec), STRETCH):
        progress(max(start, 0) / total / 2)
        for raw in rec.raw_events(start, min(start + STRETCH, len(rec)), EV_OBJECT):
            row = seen.setdefault(int(raw[5]), [raw[0] + 1, raw[0] + 1, 0])
            row[1], row[2] = raw[0] + 1, row[2] + 1
    for place, (number, (first, last, records)) in enumerate(seen.items()):
        if place % 256 == 0:
            progress(0.5 + place / len(seen) / 2)
        value = rec.state.value_of_object(number, min(first, len(rec)))
        text, kind, _, _ = of_value(value)
        yield (number, kind, safe_text(value.module), text, value.size, first, last, records)
