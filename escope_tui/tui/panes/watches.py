"""Expressions that are watched, and the breakpoints, with what each of them stops at."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ...errors import EscopeError
from ...model.text import one_line
from ...session.projection import View
from ...session.stops import DATA, EXCEPTION, FUNCTION, LINE, Stop, nearest, sites_of
from .table import Row, TablePane

if TYPE_CHECKING:
    from ...query.recording import Recording
    from ..feeds import Job

MOST_MET = 1000
"""Hits of an exception or data breakpoint that are counted."""
VALUE = 80
COUNTED = 100_000
SYNTAX = "41 · file.py:41 · total() · raise KeyError · change self.total; then: if row.qty > 3"
_LINE = re.compile(r"(?:(.+):)?(\d{1,9})\Z")
_CALL = re.compile(r"([\w.<>]+)\(\)\Z")
_CONDITION = re.compile(r"\sif\s+(.+)\Z")


class Asked(NamedTuple):
    """What is watched at which moment, and the breakpoints to count the hits of."""

    expressions: tuple[str, ...]
    stops: tuple[Stop, ...]
    step: int
    frame: int


class WatchesPane(TablePane):
    """`w` watches an expression, `B` sets a breakpoint of any kind, Space turns one off and on."""

    TITLE = "Watches, breakpoints"
    EMPTY = "w watches an expression; b and B set breakpoints"
    SORTED = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._expressions: list[str] = []

    @property
    def expression(self) -> str:
        at = self._place()
        return self._expressions[at] if at < len(self._expressions) else ""

    def _place(self) -> int:
        row = self.chosen
        return self._all.index(row) if row in self._all else len(self._all)

    # -- what a person does

    def action_watch(self) -> None:
        self.host.ask_line(
            "watch: an expression over the variables of the frame",
            self._watch,
            past="watch",
        )

    def _watch(self, text: str) -> None:
        if text not in self._expressions:
            self._expressions.append(text)
        self.want_again()

    def action_stop(self) -> None:
        self.host.ask_line(f"breakpoint: {SYNTAX}", self._stop, past="stop")

    def _stop(self, text: str) -> None:
        view = self.host.view
        if view is None:
            return
        try:
            stop = parse_stop(text, view, self.host.session.engine.files)
        except EscopeError as error:
            self.host.tell(error.message, "warning")
            return
        added = self.host.session.stops.add(stop)
        self.host.refresh_view()
        self.host.tell(f"breakpoint {added.number}: {added.describe()}")
        self.want_again()

    def _chosen_stop(self) -> Stop | None:
        at = self._place() - len(self._expressions)
        stops = list(self.host.session.stops)
        return stops[at] if 0 <= at < len(stops) else None

    def action_unfold(self) -> None:
        """Turns a breakpoint off and on."""
        stop = self._chosen_stop()
        if stop is not None:
            self.host.session.stops.change(stop.number, enabled=not stop.enabled)
            self.host.refresh_view()
            self.want_again()

    def action_remove(self) -> None:
        stop = self._chosen_stop()
        if stop is not None:
            self.host.session.stops.remove(stop.number)
            self.host.refresh_view()
        elif self._place() < len(self._expressions):
            del self._expressions[self._place()]
        self.want_again()

    # -- the feed

    def show(self, view: View) -> None:
        super().show(view)

    def wants(self, view: View) -> Hashable:
        stops = tuple(self.host.session.stops)
        return Asked(tuple(self._expressions), stops, view.step.index, view.frame.frame_id)

    def fetch(self, job: Job, want: Asked) -> list[Row]:
        rec = job.recording
        rows = [_watched(rec, each, want) for each in want.expressions]
        for stop in want.stops:
            job.check()
            rows.append(_told(job, stop, want))
        return rows


def _watched(rec: Recording, text: str, want: Asked) -> Row:
    shown, style = _value(rec, text, want.step, want.frame)
    before = rec.next_frame_step(want.step - 1, -1, want.frame)
    past = _value(rec, text, before, want.frame)[0] if before >= 0 else shown
    changed = past != shown
    glyph = "●" if changed else " "
    was = f"was {past}" if changed else ""
    if style == "value" and changed:
        style = "changed"
    return Row(None, (f"{glyph} {one_line(text, 40)}", shown, was), 0, ("name", style, "dim"))


def _value(rec: Recording, text: str, step: int, frame: int) -> tuple[str, str]:
    try:
        return rec.evaluate(text, at=step, frame=frame).summary(VALUE), "value"
    except EscopeError as error:
        return one_line(error.message, VALUE), "dim"


def _told(job: Job, stop: Stop, want: Asked) -> Row:
    mark = "◉" if stop.enabled else "○"
    hits, nearest = _hits(job, stop, want.step)
    style = "name" if stop.enabled else "dim"
    return Row(nearest, (f"{mark} {stop.describe()}", hits), 0, (style, "type"))


def _hits(job: Job, stop: Stop, here: int) -> tuple[str, int | None]:
    """How often the place of a breakpoint is come by, and where that is next (else before)."""
    if stop.kind not in (LINE, FUNCTION):
        return _met(job, stop, here)
    rec = job.recording
    from ...replay.reach import check_condition

    try:
        sites = sites_of(rec, stop)
        check_condition(rec, stop.condition, sites)
    except EscopeError as error:
        return error.message, None
    totals = rec.file.site_hits()
    count = sum(totals.get(site, 0) for site in sites)
    wanted = frozenset(sites)
    step = rec.next_site(here + 1, 1, wanted)
    step = step if step >= 0 else rec.next_site(here, -1, wanted)
    return f"{count:,} time{'s' if count != 1 else ''}", step if step >= 0 else None


def _met(job: Job, stop: Stop, here: int) -> tuple[str, int | None]:
    """The same of exceptions and changes of data, which no index counts: found one by one."""
    every = replace(stop, enabled=True, ignore=0)
    steps: list[int] = []
    at = -1
    try:
        while len(steps) < MOST_MET and (found := nearest(job.recording, every, at, False)):
            job.check()
            at = found.step
            steps.append(at)
    except EscopeError as error:
        return error.message, None
    more = "+" if len(steps) == MOST_MET else ""
    later = next((step for step in steps if step > here), steps[-1] if steps else None)
    return f"{len(steps):,}{more} time{'s' if len(steps) != 1 else ''}", later


def parse_stop(text: str, view: View, files: Any) -> Stop:
    """A breakpoint as people write it; raises an `EscopeError` with what is understood."""
    from ...errors import NotFoundError, UsageError

    condition = _CONDITION.search(text)
    what = text[: condition.start()] if condition else text
    where = condition[1].strip() if condition else ""
    what = what.strip()
    word, _, rest = what.partition(" ")
    if word == "raise":
        return Stop(EXCEPTION, name=rest.strip(), condition=where)
    if word == "change" and rest.strip():
        step, frame = view.step.index, view.frame.frame_id
        return Stop(DATA, name=rest.strip(), step=step, frame=frame, condition=where)
    if found := _CALL.match(what):
        return Stop(FUNCTION, name=found[1], condition=where)
    if found := _LINE.match(what):
        file = view.frame.file
        if found[1]:
            named = files(found[1])
            if not named:
                raise NotFoundError(f"no recorded file ends in {one_line(found[1], 40)}")
            file = named[0]
        return Stop(LINE, file=file, line=int(found[2]), condition=where)
    raise UsageError(f"{one_line(what, 40)!r} is no breakpoint; try {SYNTAX}")
