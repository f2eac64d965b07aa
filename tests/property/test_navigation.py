"""Over recorded programs: movement, writes and values tell one story, from whichever side."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.query.recording import Recording
from tests.helpers.programs import PROGRAMS

LOOKED_AT = 150
"""Steps of each program that are looked at."""


_traces: dict[Path, Path] = {}
"""Recordings made so far by this worker."""


@pytest.fixture(params=PROGRAMS, ids=lambda path: path.stem)
def rec(
    request: pytest.FixtureRequest,
    record: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Recording]:
    """Each program's recording, made once for all tests."""
    if request.param not in _traces:
        done = record(str(request.param))
        _traces[request.param] = done.trace.rename(tmp_path_factory.mktemp("kept") / "trace.esr")
    with escope.open(str(_traces[request.param])) as opened:
        yield opened


def some_steps(rec: Recording, count: int = LOOKED_AT) -> list[int]:
    """Steps to look at, always the same ones."""
    if len(rec) <= count:
        return list(range(len(rec)))
    return sorted(random.Random(7).sample(range(len(rec)), count))


def test_over_and_out_agree_with_stacks(rec: Recording) -> None:
    for step in some_steps(rec):
        here = rec[step]
        assert len(rec.stack(step)) == here.depth
        assert rec.stack(step)[-1].frame_id == here.frame_id
        for direction in (1, -1):
            into = rec.timeline.into(step, direction)
            over = rec.timeline.over(step, direction)
            out = rec.timeline.out(step, direction)
            for found in (into, over, out):
                if found is not None:
                    assert (found - step) * direction > 0
                    assert rec[found].thread == here.thread
            if over is not None:
                assert into is not None
                assert (over - into) * direction >= 0
                seen = rec[over]
                assert seen.frame_id == here.frame_id or seen.depth < here.depth
            if out is not None and over is not None:
                assert rec[out].depth < here.depth or rec[out].frame_id != here.frame_id


def test_each_line_hit_is_a_step_and_counts_agree(rec: Recording) -> None:
    lines: dict[tuple[str, int], list[int]] = {}
    for step in rec:
        lines.setdefault((step.file, step.line), []).append(step.index)
    for (file, line), steps in list(lines.items())[:60]:
        assert [hit.step for hit in rec.hits(file, line)] == steps


def test_the_last_write_of_a_name_gave_it_its_value(rec: Recording) -> None:
    for step in some_steps(rec, 60):
        for name, value in rec.locals(step).items():
            if not value.is_scalar:
                continue
            write = rec.last_write(name, before=step)
            if write is None:
                first = rec.stack(step)[-1]
                assert rec.next_frame_step(step - 1, -1, first.frame_id) < 0, (step, name)
                continue
            assert write.step < step
            assert write.visible <= step
            assert write.value is not None
            assert same(write.value, value), (step, name, write)


def same(left: Any, right: Any) -> bool:
    """Whether two scalars are alike, also if neither is a number."""
    return left.kind == right.kind and repr(left.data) == repr(right.data)


def test_what_changed_explains_the_difference(rec: Recording) -> None:
    for step in some_steps(rec, 60):
        if step == 0 or rec[step].frame_id != rec[step - 1].frame_id:
            continue
        before, after = rec.locals(step - 1), rec.locals(step)
        changed = {change.name for change in rec.changes(step) if change.scope == "local"}
        for name in before.keys() | after.keys():
            old, new = before.get(name), after.get(name)
            differs = old is None or new is None
            if old is not None and new is not None:
                differs = old.object_id != new.object_id or (old.is_scalar and not same(old, new))
            if differs:
                assert name in changed, (step, name)


def test_calls_nest_like_the_stack(rec: Recording) -> None:
    for call in rec.calls()[:80]:
        assert rec[call.enter].frame_id == call.frame_id
        assert rec[call.enter].is_entry or rec[call.enter].kind == "iteration"
        if call.exit is not None:
            assert call.exit >= call.enter
        caller = call.caller
        if caller is not None:
            assert caller < call.enter


def test_evaluating_a_name_gives_the_variable(rec: Recording) -> None:
    for step in some_steps(rec, 40):
        for name, value in rec.locals(step).items():
            if value.kind in ("depth", "unknown"):
                continue
            found = rec.evaluate(name, at=step)
            assert found.object_id == value.object_id
            assert found.summary() == value.summary()


def test_reasons_are_given_for_every_variable_and_never_fail(rec: Recording) -> None:
    for step in some_steps(rec, 12):
        for name in rec.locals(step):
            cause = rec.why(name, at=step)
            assert all(line.isprintable() for line in cause.lines())
            for each in cause:
                assert each.step is None or each.step <= step
