"""What examinations may cost is counted, not timed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Recorded

pytest.importorskip("escope_tui._speedups.capture")

SOURCE = """\
import operator, sys, time
from escope_tui._speedups import capture

capture.set_limits(grace=9000)
turns = int(sys.argv[1])


def wait(seconds):
    time.sleep(seconds)


def outside(graph):
    for n in range(60):
        if n % 20 == 0:
            wait(int(sys.argv[2]) / 1000)
        operator.setitem(graph, n, [n])
        for i in range(turns):
            n += i
    return graph


graph = [[i, [i]] for i in range(100)]
outside(graph)
"""


def uncertain(done: Recorded) -> list[tuple[int, int | None]]:
    """Steps at which the graph is shown as of an earlier one, and that step."""
    found = []
    with done.open() as recording:
        for step in range(len(recording)):
            graph: Any = recording.locals(step).get("graph")
            if graph is not None and graph.uncertain:
                found.append((step, graph.as_of))
    return found


def test_two_recordings_mark_the_same_however_long_the_program_takes(
    record: Callable[..., Recorded],
) -> None:
    quick, slow = (uncertain(record("-c", SOURCE, "3", wait)) for wait in ("0", "40"))

    assert quick, "the program reaches the bound"
    assert quick == slow


def test_what_a_run_does_earns_it_examinations(record: Callable[..., Recorded]) -> None:
    at_the_end = []
    for turns in ("0", "3000"):
        with record("-c", SOURCE, turns, "0").open() as recording:
            at_the_end.append(recording.locals(len(recording) - 1)["graph"].uncertain)

    assert at_the_end == [True, False]


CLASSES = """\
import json, sys
from escope_tui._speedups import capture

capture.set_limits(grace=0)
classes = [type(f"C{i}", (), {"value": i}) for i in range(200)]
others = [type(f"D{i}", (), {"value": i}) for i in range(int(sys.argv[1]))]


def work(call):
    for n in range(20):
        call(n)


work(json.dumps)
"""


def test_classes_are_looked_at_as_far_as_the_run_has_earned_it(
    record: Callable[..., Recorded],
) -> None:
    marked = []
    for count in ("20", "200"):
        with record("-c", CLASSES, count).open() as recording:
            steps = range(len(recording) - 40, len(recording))
            first = [next(iter(recording.stack(i)[0].locals["classes"].children())) for i in steps]
            marked.append(sum(value.uncertain for _, value in first))

    assert marked[0] == 0
    assert marked[1] > 10, "20 calls of unknown code do not pay for so many classes each time"
