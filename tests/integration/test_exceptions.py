"""Exceptions: where they were raised, what they went through, and what was behind them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.cli import main
from escope_tui.query.exceptions import iter_exceptions
from escope_tui.query.fates import exceptions_of_fate
from escope_tui.query.recording import Recording
from escope_tui.replay.breakpoints import Breakpoint
from escope_tui.session.tail import uncaught
from tests.helpers.rerecord import chunked

PROGRAM = """
class AppError(Exception):
    pass

def low(n):
    data = [n]
    try:
        return data[n]  # raises
    finally:
        data.append("cleaned")

def mid(n):
    label = f"mid {n}"
    try:
        return low(n)
    except IndexError as error:
        raise AppError("no such row") from error

def left_by_finally(n):
    for i in range(2):
        try:
            raise ValueError(n + i)  # dropped
        finally:
            break
    return n  # goes on

class Quiet:
    def __enter__(self):
        return self
    def __exit__(self, *what):
        return True

def quiet():
    problem = KeyError("hidden")
    with Quiet():
        raise problem
    return 1

def handling(n):
    try:
        mid(n)
    except AppError:
        return int("x")  # in a handler

def again(n):
    try:
        mid(n)
    except AppError:
        n += 1
        raise

def first_statement(n):
    try:
        try:
            low(n)
        except IndexError:
            raise RuntimeError("at once")
    except RuntimeError as caught:
        return caught

def in_finally(n):
    try:
        n += 1
    finally:
        n.missing
        n = 0

left_by_finally(3)
quiet()
for each in (handling, again, in_finally):
    try:
        each(4)
    except Exception as problem:
        del problem
first_statement(2)
try:
    raise OSError(2, "gone") from None
except OSError:
    pass
mid(9)
"""


@pytest.fixture(scope="module")
def rec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = tmp_path_factory.mktemp("exceptions")
    script = folder / "rows.py"
    script.write_text(PROGRAM)
    with escope.open(escope.record([str(script)], output=str(folder / "t.esr"))) as opened:
        yield opened


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(PROGRAM.split("\n"), 1) if text in line)


def one(rec: Recording, name: str, function: str) -> escope.ExceptionEvent:
    found = [e for e in rec.exceptions() if e.type_name == name and e.raised.function == function]
    return found[0]


def test_a_finally_on_the_way_is_not_where_it_was_raised(rec: Recording) -> None:
    lows = [e for e in rec.exceptions() if e.raised.function == "low"]
    assert len(lows) == 4
    assert {e.raised.line for e in lows} == {line_of("# raises")}
    assert {e.propagated[0].line for e in lows} == {line_of("# raises")}


def test_what_a_finally_itself_raises_is_raised_there(rec: Recording) -> None:
    assert one(rec, "AttributeError", "in_finally").raised.line == line_of("n.missing")


def test_a_finally_that_leaves_drops_the_exception(rec: Recording) -> None:
    dropped = one(rec, "ValueError", "left_by_finally")
    assert dropped.fate == "swallowed"
    assert dropped.message == "3"
    assert dropped.raised.line == line_of("# dropped")
    assert dropped.swallowed is not None
    assert dropped.swallowed.line in (line_of("break"), line_of("# goes on"))


def test_a_with_that_drops_the_exception_is_told_with_the_value(rec: Recording) -> None:
    dropped = one(rec, "KeyError", "quiet")
    assert (dropped.fate, dropped.message) == ("swallowed", "'hidden'")
    assert dropped.value is not None


def test_each_frame_on_the_way_has_its_variables_as_it_was_left(rec: Recording) -> None:
    passed = one(rec, "IndexError", "low")
    (frame,) = passed.propagated
    # then: as the last statement there, the one in the finally, found them
    assert {name: value.python() for name, value in frame.locals.items()} == {"n": 4, "data": [4]}
    assert passed.caught is not None
    assert passed.caught.locals["label"] == "mid 4"


def test_a_cause_and_a_context_lead_to_the_exceptions_behind(rec: Recording) -> None:
    app = one(rec, "AppError", "mid")
    assert app.cause is not None
    assert (app.cause.type_name, app.cause.raised.function) == ("IndexError", "low")
    while_handling = one(rec, "ValueError", "handling")
    assert while_handling.cause is None
    assert [e.type_name for e in while_handling.chain] == ["AppError", "IndexError"]


def test_the_exception_that_ended_the_program_has_its_chain_too(rec: Recording) -> None:
    last = rec.exceptions()[-1]
    assert last.fate == "uncaught"
    assert [e.type_name for e in last.chain] == ["IndexError"]


def test_from_none_hides_what_was_handled(rec: Recording) -> None:
    assert one(rec, "FileNotFoundError", "<module>").chain == ()


def test_a_bare_raise_is_the_same_exception_again(rec: Recording) -> None:
    first, second = [
        e
        for e in rec.exceptions()
        if e.value is not None and e.type_name == "AppError" and e.raised.step < 10**6
    ][1:3]
    assert second.raised.function == "again"
    assert second.earlier is not None
    assert second.earlier.step == first.step


def test_a_handler_that_raises_at_once_does_not_hide_the_next_one(rec: Recording) -> None:
    at_once = one(rec, "RuntimeError", "first_statement")
    assert at_once.caught is not None
    assert at_once.caught.line == line_of("return caught")
    assert [e.type_name for e in at_once.chain] == ["IndexError"]


def test_the_command_line_tells_fates_chains_and_frames(
    rec: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exceptions", rec.path, "--fate", "swallowed"]) == 0
    assert capsys.readouterr().out.count("swallowed before") == 2
    assert main(["exceptions", rec.path, "AppError", "--frames"]) == 0
    shown = capsys.readouterr().out
    assert "from IndexError @" in shown
    assert "raised again: first @" in shown
    assert "label='mid 4'" in shown
    assert main(["exceptions", rec.path, "AppError", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["cause"] == one(rec, "IndexError", "low").step
    assert rows[0]["propagated"][0]["locals"]["label"] == "'mid 4'"


def test_a_run_stops_at_what_was_swallowed(rec: Recording) -> None:
    from escope_tui.replay.breakpoints import Breakpoint

    stop = Breakpoint(exception="*", fate="swallowed")
    found = rec.timeline.resume(0, 1, [stop])
    assert found is not None
    assert found.step == one(rec, "ValueError", "left_by_finally").step


def test_the_shell_lists_them_and_shows_the_frames_of_one(
    rec: Recording, capsys: pytest.CaptureFixture[str]
) -> None:
    step = one(rec, "AppError", "mid").step
    commands = ["-c", "exceptions AppError", "-c", f"exceptions @{step}"]
    assert main(["shell", rec.path, *commands]) == 0
    shown = capsys.readouterr().out
    assert "from IndexError" in shown
    assert "label='mid 4'" in shown


def test_a_module_that_fails_after_its_calls_fails_at_its_own_statement(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    """Not in the function that it had called last, which had returned."""
    script = tmp_path / "small.py"
    script.write_text("def run(n):\n    return n\nassert run(3) > 1000, 'too little'\n")
    with record(str(script)).open() as rec:
        (listed,) = rec.exceptions()
        ending = uncaught(rec)
    assert ending is not None
    for found in (listed.raised, ending.raised):
        assert (found.function, found.line) == ("<module>", 3)


THROWN = """
import contextlib
def numbers():
    for i in range(3):
        yield 1 / (1 - i)
@contextlib.contextmanager
def opened():
    try:
        yield []
    except ZeroDivisionError:
        raise RuntimeError("wrapped")
@contextlib.contextmanager
def outer():
    with opened() as log:
        yield log
def work(n):
    with outer() as log:
        log.append(n)
        int("x")
def mean(n):
    with outer() as log:
        return n / len(log)
for function, n in ((list, numbers()), (work, 1), (mean, 2)):
    try:
        function(n)
    except Exception:
        pass
"""


def test_what_a_with_throws_into_a_generator_was_raised_in_the_with(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    """The generator that raises at its own yield did so itself."""
    script = tmp_path / "thrown.py"
    script.write_text(THROWN)
    with record(str(script)).open() as rec:
        found = [
            (each.type_name, each.raised.function, each.raised.line) for each in rec.exceptions()
        ]
        moments = [rec.locals(each.step).get("n") for each in rec.exceptions()]
    assert found == [
        ("ZeroDivisionError", "numbers", 5),
        ("ValueError", "work", 19),
        ("ZeroDivisionError", "mean", 22),
        ("RuntimeError", "opened", 11),
    ]
    assert moments == [None, 1, 2, None]


def test_what_is_thrown_into_a_generator_of_the_same_name_was_raised_in_the_with(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "alike.py"
    script.write_text(
        "import contextlib\n"
        "@contextlib.contextmanager\n"
        "def work():\n    yield 1\n"
        "class Job:\n"
        "    def work(self, n):\n"
        "        with work() as one:\n"
        "            return one / n\n"
        "Job().work(0)\n"
    )
    with record(str(script)).open() as rec:
        (found,) = rec.exceptions()
        ending = uncaught(rec)
    assert ending is not None
    assert (found.raised.function, found.raised.line) == ("Job.work", 8)
    assert (ending.raised.function, ending.raised.line) == ("Job.work", 8)


def test_what_ended_the_program_behind_a_with_and_a_finally_is_listed_once(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "cleaned.py"
    script.write_text(
        "import contextlib\n"
        "@contextlib.contextmanager\n"
        "def opened():\n    yield 1\n"
        "try:\n"
        "    with opened() as one:\n"
        "        one / 0\n"
        "finally:\n"
        "    one = 2\n"
    )
    with record(str(script)).open() as rec:
        (found,) = rec.exceptions()
    assert (found.fate, found.raised.line) == ("uncaught", 7)
    assert [each.line for each in found.propagated] == [4]


def test_the_same_exception_may_end_a_thread_and_the_program(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "twice.py"
    script.write_text(
        "import threading\n"
        "def work():\n    {}['in the thread']\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "thread.join()\n"
        "{}['in the program']\n"
    )
    with record(str(script)).open() as rec:
        ends = [(each.type_name, each.raised.line) for each in rec.exceptions() if each.uncaught]
    assert ends == [("KeyError", 3), ("KeyError", 7)]


def test_an_exception_behind_a_long_call_of_its_statement_is_met_on_the_way(tmp_path: Path) -> None:
    """The statement began many chunks before it raised."""
    path = chunked(
        "import contextlib\n"
        "def turns(n):\n    for i in range(n):\n        n = 0\n    return n\n"
        "@contextlib.contextmanager\n"
        "def opened():\n    yield 1\n"
        "def main():\n"
        "    with opened() as one:\n"
        "        one / turns(200)\n"
        "for i in range(3):\n"
        "    try:\n        main()\n"
        "    except ZeroDivisionError:\n        pass\n"
        "1 / turns(200)\n",
        tmp_path,
    )
    for direction in (1, -1):
        with escope.open(path) as rec:
            met = iter_exceptions(rec, -1 if direction > 0 else len(rec), direction)
            steps = [each.step for each in met][::direction]
        with escope.open(path) as rec:
            assert steps == [each.step for each in rec.exceptions()]
            assert [rec[step].line for step in steps] == [11, 11, 11, 17]


def test_one_that_was_swallowed_behind_a_long_call_is_found_by_its_fate(tmp_path: Path) -> None:
    path = chunked(
        "import contextlib\n"
        "def turns(n):\n    for i in range(n):\n        n = 0\n    return n\n"
        "def share():\n    return 1 / turns(200)\n"
        "def main():\n    with contextlib.suppress(ZeroDivisionError):\n        share()\n"
        "main()\nmain()\n",
        tmp_path,
    )
    for direction in (1, -1):
        with escope.open(path) as rec:
            start = -1 if direction > 0 else len(rec)
            found = list(exceptions_of_fate(rec, "swallowed", start, direction))
            assert [each.raised.line for each in found] == [7, 7]


def test_what_a_with_throws_is_told_where_another_thread_runs_next(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "threads.py"
    script.write_text(
        "import contextlib, threading\n"
        "left, over = threading.Event(), threading.Event()\n"
        "@contextlib.contextmanager\n"
        "def opened():\n"
        "    try:\n        yield 1\n"
        "    finally:\n        left.set() or over.wait()\n"
        "def work():\n"
        "    with opened():\n        raise KeyError('in the with')\n"
        "thread = threading.Thread(target=work)\n"
        "thread.start()\n"
        "left.wait()\n"
        "over.set()\n"
        "thread.join()\n"
    )
    with record(str(script)).open() as rec:
        (found,) = rec.exceptions()
        assert rec[found.raised.moment].thread != found.thread
    assert (found.raised.function, found.raised.line) == ("work", 11)


FILLED = """
import asyncio

async def fails():
    await asyncio.sleep(0)
    raise ValueError("first")

async def main():
    async with asyncio.TaskGroup() as group:
        group.create_task(fails())

asyncio.run(main())
"""


def test_a_list_that_the_ending_exception_was_made_of_is_as_it_is_then(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    """asyncio puts errors into the list that the group is made of; no statement runs after that."""
    script = tmp_path / "filled.py"
    script.write_text(FILLED)
    with record(str(script)).open() as rec:
        (group,) = [each for each in rec.exceptions() if each.type_name == "ExceptionGroup"]
        assert group.value is not None
        assert group.value.summary(80).endswith("[ValueError('first')])")


LEFT_BEHIND = """
import threading
gate = threading.Event()
def ticks():
    gate.wait()
    for number in range(300):
        last = number
    {}["late"]
def falls():
    threading.Timer(0.2, gate.set).start()
    return 1
threading.Thread(target=ticks).start()
x = falls() + int("q")
"""


def test_the_end_of_the_main_thread_is_found_though_others_run_on_for_long(tmp_path: Path) -> None:
    trace = chunked(LEFT_BEHIND, tmp_path)
    with escope.open(trace) as whole:
        every = [(each.step, each.type_name) for each in whole.exceptions()]
    assert [name for _, name in every] == ["ValueError", "KeyError"]
    with escope.open(trace) as fresh:
        first = fresh.next_exception(0, 1)
        assert first is not None
        second = fresh.next_exception(first.step, 1)
        back = fresh.next_exception(every[1][0], -1)
    assert second is not None
    assert back is not None
    assert [(e.step, e.type_name) for e in (first, second)] == every
    assert (back.step, back.type_name) == every[0]


FLYING = """
def clean(n):
    done = 0
    for i in range(n):
        done += i
    return done

class Slow:
    def __enter__(self):
        return self
    def __exit__(self, *what):
        clean(60)

def fails(n):
    try:
        return 1 // n
    finally:
        clean(50 * (1 - n))

def through(n):
    with Slow():
        return fails(n)

for n in (0, 1, 0):
    clean(20)
    try:
        through(n)
    except ZeroDivisionError as error:
        clean(5)
    try:
        {}[n]
    except KeyError:
        pass
"""


def test_the_next_exception_is_that_of_the_whole_list_wherever_chunks_end(tmp_path: Path) -> None:
    """Also of one that flies through clean-up over many chunks."""
    trace = chunked(FLYING, tmp_path)
    with escope.open(trace) as whole:
        every = [each.step for each in whole.exceptions()]
        assert [each.type_name for each in whole.exceptions()] == [
            "ZeroDivisionError",
            "KeyError",
            "KeyError",
            "ZeroDivisionError",
            "KeyError",
        ]
        length = len(whole)
    for direction in (1, -1):
        with escope.open(trace) as fresh:  # nothing was asked of it that read all exceptions
            for step in range(0, length, 7):
                found = fresh.next_exception(step, direction)
                beyond = [each for each in every if (each - step) * direction > 0]
                nearest = min(beyond, key=lambda each: abs(each - step), default=None)
                assert (None if found is None else found.step) == nearest, (step, direction)


def test_an_exception_leads_to_its_handler(record: Callable[..., Any], tmp_path: Path) -> None:
    script = tmp_path / "small.py"
    lines = ["def g():", "    raise ValueError('no')", "try:", "    g()"]
    script.write_text("\n".join([*lines, "except ValueError:", "    print('caught')"]))
    with record(str(script)).open() as rec:
        assert rec.next_exception(0) is not None
        (found,) = rec.exceptions()
        assert (found.type_name, found.raised.line) == ("ValueError", 2)
        assert [place.function for place in found.propagated] == ["g"]
        assert found.caught is not None
        assert (found.caught.line, found.uncaught) == (6, False)
        assert rec.next_exception(found.step) is None
        assert rec.next_exception(len(rec), -1) == found


def test_an_error_of_the_system_says_its_number_and_files(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "small.py"
    script.write_text(
        "import os\nsaid = []\n"
        "for do in (lambda: open('no'), lambda: os.rename('no', 'nor'), lambda: 1 / 0):\n"
        "    try:\n        do()\n    except Exception as error:\n        said.append(str(error))\n"
        "try:\n    raise OSError(5, 'lost')\n"
        "except OSError as error:\n    said.append(str(error))\n"
    )
    with record(str(script)).open() as rec:
        assert [each.message for each in rec.exceptions()] == rec.evaluate(
            "said", len(rec)
        ).python()


def test_each_statement_of_a_line_is_shown_alone(
    record: Callable[..., Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "small.py"
    script.write_text(
        "double = lambda n: n * 2; x = 1\nif x: y = max([x], key=lambda n: -n); x = 3\n"
    )
    done = record(str(script))
    capsys.readouterr()
    assert main(["steps", str(done.trace)]) == 0
    shown = [line.partition("> ")[2].strip() for line in capsys.readouterr().out.splitlines()]
    assert shown == [
        "double = lambda n: n * 2",
        "x = 1",
        "if x: y = max([x], key=lambda n: -n); x = 3",
        "y = max([x], key=lambda n: -n)",
        "-n",
        "x = 3",
    ]


def test_a_stop_at_a_type_is_one_at_those_derived_from_it(rec: Recording) -> None:
    """As an `except` clause is, for builtin types and those of the program."""
    for wanted, names in (
        ("LookupError", {"IndexError", "KeyError"}),
        ("AppError", {"AppError"}),
        ("ArithmeticError", set()),
        ("Exception", {each.type_name for each in rec.exceptions()}),
    ):
        expected = sorted(each.step for each in rec.exceptions() if each.type_name in names)
        point, found, at = Breakpoint(exception=wanted), [], -1
        while (stop := rec.timeline.resume(at, 1, [point])) and stop.breakpoint is not None:
            found.append(stop.step)
            at = stop.step
        assert found == sorted(set(expected)), wanted


def test_an_os_error_whose_file_is_an_object_of_ones_own_is_told(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "files.py"
    script.write_text(
        "class Odd:\n    pass\n"
        "try:\n    raise OSError(2, 'gone', Odd())\nexcept OSError:\n    pass\n"
        "try:\n    raise OSError(2, 'gone', '')\nexcept OSError:\n    pass\n"
    )
    with escope.open(str(record(str(script)).trace)) as rec:
        told = [each.message for each in rec.exceptions()]
    assert told == ["[Errno 2] gone", "[Errno 2] gone: ''"]


def test_a_group_says_its_text_and_how_many_it_holds(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "groups.py"
    script.write_text(
        "def group(count):\n"
        "    return ExceptionGroup('all failed', [ValueError(n) for n in range(count)])\n\n"
        "said = []\n"
        "for count in (1, 3):\n"
        "    try:\n"
        "        raise group(count)\n"
        "    except ExceptionGroup as error:\n"
        "        said.append(str(error))\n"
    )
    with escope.open(str(record(str(script)).trace)) as rec:
        told = [each.message for each in rec.exceptions()]
        said = [each.data for _, each in rec.globals(-1)["said"].children()]
    assert told == said == ["all failed (1 sub-exception)", "all failed (3 sub-exceptions)"]


GROUPS = """
import contextlib
def fails():
    raise ExceptionGroup("some", [ValueError(1), TypeError(2), ValueError(3)])
def run():
    try:
        fails()
    except* ValueError as group:
        first = len(group.exceptions)
    except* TypeError as group:
        second = len(group.exceptions)
run()
def lost():
    try:
        raise KeyError("gone")
    finally:
        return 1
lost()
with contextlib.suppress(OSError):
    raise OSError(2, "no such thing", "file.txt")
def quiet():
    with contextlib.suppress(ValueError):
        raise ValueError("a", 2)
quiet()
with contextlib.suppress(ValueError):
    raise ValueError
"""


def test_the_parts_of_a_group_are_of_where_it_was_raised(tmp_path: Path) -> None:
    script = tmp_path / "groups.py"
    script.write_text(GROUPS)
    with escope.open(escope.record([str(script)], output=str(tmp_path / "t.esr"))) as rec:
        parts = [each for each in rec.exceptions() if each.type_name == "ExceptionGroup"]
        assert [(e.raised.line, e.caught and e.caught.line, e.fate) for e in parts] == [
            (4, 9, "caught"),
            (4, 11, "caught"),
        ]
        assert [[place.line for place in e.propagated] for e in parts] == [[4], [4]]


def test_what_was_swallowed_says_what_it_would_have_said(tmp_path: Path) -> None:
    script = tmp_path / "groups.py"
    script.write_text(GROUPS)
    with escope.open(escope.record([str(script)], output=str(tmp_path / "t.esr"))) as rec:
        said = [each.message for each in rec.exceptions() if each.fate == "swallowed"]
        assert said == ["'gone'", "[Errno 2] no such thing: 'file.txt'", "('a', 2)", ""]
