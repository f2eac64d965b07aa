"""The threads and tasks at this moment, and what waits: coroutines and generators as stacks."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING

from ...session.projection import View
from ...session.threads import Asked, Strand, strands
from .table import Row, TablePane

if TYPE_CHECKING:
    from ..feeds import Job


class ThreadsPane(TablePane):
    """Enter goes to the last statement of a thread, a task or a frame that waits."""

    TITLE = "Threads"
    EMPTY = "no other thread and no task"
    SORTED = False

    def wants(self, view: View) -> Hashable:
        return Asked(view.step.index, view.step.thread, view.step.task)

    def fetch(self, job: Job, want: Asked) -> list[Row]:
        return [_row(each) for each in strands(job.recording, want)]


def _row(each: Strand) -> Row:
    first = "strong" if each.state == "here" else "name" if each.state else "dim"
    styles = (first, "type", "dim")
    return Row(each.step, (each.name, each.where, each.state), each.frame, styles, note=each.note)
