"""Calls of recorded functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..errors import NotFoundError
from ..model.events import Call, CallEnd
from ..model.sites import ENTER
from ..model.text import one_line
from ..model.values import Value
from ..replay.recording import EV_END, EV_LOST, EV_RETURN, EV_UNWIND
from ..replay.state import guarded

if TYPE_CHECKING:
    from ..replay.recording import Replay

_OUTCOMES = {EV_RETURN: "return", EV_UNWIND: "raise", EV_END: "end", EV_LOST: "lost"}


def iter_calls(
    rec: Replay,
    function: str | None = None,
    file: str | None = None,
    start: int = 0,
    direction: int = 1,
) -> Iterator[Call]:
    """Calls from a step on, in either direction, in the order of their first steps."""
    found = rec.program.find_functions(function, file)
    if function is not None and not found:
        raise NotFoundError(f"no recorded function is called {one_line(function)}")
    sites = frozenset(rec.program.enter_sites(found))
    step = rec.next_site(start, direction, sites)
    view = CallView(rec)
    while step >= 0:
        info = rec.step_info(step)
        entry = rec.program.site(info.site).flags & ENTER
        if entry or rec.next_frame_step(step - 1, -1, info.frame) < 0:
            yield view.call(step)
        step = rec.next_site(step + direction, direction, sites)


class CallView:
    """Looks up what a `Call` does not carry."""

    def __init__(self, rec: Replay) -> None:
        self._rec = rec
        self._ends: dict[int, CallEnd] = {}

    def call(self, step: int) -> Call:
        """The call whose first step is `step`."""
        rec = self._rec
        info = rec.step_info(step)
        site = rec.program.site(info.site)
        function = rec.program.function_of(site)
        return Call(
            function.qualname,
            rec.program.paths[site.module],
            function.line,
            info.frame,
            info.thread,
            step,
            self,
        )

    def call_args(self, call: Call) -> Mapping[str, Value]:
        """The parameters on entry."""
        rec = self._rec
        function = rec.program.function_of(rec.program.site(rec.site_of(call.enter)))
        names = function.variables[: function.parameters]
        bound = rec.state.frame_locals(call.enter, call.frame_id)
        return MappingProxyType({name: bound[name] for name in names if name in bound})

    def call_end(self, call: Call) -> CallEnd:
        """How the call ended."""
        found = self._ends.get(call.frame_id)
        if found is None:
            if len(self._ends) > 10_000:
                self._ends.clear()
            found = self._ends[call.frame_id] = self._find_end(call)
        return found

    def _find_end(self, call: Call) -> CallEnd:
        rec = self._rec
        with rec.state.lock:
            last = guarded(lambda: rec.scanner.frame_range(call.frame_id)[1])
        kinds = EV_RETURN | EV_UNWIND | EV_END | EV_LOST
        for raw in rec.raw_events(last, last + 1, kinds):
            step, kind, _, frame, _, value = raw
            if frame != call.frame_id:
                continue
            passed = None
            if kind in (EV_RETURN, EV_UNWIND):
                passed = rec.state.passed_value(value, step)
            if kind == EV_END and rec.program.function(*self._scope(call)).kind != "class":
                return CallEnd(step, "return", rec.state.value(None, step))
            return CallEnd(
                step,
                _OUTCOMES[kind],
                passed if kind == EV_RETURN else None,
                passed if kind == EV_UNWIND else None,
            )
        return CallEnd(None, "running")

    def _scope(self, call: Call) -> tuple[int, int]:
        site = self._rec.program.site(self._rec.site_of(call.enter))
        return site.module, site.function

    def call_site(self, call: Call) -> int | None:
        """The caller's statement that made the call."""
        return caller_step(self._rec, call.frame_id, call.enter)


def caller_step(rec: Replay, frame: int, enter: int) -> int | None:
    """The newest step of a frame's parent before the frame began."""
    with rec.state.lock:
        parent = guarded(lambda: rec.scanner.frame_info(frame)[2])
    if not parent or enter <= 0:
        return None
    step = rec.next_frame_step(enter - 1, -1, parent)
    return step if step >= 0 else None
