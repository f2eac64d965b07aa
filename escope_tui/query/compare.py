"""Comparing two recordings of one program."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import islice
from typing import TYPE_CHECKING, Any

from ..errors import EscopeError
from ..model.differences import RunDifference
from ..model.events import Call
from ..model.text import one_line
from ..model.values import SET_KINDS, Value
from .apart import WHOLE, members_of
from .calls import CallView
from .control import values_read
from .flow import Child, Flow
from .sources import header
from .why import explain

if TYPE_CHECKING:
    from ..model.causes import Cause
    from ..replay.recording import Replay

MAX_STEPS = 50_000
"""Pairs of steps that are looked at before a comparison gives up."""
DEPTH = 4
NESTED = 8
"""So far down a difference is looked for."""


def compare_recordings(
    rec_a: Replay, rec_b: Replay, limit: int = 5, causes: bool = True
) -> list[RunDifference]:
    """The first differences of two runs of one program, in order: calls are aligned by the call
    tree, statements by their frames, so that what one run does more often does not put the rest out
    of step. With `causes`, the first of them say what fed the values.
    """
    found = list(islice(_Pair(rec_a, rec_b).walk(), max(limit, 0)))
    if not causes:
        return found
    return [_explained(rec_a, rec_b, each) if k < 2 else each for k, each in enumerate(found)]


def _explained(rec_a: Replay, rec_b: Replay, each: RunDifference) -> RunDifference:
    if each.kind not in ("value", "control") or not each.name:
        return each
    both: list[Cause | None] = []
    for rec, step in ((rec_a, each.step_a), (rec_b, each.step_b)):
        both.append(_cause(rec, each.name, step))
    return replace(each, cause_a=both[0], cause_b=both[1])


def _cause(rec: Replay, name: str, step: int) -> Cause | None:
    """Why a value is what it is: that of the name, or of the variable it begins with, as the parts
    of a tuple have no writes of their own.
    """
    for each in (name, re.split(r"[.\[]", name)[0]):
        try:
            return explain(rec, each, step, 5)
        except EscopeError:
            continue
    return None


class _Pair:
    def __init__(self, rec_a: Replay, rec_b: Replay) -> None:
        self.recs = (rec_a, rec_b)
        self.flows = (Flow(rec_a), Flow(rec_b))
        self.views = (CallView(rec_a), CallView(rec_b))
        self.left = MAX_STEPS
        self.told: set[tuple[str, str, str]] = set()

    def walk(self) -> Iterator[RunDifference]:
        roots = [view.roots() for view in self.views]
        for one, other in _aligned(*roots):
            if one is not None and other is not None:
                yield from self._calls(one, other)
            else:
                only = one or other
                if only is not None:
                    yield self._only(only, one is not None, only.enter, only.enter)

    def _only(self, call: Call, first: bool, a: int, b: int) -> RunDifference:
        which = "first" if first else "second"
        text = f"{one_line(call.function)} is called in the {which} run only"
        return RunDifference("call", text, a, b, call.file, call.line, call.function)

    def _calls(self, one: Call, other: Call) -> Iterator[RunDifference]:
        """Two frames, statement by statement; the calls of each statement before the next one."""
        frames = (one.frame_id, other.frame_id)
        steps = [one.enter, other.enter]
        while self.left > 0:
            self.left -= 1
            sites = [self._site(k, steps[k]) for k in (0, 1)]
            yield from self._values(steps, frames)
            children = [self._children(k, steps[k], frames[k]) for k in (0, 1)]
            for left, right in _aligned(*children):
                if left is not None and right is not None:
                    yield from self._calls(left, right)
                elif left is not None or right is not None:
                    only = left or right
                    assert only is not None
                    yield self._only(only, left is not None, steps[0], steps[1])
            later = [self.recs[k].next_frame_step(steps[k] + 1, 1, frames[k]) for k in (0, 1)]
            if later[0] < 0 or later[1] < 0:
                if (later[0] < 0) != (later[1] < 0):
                    yield self._parted(steps, later, frames, sites)
                break
            if self._site(0, later[0]) != self._site(1, later[1]):
                yield self._parted(steps, later, frames, sites)
                if not self._together(later, frames):
                    break
            steps = later
        yield from self._results(one, other, steps)

    def _site(self, k: int, step: int) -> tuple[str, int, int]:
        site = self.recs[k].program.site(self.recs[k].site_of(step))
        name = self.recs[k].program.function_of(site).qualname
        return name, site.line, site.column

    def _children(self, k: int, step: int, frame: int) -> list[Call]:
        children: list[Child] = self.flows[k].children(step, frame)
        return [self.views[k].call(each.enter) for each in children]

    def _together(self, later: list[int], frames: tuple[int, int]) -> bool:
        """Brings two frames that have parted to the next statement that both run."""
        ahead: list[dict[tuple[str, int, int], int]] = [{}, {}]
        at = list(later)
        for _ in range(400):
            for k in (0, 1):
                if at[k] >= 0:
                    ahead[k].setdefault(self._site(k, at[k]), at[k])
                    site = self._site(k, at[k])
                    if site in ahead[1 - k]:
                        later[k], later[1 - k] = at[k], ahead[1 - k][site]
                        return True
                    at[k] = self.recs[k].next_frame_step(at[k] + 1, 1, frames[k])
            if at[0] < 0 and at[1] < 0:
                break
        return False

    def _values(self, steps: list[int], frames: tuple[int, int]) -> Iterator[RunDifference]:
        scopes = [self.recs[k].state.frame_locals(steps[k], frames[k]) for k in (0, 1)]
        function, line, _ = self._site(0, steps[0])
        for name in scopes[0]:
            if name not in scopes[1] or ("value", function, name) in self.told:
                continue
            a, b = scopes[0][name], scopes[1][name]
            if a.kind in WHOLE or _alike(a, b):
                continue
            self.told.add(("value", function, name))
            name, a, b, more = _first_apart(name, a, b)
            text = f"{name} is {a.summary(60)} in the first run, {b.summary(60)} in the second"
            if more:
                text += f" ({more:,} more differ)"
            file = self._file(steps[0])
            yield RunDifference("value", text, steps[0], steps[1], file, line, function, name, a, b)

    def _file(self, step: int) -> str:
        program = self.recs[0].program
        return program.paths[program.site(self.recs[0].site_of(step)).module]

    def _parted(
        self, steps: list[int], later: list[int], frames: tuple[int, int], sites: list[Any]
    ) -> RunDifference:
        """After the same statement, other ones."""
        function, line, _ = sites[0]
        lines = [self._site(k, later[k])[1] if later[k] >= 0 else None for k in (0, 1)]
        rec = self.recs[0]
        node = rec.syntax.statement(rec.program.site(rec.site_of(steps[0])))
        test = header(node) if isinstance(node, ast.If | ast.While | ast.For) else None
        reads = [values_read(self.recs[k], test, steps[k], frames[k]) for k in (0, 1)]
        name, a, b = "", None, None
        for (text, one), (_, other) in zip(*reads, strict=False):
            if not _alike(one, other):
                name, a, b = text, one, other
                break
        ways = [f"line {each}" if each is not None else "the end" for each in lines]
        words = f"after line {line} the first run goes on to {ways[0]}, the second to {ways[1]}"
        if name and a is not None and b is not None:
            words += f": {one_line(name, 40)} is {a.summary(40)} and {b.summary(40)}"
        kind = "control" if None not in lines else "end"
        file = self._file(steps[0])
        return RunDifference(kind, words, steps[0], steps[1], file, line, function, name, a, b)

    def _results(self, one: Call, other: Call, steps: list[int]) -> Iterator[RunDifference]:
        a = self.views[0].call_end(one)
        b = self.views[1].call_end(other)
        key = ("result", one.function, "")
        if (a.outcome == b.outcome and _alike(a.returned, b.returned)) or key in self.told:
            return
        self.told.add(key)
        shown = [
            end.outcome if value is None else f"{end.outcome} {value.summary(50)}"
            for end, value in (
                (a, a.returned if a.returned is not None else a.exception),
                (b, b.returned if b.returned is not None else b.exception),
            )
        ]
        text = f"{one_line(one.function)}: {shown[0]} in the first run, {shown[1]} in the second"
        yield RunDifference(
            "result",
            text,
            steps[0],
            steps[1],
            one.file,
            one.line,
            one.function,
            "",
            a.returned,
            b.returned,
        )


def _aligned(one: list[Call], other: list[Call]) -> Iterator[tuple[Call | None, Call | None]]:
    """Calls in pairs, as their functions follow each other."""
    names = [[call.function for call in calls] for calls in (one, other)]
    matcher = SequenceMatcher(None, names[0], names[1], autojunk=False)
    for tag, a1, a2, b1, b2 in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(one[a1:a2], other[b1:b2], strict=True)
        else:
            yield from ((each, None) for each in one[a1:a2])
            yield from ((None, each) for each in other[b1:b2])


def _first_apart(name: str, a: Value, b: Value) -> tuple[str, Value, Value, int]:
    """The member in which two values differ, as far down as there is only one or as both show the
    same; how it is written, both values, and how many other members were passed by.
    """
    more = 0
    for _ in range(NESTED):
        kinds = {(each.kind, each.type_name, each.size) for each in (a, b)}
        if len(kinds) > 1 or a.is_scalar or a.kind in WHOLE or a.kind in SET_KINDS:
            break
        one, other = members_of(a), members_of(b)
        apart = [key for key in one if key in other and not _alike(one[key][1], other[key][1])]
        alike = a.summary(60) == b.summary(60)
        if not apart or (not alike and (len(apart) > 1 or one.keys() != other.keys())):
            break
        more += len(apart) - 1
        name += one[apart[0]][0]
        a, b = one[apart[0]][1], other[apart[0]][1]
    return name, a, b, more


def _alike(a: Value | None, b: Value | None) -> bool:
    """Whether two values of two runs show the same data, whatever their identities."""
    if a is None or b is None:
        return a is b
    if a.kind != b.kind or a.type_name != b.type_name or a.size != b.size:
        return False
    if a.is_scalar:
        return bool(a.data == b.data) or (a.data != a.data and b.data != b.data)
    if a.kind in WHOLE or a.kind in ("opaque", "iterator"):
        return True
    return repr(_plain(a)) == repr(_plain(b))


def _plain(value: Value) -> Any:
    """Plain data without identities."""

    def strip(each: Any) -> Any:
        if isinstance(each, dict):
            return {repr(strip(k)): strip(v) for k, v in each.items()}
        if isinstance(each, list | tuple):
            return [strip(member) for member in each]
        if isinstance(each, set | frozenset):
            return sorted(repr(member) for member in each)
        attrs = getattr(each, "attrs", None)
        if attrs is not None:
            return (each.type_name, strip(attrs), strip(getattr(each, "items", None)))
        if getattr(each, "reason", None) is not None:
            return (each.reason, each.missing, each.type_name)
        return each

    return strip(value.python(DEPTH))
