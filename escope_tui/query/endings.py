"""What a recording tells of the end of the program and of its threads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ..model.text import safe_text
from ..model.values import Value
from ..replay.recording import EV_END, EV_RETURN, EV_UNWIND, EV_YIELD
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay

STDERR = 2
LONGEST = 100_000
"""So much of a report is kept."""
HANDLERS = 100
"""So many functions that Python calls at the end are passed by."""
REPORT = "Exception in thread "
"""How Python's own report about a thread begins."""


def endings(rec: Replay) -> Endings:
    """What the recording tells of ends; looked up once."""
    found: Endings | None = rec.kept.get("endings")
    if found is None:
        found = rec.kept["endings"] = Endings(rec)
    return found


class Endings:
    """What Python said of the exceptions that ended the program or a thread."""

    def __init__(self, rec: Replay) -> None:
        self._rec = rec
        facts = rec.file.meta.get("exception")
        self._facts = facts if isinstance(facts, dict) else None
        self._names = rec.threads()

    def ended(self, thread: int, seen: int, value: Value | None) -> bool:
        """Whether an exception that left recorded code ended its thread: the program's own ending
        is in the facts about it, a thread's in what Python printed.
        """
        name = value.type_name.rpartition(".")[2] if value is not None else ""
        if thread == self._main:
            if name == "SystemExit":
                return self._rec.next_thread_step(seen + 1, 1, thread) < 0
            return self._facts is not None and name == self._last_name
        report = self._report(thread)
        said = [each for each in self._reports if each.title == report]
        return bool(said) and said[-1].step >= seen and name in said[-1].text

    @property
    def reported(self) -> bool:
        """Whether Python told of the end of any thread."""
        return bool(self._reports)

    @property
    def threads(self) -> list[int]:
        """The threads that an exception may have ended: the main one, and those that Python told
        of.
        """
        said = {each.title for each in self._reports}
        others = [each for each in sorted(self._names) if self._report(each) in said]
        return [self._main, *(each for each in others if each != self._main)]

    def _report(self, thread: int) -> str:
        return f"{REPORT}{safe_text(self._names.get(thread, ''))}:"

    @cached_property
    def _main(self) -> int:
        thread = self._facts.get("thread", 0) if self._facts is not None else 0
        return thread if isinstance(thread, int) else 0

    @cached_property
    def _last_name(self) -> str:
        name = str(self._facts.get("type", "")) if self._facts is not None else ""
        return safe_text(name).rpartition(".")[2]

    @cached_property
    def _reports(self) -> list[_Report]:
        """What Python said of threads, in order."""
        found: list[_Report] = []
        before = ""
        for step, stream, data in self._rec.file.output():
            if stream != STDERR:
                continue
            text = data.decode("utf-8", "replace")
            whole = before + text
            at = whole.find(REPORT)
            if found and len(found[-1].text) < LONGEST:
                found[-1].text += text
            while at >= 0:
                found.append(_Report(step, whole[at:]))
                at = whole.find(REPORT, at + 1)
            before = whole[max(len(whole) - len(REPORT) + 1, 0) :]
        return found


@dataclass(slots=True)
class _Report:
    """What Python said of one thread."""

    step: int
    text: str
    """From its first line on, cut somewhere behind it."""

    @property
    def title(self) -> str:
        """Its first line."""
        return safe_text(self.text[:400].partition("\n")[0])


def last_step(rec: Replay, thread: object) -> int:
    """The last step of a thread; of an unknown one, that of the recording. What ran after an
    exception had ended the program's first frame (`atexit`, `sys.excepthook`) is passed by.
    """
    last = len(rec) - 1
    if not isinstance(thread, int):
        return last
    near = rec.next_thread_step(last, -1, thread)
    if near < 0:
        return last
    facts = rec.file.meta.get("exception")
    if not isinstance(facts, dict) or facts.get("thread", 0) != thread:
        return near
    first = rec.stack(rec.next_thread_step(0, 1, thread))[0].frame_id
    step = near
    for _ in range(HANDLERS):
        outermost = rec.stack(step)[0].frame_id
        if outermost == first:
            return step
        with rec.state.lock:
            begun: int = guarded(partial(rec.scanner.frame_range, outermost))[0]
        step = rec.next_thread_step(begun - 1, -1, thread)
        if step < 0:
            break
    return near


def last_statement(rec: Replay, thread: object) -> int:
    """The step of the statement that a thread was in at its end: the calls that this statement had
    made and that were over are passed by. Of an unknown thread, the last step.
    """
    last = last_step(rec, thread)
    over = EV_RETURN | EV_END | EV_YIELD | EV_UNWIND
    ended = {raw[3] for raw in rec.raw_events(last, last + 1, over)}
    left = (each for each in reversed(rec.stack(last)) if each.frame_id not in ended)
    return next((each.last_step for each in left), last)
