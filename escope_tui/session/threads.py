"""The threads and tasks at a moment, and what waits: coroutines and generators as stacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..model.text import one_line
from ..query.waiting import Waiting, logical_stacks

if TYPE_CHECKING:
    from ..query.recording import Recording


class Asked(NamedTuple):
    """A moment, and the thread that it belongs to."""

    step: int
    thread: int
    task: int | None


class Strand(NamedTuple):
    """A thread, a task or a frame that waits."""

    name: str
    """Of a thread or task, or "generator"; empty for a frame that the one above waits for."""
    where: str
    state: str
    """here, running, waiting, ended, not begun; empty for what is not a thread or task."""
    step: int | None
    """Its last statement by now."""
    frame: int = 0
    """The frame that waits; 0: the innermost."""
    note: str = ""


def strands(rec: Recording, want: Asked) -> list[Strand]:
    """All of them, each with the frames that it waits in, innermost first."""
    found = [_thread(rec, want, number, name) for number, name in rec.threads().items()]
    return found + _waiting(rec, want)


def _thread(rec: Recording, want: Asked, number: int, name: str) -> Strand:
    step = rec.next_thread_step(want.step, -1, number)
    here = number == want.thread
    state = "here" if here else ("not begun" if step < 0 else _state(rec, want, number))
    where = _where(rec, step) if step >= 0 else ""
    return Strand(one_line(name, 40), where, state, step if step >= 0 else None)


def _state(rec: Recording, want: Asked, thread: int) -> str:
    later = rec.next_thread_step(min(want.step + 1, len(rec) - 1), 1, thread)
    return "running" if later >= 0 else "ended"


def _where(rec: Recording, step: int) -> str:
    found = rec[step]
    return f"{one_line(found.function, 40)}:{found.line}"


def _waiting(rec: Recording, want: Asked) -> list[Strand]:
    """The tasks, then the generators that are suspended."""
    tasks = rec.tasks()
    stacks = logical_stacks(rec, want.step)
    roots = rec.task_frames()
    by_task = {roots[s[-1].frame][0]: s for s in stacks if s[-1].frame in roots}
    found: list[Strand] = []
    newest = _newest(rec, want) if tasks else {}
    for task, name in tasks.items():
        here, stack = task == want.task, by_task.get(task)
        if here or stack is None:
            step = want.step if here else newest.get(task)
            where = _where(rec, step) if step is not None else ""
            state = "here" if here else "not begun" if step is None else "ended"
            found.append(Strand(one_line(name, 40), where, state, step))
            continue
        found += _stack(stack, one_line(name, 40), "waiting")
    for stack in stacks:
        if stack[-1].frame not in roots:
            found += _stack(stack, "generator" if len(stack) == 1 else "generators", "")
    return found


def _stack(stack: list[Waiting], name: str, state: str) -> Iterator[Strand]:
    for at, each in enumerate(stack):
        where = f"{one_line(each.function, 40)}:{each.line}"
        words = (name, where, state) if at == 0 else ("", f"‹ {where}", "")
        note = f"{one_line(each.function, 40)} waits here"
        yield Strand(*words, each.step, each.frame, note)


def _newest(rec: Recording, want: Asked) -> dict[int, int]:
    """The newest statement of each task before the moment."""
    found: dict[int, int] = {}
    for frame, (task, _) in rec.task_frames().items():
        step = rec.next_frame_step(want.step, -1, frame)
        if step >= 0:
            found[task] = max(found.get(task, -1), step)
    return found
