"""Questions that the codec answers chunk by chunk: as a look at every step says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import escope_tui as escope
from escope_tui.errors import EvaluationError, NotFoundError
from escope_tui.query.recording import Recording
from escope_tui.query.said import message
from escope_tui.replay.breakpoints import Breakpoint
from escope_tui.session.stops import LINE, Stop, nearest
from tests.helpers.rerecord import chunked

TURNING = """
import threading
level = 0
def counts(n):
    low = high = None
    for i in range(n):
        low = i % 7
        high = -low
        if i > 40:
            total = i * 2
    return total
def held(n):
    try:
        return n if n % 3 else None
    finally:
        n += 1
def quiet(n):
    n += 1
def raises(n):
    if n % 4 == 0:
        raise KeyError(n)
    if n % 4 == 1:
        raise ValueError("a text", n)
    if n % 4 == 2:
        raise OSError(2, "gone")
    raise ValueError("it is " + str(n))
def work(n):
    global level
    for i in range(n):
        level = level + 1 if i % 9 else 0
        held(i)
        quiet(i)
        try:
            raises(i)
        except Exception as error:
            pass
counts(60)
other = threading.Thread(target=work, args=(30,))
other.start()
other.join()
work(40)
"""


@pytest.fixture(scope="module")
def turning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with escope.open(chunked(TURNING, tmp_path_factory.mktemp("turning"))) as rec:
        assert len(rec.file.chunks) > 40
        yield rec


def truth(rec: Recording, text: str, at: int, frame: int) -> bool | None:
    """What an expression is for a frame at a step; None where the frame is not there."""
    if not rec.state.alive(at, frame):
        return None
    try:
        return bool(rec.evaluate(text, at, frame).python())
    except EvaluationError:
        return False


@pytest.mark.parametrize(
    ("function", "text"),
    [
        ("counts", "low == 6"),
        ("counts", "low is not None and low + high == 0 and i > 10"),
        ("counts", "total > 90"),
        ("counts", "total > 10**6"),
        ("work", "level > 5"),
        ("work", "i > 20 and level < 3"),
    ],
)
def test_a_condition_turns_where_looking_at_every_step_says(
    turning: Recording, function: str, text: str
) -> None:
    rec = turning
    for call in rec.calls(function):
        steps = range(call.enter, (call.exit or len(rec) - 1) + 2)
        frame = call.frame_id
        if text.startswith("level"):
            steps, frame = range(len(rec)), rec.calls("<module>")[0].frame_id
        values = {at: truth(rec, text, at, frame) for at in steps if at < len(rec)}
        inside = [at for at, value in values.items() if value is not None]
        for at in inside[:: max(len(inside) // 40, 1)]:
            for direction in (1, -1):
                beyond = (
                    inside[inside.index(at) + 1 :]
                    if direction > 0
                    else inside[: inside.index(at)][::-1]
                )
                turns = (each for each in beyond if values[each] is not values[at])
                found = rec.until(text, at, direction, frame)
                assert found == next(turns, None), (at, direction)


def test_what_functions_return_is_found_where_each_ends(turning: Recording) -> None:
    """Also None without a `return`, and what a `finally` held back."""
    rec = turning
    for text, wanted in (("None", None), ("7", 7), ("14", 14)):
        for function in (None, "held", "quiet"):
            ended = [
                (call.exit, call.function)
                for call in rec.calls(function)
                if call.function != "<module>"
                and call.outcome == "return"
                and call.returned is not None
                and call.returned.python() == wanted
            ]
            for direction in (1, -1):
                start = 0 if direction > 0 else len(rec) - 1
                found = rec.iter_search(text, ["return"], start, direction, function=function)
                assert sorted((each.step, each.function) for each in found) == sorted(ended)


def test_exceptions_are_told_as_their_objects_say(turning: Recording) -> None:
    rec = turning
    seen = rec.exceptions()
    assert len(seen) == 70
    for each in seen:
        assert each.value is not None
        assert (each.type_name, each.message) == (each.value.type_name, message(each.value))
    assert {"it is 3", "[Errno 2] gone", "4", "('a text', 1)"} <= {each.message for each in seen}


def test_many_calls_are_the_ones_that_are_found_one_by_one(turning: Recording) -> None:
    rec = turning
    for function in ("quiet", "raises", "work"):
        forward = [call.enter for call in rec.iter_calls(function)]
        assert forward == [call.enter for call in rec.calls(function)]
        singly = []
        at = 0
        while (call := next(rec.iter_calls(function, start=at), None)) is not None:
            singly.append(call.enter)
            at = call.enter + 1
            if at >= len(rec):
                break
        assert forward == singly
        back = [call.enter for call in rec.iter_calls(function, None, len(rec) - 1, -1)]
        assert back == forward[::-1]


def test_a_run_to_a_condition_stops_where_the_shell_and_the_engine_say(turning: Recording) -> None:
    """Also many hits away, where chunks are read whole for it."""
    rec = turning
    line = TURNING.splitlines().index("        low = i % 7") + 1
    file = rec.files()[0]
    for text in ("i == 59", "i > 57", "i == 3"):
        hits = [each.step for each in rec.iter_executions(file, line, where=text)]
        assert hits
        point = Breakpoint(file, line, condition=text)
        asked = Stop(LINE, file=file, line=line, condition=text)
        for start, back in ((0, False), (len(rec) - 1, True)):
            wanted = hits[-1] if back else hits[0]
            found = rec.timeline.resume(start, -1 if back else 1, [point])
            assert found is not None
            assert found.step == wanted
            reached = nearest(rec, asked, start, back)
            assert reached is not None
            assert reached.step == wanted


def test_a_condition_on_a_name_that_is_not_there_is_refused(turning: Recording) -> None:
    rec = turning
    line = TURNING.splitlines().index("        low = i % 7") + 1
    file = rec.files()[0]
    with pytest.raises(NotFoundError, match="lwo is no variable"):
        next(rec.iter_executions(file, line, where="lwo > 3"))
    with pytest.raises(NotFoundError, match="level2 is no variable"):
        next(rec.iter_executions(function="quiet", where="level2 > 3"))
    inside = "sum(level for k in range(3) if k) >= 0"  # a module's and the expression's own
    assert next(rec.iter_executions(file, line, where=inside)).problem == ""
