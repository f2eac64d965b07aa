"""Time goes to the function in which it passed, not to one that ran before or after it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import escope_tui as escope
from escope_tui.query.calls import CallView
from escope_tui.query.functions import read_functions
from escope_tui.query.recording import Recording

PROGRAM = """
import asyncio, threading, time

def successor(x):
    return x + 1

def sleeps(seconds):
    time.sleep(seconds)

def sleeps_at_last(seconds):
    if seconds:
        time.sleep(seconds)
    return seconds

def locks(lock):
    lock.acquire(timeout=0.1)

def between(seconds):
    return successor(1), time.sleep(seconds), successor(2)

def counts(big):
    return big ** big

async def waits(seconds):
    began = time.perf_counter_ns()
    await asyncio.sleep(seconds)
    took["waits"] = time.perf_counter_ns() - began

def apart(function, *arguments):
    for i in range(100):
        successor(i)
    began = time.perf_counter_ns()
    function(*arguments)
    took[function.__name__] = time.perf_counter_ns() - began
    for i in range(100):
        successor(i)

took = {}
for i in range(500):
    sleeps_at_last(0)
free = threading.RLock()
for i in range(50):
    locks(free)
taken = threading.Lock()
taken.acquire()
apart(sleeps, 0.1)
apart(sleeps_at_last, 0.1)
apart(locks, taken)
apart(between, 0.1)
apart(counts, 100_000)
apart(asyncio.run, waits(0.1))
done = True
"""


@pytest.fixture(scope="module")
def recorded(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Recording, dict[str, int]]]:
    folder = tmp_path_factory.mktemp("times")
    script = folder / "program.py"
    script.write_text(PROGRAM)
    escope.record([str(script)], output=str(folder / "o.esr"))
    with escope.open(str(folder / "o.esr")) as rec:
        yield rec, rec.globals(len(rec) - 1)["took"].python()


SLOW = ["sleeps", "sleeps_at_last", "locks", "between", "counts", "waits"]


@pytest.mark.parametrize("name", SLOW)
def test_a_function_that_takes_long_has_the_time_that_it_took(
    recorded: tuple[Recording, dict[str, int]], name: str
) -> None:
    rec, took = recorded

    longest = max(call.duration_ns or 0 for call in rec.calls(function=name))
    own = next(each.own_ns for each in read_functions(rec) if each.function == name)

    assert 0.9 * took[name] < longest < 1.1 * took[name]
    assert own > 0.9 * took[name]


def test_what_runs_before_and_after_it_has_none_of_it(
    recorded: tuple[Recording, dict[str, int]],
) -> None:
    rec, took = recorded

    longest = max(call.duration_ns or 0 for call in rec.calls(function="successor"))
    own = next(each.own_ns for each in read_functions(rec) if each.function == "successor")

    assert longest < 0.3 * min(took.values())
    assert own < 0.3 * sum(took.values())


@pytest.mark.parametrize("name", SLOW)
def test_a_call_asked_for_alone_lasts_as_long_as_among_all(
    recorded: tuple[Recording, dict[str, int]], name: str
) -> None:
    rec, _ = recorded
    known = {call.frame_id: call.duration_ns for call in rec.calls(function=name)}

    last = list(known)[-3:]

    alone = [CallView(rec).call_of_frame(frame) for frame in last]

    assert [call and call.duration_ns for call in alone] == [known[frame] for frame in last]
