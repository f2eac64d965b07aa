"""Quick looks at chunks: what they say agrees with the chunk decoded whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui import _speedups
from escope_tui.errors import CoreError, EvaluationError
from escope_tui.format.reader import RecordingFile
from escope_tui.query.recording import Recording
from escope_tui.replay.breakpoints import NEAR, Breakpoint
from tests.helpers.rerecord import rerecorded

PROGRAM = """
import threading
BIG = 1 << 80
class Item:
    def __init__(self, number):
        self.number = number
        self.name = "item %d" % number
        self.done = None
def sub(n):
    if n % 7 == 3:
        try:
            raise ValueError(n)
        except ValueError:
            return None
    return sub(n // 2) if n > 1 else n
def gen(n):
    for i in range(n):
        yield i * 0.5
def work(rounds):
    kept = {}
    text = "a"
    for i in range(rounds):
        item = Item(i)
        half = i / 2
        sub(i)
        if i % 50 == 7:
            kept[i] = (BIG + i, "deep %d" % i)
            item.done = True
            text = "turn %d" % i
        total = 0
        for part in gen(3):
            total += part
        last = (total, item.number)
    return last
work(300)
thread = threading.Thread(target=work, args=(40,))
thread.start()
thread.join()
"""
LINE = PROGRAM.splitlines().index("        sub(i)") + 1


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in many chunks."""
    folder = tmp_path_factory.mktemp("looks")
    script = folder / "looks.py"
    script.write_text(PROGRAM)
    return rerecorded(script, folder, chunk_steps=150)


@pytest.fixture
def rec(trace: Path) -> Iterator[Recording]:
    with escope.open(str(trace)) as opened:
        yield opened


def text(part: str, whole: bool = False) -> tuple[Any, ...]:
    """Strings that are a text, or have it in them."""
    return (0, None, None, None, (part.encode(), whole), 0)


WANTED = {
    "an int": (0, 257, None, None, None, 0),
    "an int that is never there": (0, 123456, None, None, None, 0),
    "a float": (0, None, 12.5, None, None, 0),
    "None": (1 << 1, None, None, None, None, 0),
    "True": (1 << 3, None, None, None, None, 0),
    "a big int in a tuple": (0, None, None, (1 << 80) + 57, None, 0),
    "a big int that is not there": (0, None, None, (1 << 80) + 58, None, 0),
    "a string": text("item 120", whole=True),
    "a part of strings": text("urn 1"),
    "a string in a tuple": text("deep 107"),
    "an object": (0, None, None, None, None, 40),
}


@pytest.mark.parametrize("wanted", WANTED.values(), ids=WANTED)
def test_a_chunk_that_a_value_is_written_in_is_told_from_the_others(
    rec: Recording, wanted: Any
) -> None:
    survey = rec.surveyor.survey
    looks = [survey.may_write(number, wanted) for number in range(survey.count)]
    rows = [survey.writes(number, -1, len(rec) + 1, wanted) for number in range(survey.count)]
    # Contents written again as they were match without being a write.
    assert all(look for look, found in zip(looks, rows, strict=True) if found)
    assert sum(looks) <= sum(map(bool, rows)) + 2


CONDITIONS = [
    "i == 250",
    "i < 0",
    "half > 149.2 and not i % 2",
    "20 < i - 200 < 22 or i == 299",
    "item.number == 271",
    "text == 'turn 257' and i != 257",
    "text == 'never'",
    "item.done",
    "(1 if i % 100 else -1) < 0 and i",
    "last[1] == 280",
    "missing > 3",
    "kept",
    "i // (i - 240) == 0 and i > 238",
    "item.number / 0",
    "BIG > i > 270",
    "name == 3 or i > 290",
]


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("direction", [1, -1])
def test_a_conditional_stop_is_where_the_condition_holds_hit_by_hit(
    rec: Recording, condition: str, direction: int
) -> None:
    hits = [hit.step for hit in rec.hits("looks.py", LINE)]
    assert len(hits) > 3 * NEAR
    order = hits if direction > 0 else hits[::-1]
    expected = next((step for step in order if holds(rec, condition, step)), None)
    stop = Breakpoint("looks.py", LINE, condition)
    start = -1 if direction > 0 else len(rec)
    found = rec.timeline.resume(start, direction, [stop])
    assert (None if found is None else found.step) == expected


def holds(rec: Recording, condition: str, step: int) -> bool:
    """A doubt holds, an unbound name does not."""
    try:
        return bool(rec.evaluate(condition, step))
    except EvaluationError as error:
        return error.slug != "unbound"


def test_of_two_stops_the_nearer_one_is_taken(rec: Recording) -> None:
    stops = [Breakpoint("looks.py", LINE, f"i == {number}") for number in (260, 150, 240)]
    found = rec.timeline.resume(0, 1, stops)
    assert found is not None
    assert found.breakpoint == stops[1]


def test_the_calls_of_a_frame_are_counted(rec: Recording) -> None:
    (module,) = rec.call_tree()[:1]
    work = next(call for call in module.children() if call.function == "work")
    # An Item, a call of sub and a generator in each round.
    assert work.child_count == len(work.children()) == 3 * 300


def test_the_times_of_functions_are_all_the_time_there_is(rec: Recording) -> None:
    rows = {row.function: row for row in rec.functions()}
    chunks = rec.file.chunks

    spent = sum(row.own_ns for row in rows.values())

    assert spent == pytest.approx(chunks[-1].last_ns - rec[0].time_ns, rel=0.02)
    assert all(row.own_ns <= row.total_ns for row in rows.values())
    assert rows["<module>"].own_ns < rows["<module>"].total_ns <= spent + 1


SAMPLES = sorted((Path(__file__).parents[2] / "recordings").glob("*.esr"))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_times_in_a_recording_of_version_1_are_shared_by_the_steps_between_two(
    sample: Path,
) -> None:
    with RecordingFile(sample) as file:
        assert file.version == 1
    with escope.open(str(sample)) as rec:
        hold_against_the_steps(rec)


def hold_against_the_steps(rec: Recording) -> None:
    """The times of functions, from the times of the steps and the stacks at them."""
    own: dict[str, float] = defaultdict(float)
    total: dict[str, float] = defaultdict(float)
    waiting: list[Any] = []
    for chunk in rec.file.chunks:
        steps = list(rec.steps(chunk.first_step, chunk.first_step + chunk.n_steps))
        later = [step.time_ns for step in steps[1:]]
        following = rec.file.chunks[chunk.number + 1 :][:1]
        later.append(following[0].first_ns if following else chunk.last_ns)
        for step, end in zip(steps, later, strict=True):
            waiting.append(step)
            if end <= step.time_ns:
                continue
            for each in waiting:
                share = (end - step.time_ns) / len(waiting)
                own[each.function] += share
                for name in {frame.function for frame in rec.stack(each.index)}:
                    total[name] += share
            waiting = []
        waiting = []
    for row in rec.functions():
        assert row.own_ns == pytest.approx(own[row.function], abs=2)
        assert row.total_ns == pytest.approx(total[row.function], abs=2)


def test_a_compiled_module_of_another_build_says_what_to_do() -> None:
    _speedups.check_build("unpack", _speedups.ABI)
    with pytest.raises(CoreError, match="another build") as caught:
        _speedups.check_build("unpack", _speedups.ABI - 1)
    assert "make build-ext" in caught.value.hint
