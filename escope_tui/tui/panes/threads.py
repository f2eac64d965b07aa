"""The threads and tasks at this moment, and what waits: coroutines and generators as stacks."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ...model.text import one_line
from ...query.waiting import Waiting, logical_stacks
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
    """Enter goes to the last statement of a thread, a task or a frame that waits."""

    TITLE = "Threads"
    EMPTY = "no other thread and no task"
    SORTED = False

    def wants(self, view: View) -> Hashable:
        return Asked(view.step.index, view.step.thread, view.step.task)

    def fetch(self, job: Job, want: Asked) -> list[Row]:
        rec = job.recording
        rows = [self._thread(rec, want, number, name) for number, name in rec.threads().items()]
        return rows + _waiting(rec, want)

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


def _waiting(rec: Recording, want: Asked) -> list[Row]:
    """The tasks, each with the coroutines that it waits in, innermost first; then the generators
    that are suspended.
    """
    tasks = rec.tasks()
    stacks = logical_stacks(rec, want.step)
    roots = rec.task_frames()
    by_task = {roots[s[-1].frame][0]: s for s in stacks if s[-1].frame in roots}
    rows: list[Row] = []
    newest = _newest(rec, want) if tasks else {}
    for task, name in tasks.items():
        current, stack = task == want.task, by_task.get(task)
        styles = ("strong" if current else "name", "type", "dim")
        if current or stack is None:
            step = want.step if current else newest.get(task)
            where = _where(rec, step) if step is not None else ""
            state = "here" if current else "not begun" if step is None else "ended"
            rows.append(Row(step, (one_line(name, 40), where, state), 0, styles))
            continue
        rows += _stack(stack, one_line(name, 40), "waiting", styles)
    for stack in stacks:
        if stack[-1].frame not in roots:
            name = "generator" if len(stack) == 1 else "generators"
            rows += _stack(stack, name, "", ("dim", "type", "dim"))
    return rows


def _stack(stack: list[Waiting], name: str, state: str, styles: tuple[str, ...]) -> Iterator[Row]:
    for at, each in enumerate(stack):
        where = f"{one_line(each.function, 40)}:{each.line}"
        words = (name, where, state) if at == 0 else ("", f"‹ {where}", "")
        note = f"{one_line(each.function, 40)} waits here"
        yield Row(each.step, words, each.frame, styles, note=note)


def _newest(rec: Recording, want: Asked) -> dict[int, int]:
    """The newest statement of each task before the moment."""
    found: dict[int, int] = {}
    for frame, (task, _) in rec.task_frames().items():
        step = rec.next_frame_step(want.step, -1, frame)
        if step >= 0:
            found[task] = max(found.get(task, -1), step)
    return found
