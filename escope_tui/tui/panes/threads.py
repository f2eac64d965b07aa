"""The threads and tasks of the recording: where each of them is at this moment."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

from ...model.text import one_line
from ...session.projection import View
from .table import Row, TablePane

if TYPE_CHECKING:
    from ...query.recording import Recording
    from ..feeds import Job


class Asked(NamedTuple):
    """A moment, and the thread that it belongs to."""

    step: int
    thread: int
    task: int | None


class ThreadsPane(TablePane):
    """Enter goes to the last statement of a thread or task before this moment."""

    TITLE = "Threads"
    EMPTY = "no other thread and no task"
    SORTED = False

    def wants(self, view: View) -> Hashable:
        return Asked(view.step.index, view.step.thread, view.step.task)

    def fetch(self, job: Job, want: Asked) -> list[Row]:
        rec = job.recording
        rows = [self._thread(rec, want, number, name) for number, name in rec.threads().items()]
        tasks = rec.tasks()
        if tasks:
            rows += _tasks(rec, want, tasks)
        return rows

    def _thread(self, rec: Recording, want: Asked, number: int, name: str) -> Row:
        step = rec.next_thread_step(want.step, -1, number)
        current = number == want.thread
        state = "here" if current else ("not begun" if step < 0 else _state(rec, want, number))
        where = _where(rec, step) if step >= 0 else ""
        styles = ("strong" if current else "name", "type", "dim")
        return Row(step if step >= 0 else None, (one_line(name, 40), where, state), 0, styles)


def _state(rec: Recording, want: Asked, thread: int) -> str:
    later = rec.next_thread_step(min(want.step + 1, len(rec) - 1), 1, thread)
    return "running" if later >= 0 else "ended"


def _where(rec: Recording, step: int) -> str:
    found = rec[step]
    return f"{one_line(found.function, 40)}:{found.line}"


def _tasks(rec: Recording, want: Asked, tasks: dict[int, str]) -> list[Row]:
    """The newest statement of each task before the moment, from the frames that are known."""
    frames: dict[int, int] = {}
    for frame, (task, _) in rec.task_frames().items():
        step = rec.next_frame_step(want.step, -1, frame)
        if step >= 0:
            frames[task] = max(frames.get(task, -1), step)
    rows = []
    for task, name in tasks.items():
        newest = frames.get(task)
        current = task == want.task
        state = "task, here" if current else "task"
        where = _where(rec, newest) if newest is not None else "not begun"
        styles = ("strong" if current else "name", "type", "dim")
        rows.append(Row(newest, (one_line(name, 40), where, state), 0, styles))
    return rows
