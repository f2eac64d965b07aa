"""Frames of every kind: stacks, variables, identities and tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.query.recording import Recording

GENERATOR = """
def gen(n):
    for k in range(n):
        yield k * 2
g = gen(2)
first = next(g)
between = 1
rest = list(g)
end = 1
"""
COROUTINES = """
import asyncio
async def job(n):
    await asyncio.sleep(0)
    got = n
    return got
async def main():
    one = asyncio.create_task(job(1), name="one")
    two = asyncio.create_task(job(2), name="two")
    await one
    await two
asyncio.run(main())
end = 1
"""
CALLS_IN_COMPREHENSIONS = """
def inside(a):
    return a
def after(a):
    return a
def both(a):
    return a
class Box:
    def __init__(self, a):
        self.a = a
def work(rows):
    found = [[inside(y) for y in range(x, 3)] for x in rows]
    boxes = {x: Box(x) for x in rows}
    total = after([x for x in rows]), after({x for x in rows})
    return both([both(x) for x in rows])
work([1, 2])
"""
NESTED = """
base = 10
class Box:
    inner = 5
    twice = inner * 2
double = lambda a: a * base
eight = double(4)
squares = [q * q for q in range(3)]
odd = list(w for w in range(2))
def outer(u):
    return [u + v for v in range(2)]
outer(7)
end = 1
"""
RECURSION = """
def deep(n):
    if n == 0:
        return 0
    return deep(n - 1) + 1
depth = deep(3)
end = 1
"""
THREADS = """
import threading
ready = threading.Event()
def worker(n):
    mine = n + 1
    ready.wait()
    return mine
t = threading.Thread(target=worker, args=(4,), name="helper")
t.start()
ready.set()
t.join()
end = 1
"""
GREENLETS = """
from greenlet import greenlet
def pause(value):
    given = one if greenlet.getcurrent() is two else two
    return given.switch(value)
def turns(start):
    kept = []
    for k in range(2):
        kept.append(start + k)
        pause(k)
    return kept
def main():
    mine = "main"
    one.switch(10)
    two.switch(0)
    return mine
one = greenlet(turns)
two = greenlet(turns)
main()
"""
CALLBACKS = """
import types
callbacks = types.ModuleType("callbacks")
exec('''
def both(first, second):
    try:
        first()
    except ZeroDivisionError:
        pass
    return helper(second)
def helper(second):
    return second()
''', callbacks.__dict__)
def wanted():
    return 3
"""
AFTER_A_LAMBDA = (
    CALLBACKS
    + """
def main():
    y = 1
    return callbacks.both(lambda: 1 / 0, wanted)
main()
"""
)
WITHIN_A_GENERATOR = """
def match(word, parts):
    lengths = (len(part) for part in parts)
    return any(len(word) == length for length in lengths)
def search(words):
    found = any(match(word, ["ab", "c"]) for word in words)
    after = found
    return after
search(["abc", "d"])
"""
STARTED = """
import threading
class Worker(threading.Thread):
    def run(self):
        self.made = 1
        self.made = 2
worker = Worker()
worker.start(), worker.join()
"""
Opener = Callable[[str], Recording]


@pytest.fixture
def opened(record: Callable[..., Any], tmp_path: Path) -> Iterator[Opener]:
    """Return a function that records a program given as text and opens the recording."""
    recordings: list[Recording] = []

    def run(source: str) -> Recording:
        script = tmp_path / "program.py"
        script.write_text(source)
        recordings.append(escope.open(str(record(str(script)).trace)))
        return recordings[-1]

    yield run
    for rec in recordings:
        rec.close()


def shown(rec: Recording, step: int, frame: int | None = None) -> dict[str, Any]:
    """A frame's variables as plain data."""
    return {name: value.python() for name, value in rec.locals(step, frame).items()}


def steps_in(rec: Recording, function: str) -> list[int]:
    """The steps of a function, by the end of its qualified name."""
    return [step.index for step in rec if step.function.endswith(function)]


def names(rec: Recording, step: int) -> list[str]:
    """The functions on the stack."""
    return [frame.function for frame in rec.stack(step)]


def test_a_generator_keeps_its_frame_while_it_is_suspended(opened: Opener) -> None:
    rec = opened(GENERATOR)
    steps = steps_in(rec, "gen")
    assert len({rec[step].frame_id for step in steps}) == 1
    assert [shown(rec, step) for step in steps] == [
        {"n": 2},
        {"n": 2, "k": 0},
        {"n": 2, "k": 0},
        {"n": 2, "k": 1},
        {"n": 2, "k": 1},
    ]
    assert [names(rec, step) for step in steps] == [["<module>", "gen"]] * 5
    callers = [rec.stack(step)[0].line for step in steps]
    assert callers == [6, 6, 8, 8, 8]
    between = next(step.index for step in rec if step.line == 7)
    assert names(rec, between) == ["<module>"]
    assert shown(rec, between, rec[steps[0]].frame_id) == {"n": 2, "k": 0}


def test_tasks_are_told_apart(opened: Opener) -> None:
    rec = opened(COROUTINES)
    tasks = rec.tasks()
    assert {"one", "two"} <= set(tasks.values())
    for step in rec:
        task = None if step.task is None else tasks[step.task]
        if step.function == "<module>":
            assert task is None
        elif step.function == "job":
            assert task == {1: "one", 2: "two"}[shown(rec, step.index)["n"]]
        else:
            assert task not in (None, "one", "two")
    jobs = steps_in(rec, "job")
    assert len({rec[step].frame_id for step in jobs}) == 2
    assert all(names(rec, step)[-1] == "job" for step in jobs)
    assert [shown(rec, step).get("got") for step in jobs if rec[step].kind == "return"] == [1, 2]


def test_a_thread_shows_what_the_library_has_set_before_it_ran(opened: Opener) -> None:
    rec = opened(STARTED)
    idents = [shown(rec, step)["self"].attrs["_ident"] for step in steps_in(rec, "run")[1:]]
    assert len(set(idents)) == 1
    assert isinstance(idents[0], int)


def test_lambdas_comprehensions_and_class_bodies(opened: Opener) -> None:
    rec = opened(NESTED)
    assert [shown(rec, step) for step in steps_in(rec, "Box")] == [{}, {"inner": 5}]
    assert names(rec, steps_in(rec, "Box")[0]) == ["<module>", "Box"]
    (called,) = steps_in(rec, "<lambda>")
    assert shown(rec, called) == {"a": 4}
    assert rec.globals(called)["base"] == 10
    iterations = [step.index for step in rec if step.kind == "iteration" and step.line == 8]
    assert [rec.locals(step)["q"].python() for step in iterations] == [0, 1, 2]
    assert "q" not in rec.locals(iterations[-1] + 1)
    assert [shown(rec, step) for step in steps_in(rec, "<genexpr>")] == [{"w": 0}, {"w": 1}]
    inside = [shown(rec, step) for step in steps_in(rec, "outer")]
    assert inside == [{"u": 7}, {"u": 7, "v": 0}, {"u": 7, "v": 1}]


def test_each_call_of_a_recursion_has_its_own_frame(opened: Opener) -> None:
    rec = opened(RECURSION)
    innermost = next(i for i in steps_in(rec, "deep") if shown(rec, i)["n"] == 0)
    stack = rec.stack(innermost)
    assert [frame.function for frame in stack] == ["<module>", *["deep"] * 4]
    assert len({frame.frame_id for frame in stack}) == 5
    assert [frame.locals["n"].python() for frame in stack[1:]] == [3, 2, 1, 0]
    assert [frame.line for frame in stack] == [6, 5, 5, 5, 3]
    assert [rec[step].depth for step in steps_in(rec, "deep")] == [2, 2, 3, 3, 4, 4, 5, 5]


def test_a_finished_frame_is_on_no_stack(opened: Opener) -> None:
    rec = opened(RECURSION)
    calls = rec.calls("deep")
    returned = []
    for call in calls:
        assert call.returned is not None
        returned.append(call.returned.python())
        assert call.outcome == "return"
    assert returned == [3, 2, 1, 0]
    end = len(rec) - 1
    gone = {call.frame_id for call in calls}
    assert gone.isdisjoint(frame.frame_id for frame in rec.stack(end))
    assert rec.locals(end)["depth"] == 3


def test_a_comprehension_of_a_caller_shows_its_variables_while_a_call_in_it_runs(
    opened: Opener,
) -> None:
    rec = opened(CALLS_IN_COMPREHENSIONS)

    def callers(function: str) -> list[dict[str, Any]]:
        return [
            {k: v.python() for k, v in rec.stack(step)[-2].locals.items() if k in ("x", "y")}
            for step in steps_in(rec, function)
        ]

    assert callers("inside") == [{"x": 1, "y": 1}, {"x": 1, "y": 2}, {"x": 2, "y": 2}]
    assert callers("Box.__init__") == [{"x": 1}, {"x": 2}]
    assert callers("after") == [{}] * 2, "the comprehensions are over"
    assert callers("both") == [{}] * 3, "which of the two it is cannot be told"


def test_each_thread_has_its_own_stack(opened: Opener) -> None:
    rec = opened(THREADS)
    steps = steps_in(rec, "worker")
    (thread,) = {rec[step].thread for step in steps}
    assert rec.threads()[thread] == "helper"
    assert rec[0].thread != thread
    assert [names(rec, step) for step in steps] == [["worker"]] * 3
    assert [shown(rec, step) for step in steps] == [{"n": 4}, *[{"n": 4, "mine": 5}] * 2]
    assert "ready" in rec.globals(steps[0])
    others = [step.index for step in rec if step.thread != thread]
    assert [names(rec, step) for step in others] == [["<module>"]] * len(others)


def test_a_lambda_that_raised_is_not_the_caller_of_what_comes_to_lie_where_it_lay(
    opened: Opener,
) -> None:
    # callbacks is not recorded: helper's frame takes the place that the lambda's has left.
    rec = opened(AFTER_A_LAMBDA)
    assert [names(rec, step) for step in steps_in(rec, "wanted")] == [
        ["<module>", "main", "wanted"]
    ]


def test_a_generator_expression_belongs_to_the_call_that_drives_it(opened: Opener) -> None:
    # The frames above it are known only as callers, except that of another generator.
    rec = opened(WITHIN_A_GENERATOR)

    (*_, last) = [s for s in steps_in(rec, "<genexpr>") if names(rec, s)[-2] == "match"]
    assert names(rec, last) == [
        "<module>",
        "search",
        "search.<locals>.<genexpr>",
        "match",
        "match.<locals>.<genexpr>",
    ]
    assert {rec[step].depth for step in steps_in(rec, "search")} == {2}


def test_each_greenlet_has_its_own_stack(opened: Opener) -> None:
    pytest.importorskip("greenlet")
    rec = opened(GREENLETS)
    assert [names(rec, step) for step in steps_in(rec, "pause")] == [["turns", "pause"]] * 8
    ends = steps_in(rec, "turns")[-4:]
    assert [names(rec, step) for step in ends] == [["turns"]] * 4
    assert [shown(rec, step)["kept"] for step in ends] == [[10, 11], [10, 11], [0, 1], [0, 1]]
    last = steps_in(rec, "main")[-1]
    assert names(rec, last) == ["<module>", "main"]
    assert shown(rec, last)["mine"] == "main"
