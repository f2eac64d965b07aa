"""Movement over a small made-up program, forward and backward."""

from __future__ import annotations

import pytest

from escope_tui.errors import NotFoundError
from escope_tui.model.values import value_of
from escope_tui.query.recording import Recording
from escope_tui.replay.breakpoints import Breakpoint, Stop
from tests.helpers.fakestate import Scope, Story

SOURCE = """\
x = 1
y = f(x)
z = f(y) + f(x)
def f(a):
    b = g(a)
    return b
def g(c):
    return c + 1
"""
MODULE, F, G, GEN = 0, 1, 2, 3
SCOPES = [
    Scope("<module>", ["x", "y", "z"], kind="module"),
    Scope("f", ["a", "b"], parameters=1),
    Scope("g", ["c"], parameters=1),
    Scope("gen", ["n"], parameters=1, kind="generator"),
]


def call_f(story: Story, value: int) -> int:
    """f(value), which calls g."""
    first = story.enter(F, 5, a=value)
    story.enter(G, 8, c=value)
    story.leave(value + 1)
    story.write("b", value + 1)
    story.line(6)
    story.leave(value + 1)
    return first


@pytest.fixture
def story() -> Story:
    """Steps: 0 x=1, 1 y=f(x), 2 f, 3 g, 4 f, 5 z=f(y)+f(x), 6 f, 7 g, 8 f, 9 f, 10 g, 11 f, 12."""
    told = Story(SOURCE, SCOPES)
    told.enter(MODULE, 1)
    told.write("x", 1)
    told.line(2)
    call_f(told, 1)
    told.write("y", 2)
    told.line(3)
    call_f(told, 2)
    call_f(told, 1)
    told.write("z", 5)
    told.line(3)
    return told


def test_into_visits_every_step_both_ways(story: Story) -> None:
    rec = story.open()
    forward = [0]
    while (step := rec.timeline.into(forward[-1])) is not None:
        forward.append(step)
    back = [forward[-1]]
    while (step := rec.timeline.into(back[-1], -1)) is not None:
        back.append(step)
    assert forward == list(range(len(rec)))
    assert back == forward[::-1]


@pytest.mark.parametrize(
    ("start", "forward", "backward"),
    [
        (0, 1, None),
        (1, 5, 0),
        (2, 4, 1),
        (3, 4, 2),
        (4, 5, 2),
        (5, 12, 1),
        (8, 12, 6),
        (9, 11, 5),
        (12, None, 5),
    ],
)
def test_over_stays_in_the_frame(
    story: Story, start: int, forward: int | None, backward: int | None
) -> None:
    rec = story.open()
    assert rec.timeline.over(start) == forward
    assert rec.timeline.over(start, -1) == backward


@pytest.mark.parametrize(
    ("start", "forward", "backward"),
    [(0, None, None), (2, 5, 1), (3, 4, 2), (7, 8, 6), (8, 12, 5), (10, 11, 9)],
)
def test_out_goes_to_the_caller(
    story: Story, start: int, forward: int | None, backward: int | None
) -> None:
    rec = story.open()
    assert rec.timeline.out(start) == forward
    assert rec.timeline.out(start, -1) == backward


def test_runs_stop_at_breakpoints_with_conditions(story: Story) -> None:
    rec = story.open()
    line = Breakpoint("story.py", 6)
    assert [stop.step for stop in _stops(rec, [line])] == [4, 8, 11]
    assert [stop.step for stop in _stops(rec, [line], -1)] == [11, 8, 4]
    some = Breakpoint("story.py", 6, "b > 2")
    assert [stop.step for stop in _stops(rec, [some])] == [8]
    function = Breakpoint(function="g")
    assert [stop.step for stop in _stops(rec, [function, some])] == [3, 7, 8, 10]
    off = Breakpoint("story.py", 6, enabled=False)
    assert rec.timeline.resume(0, 1, [off]) is None


def _stops(rec: Recording, points: list[Breakpoint], direction: int = 1) -> list[Stop]:
    found = []
    step = 0 if direction > 0 else len(rec) - 1
    while (stop := rec.timeline.resume(step, direction, points)) is not None:
        found.append(stop)
        step = stop.step
    return found


def test_a_condition_that_cannot_be_answered_stops_and_says_so(story: Story) -> None:
    rec = story.open()
    stop = rec.timeline.resume(0, 1, [Breakpoint("story.py", 6, "b.real.x")])
    assert stop is not None
    assert stop.step == 4
    assert stop.problem


def test_run_to_a_line_both_ways(story: Story) -> None:
    rec = story.open()
    assert rec.timeline.to_line(0, 1, "story.py", 8) == 3
    assert rec.timeline.to_line(7, 1, "story.py", 8) == 10
    assert rec.timeline.to_line(7, -1, "story.py", 8) == 3
    assert rec.timeline.same_line(8) == 11
    with pytest.raises(NotFoundError):
        rec.timeline.to_line(0, 1, "nowhere.py", 1)


def test_over_a_yield_goes_to_the_consumer() -> None:
    story = Story(SOURCE, SCOPES)
    story.enter(MODULE, 1)
    story.enter(GEN, 2, n=3)
    frame = story.suspend(1)
    story.line(3)
    story.resume(frame)
    story.line(4)
    story.leave(None)
    story.line(5)
    rec = story.open()
    assert rec.timeline.over(1) == 2
    assert rec.timeline.over(2) == 4
    assert rec.timeline.over(3, -1) == 2
    assert [frame.function for frame in rec.stack(3)] == ["<module>", "gen"]


def test_threads_do_not_mix() -> None:
    story = Story(SOURCE, SCOPES)
    story.enter(MODULE, 1)
    story.switch(1)
    story.enter(F, 5, a=1)
    story.switch(0)
    story.line(2)
    story.switch(1)
    story.line(6)
    rec = story.open()
    assert rec.timeline.into(0) == 2
    assert rec.timeline.over(1) == 3
    assert rec.timeline.over(3, -1) == 1
    assert rec.timeline.out(1, -1) is None


def test_writes_name_the_statement_that_wrote(story: Story) -> None:
    rec = story.open()
    write = rec.last_write("y", before=12)
    assert write is not None
    assert (write.step, write.visible, write.old) == (1, 5, None)
    assert write.value == value_of(2)
    assert rec.last_write("y", before=4) is None
    assert rec.next_write("z", after=0).step == 5  # type: ignore[union-attr]
    parameter = rec.last_write("c", before=7)
    assert parameter is not None
    assert (parameter.kind, parameter.step) == ("parameter", 6)
    assert parameter.value == value_of(2)
    steps = []
    place: int | None = None
    while (found := rec.last_write("b", before=place)) is not None:
        steps.append(found.step)
        place = found.step
        if len(steps) > 10:
            break
    assert steps[0] == 9


def test_an_unknown_name_is_an_error(story: Story) -> None:
    with pytest.raises(NotFoundError):
        story.open().last_write("nobody", before=3)


def test_calls_tell_how_they_ended(story: Story) -> None:
    rec = story.open()
    calls = [call for at in (2, 6, 9) if (call := rec.call_at(at)) is not None]
    assert [call.enter for call in calls] == [2, 6, 9]
    assert [dict(call.args) for call in calls] == [{"a": 1}, {"a": 2}, {"a": 1}]
    assert [call.returned for call in calls] == [2, 3, 2]
    assert [call.caller for call in calls] == [1, 5, 5]
    assert calls[0].outcome == "return"
    module = rec.call_at(0)
    assert module is not None
    assert module.outcome == "running"


def test_changes_name_what_differs(story: Story) -> None:
    rec = story.open()
    assert [(c.name, c.scope) for c in rec.changes(1)] == [("x", "local")]
    assert [c.name for c in rec.changes(2)] == ["a"]
    assert [c.name for c in rec.changes(5)] == ["y"]
    assert rec.changes(12, since=5)[0].name == "z"


def test_steps_can_be_counted_from_the_end_and_sliced(story: Story) -> None:
    rec = story.open()
    assert rec[-1].index == len(rec) - 1
    assert [step.index for step in rec[2:5]] == [2, 3, 4]
    assert [step.index for step in rec[::-4]] == [12, 8, 4, 0]
    assert rec[4].kind == "return"
    assert rec[3].is_entry
    assert [step.index for step in rec] == list(range(len(rec)))
    with pytest.raises(IndexError):
        rec[len(rec)]


def test_a_value_keeps_its_moment() -> None:
    story = Story(SOURCE, SCOPES)
    story.enter(MODULE, 1)
    story.write("x", 1)
    story.frame.slots[0] = story.make(1, items=[1])
    story.line(2)
    story.make(1, items=[1, 2])
    story.line(3)
    rec = story.open()
    before, after = rec.locals(1)["x"], rec.locals(2)["x"]
    assert after.python() == [1, 2]
    assert before.python() == [1]
    assert before.object_id == after.object_id
    assert [(c.name, c.in_place) for c in rec.changes(2)] == [("x", True)]
