"""Where a recording opens, and what is said there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from escope_tui.session.engine import RecordingEngine, open_engine
from escope_tui.session.session import Session
from tests.conftest import Recorded
from tests.helpers.driving import Driver, replaying

Record = Callable[..., Recorded]

SERVER = """\
import asyncio

async def wait(queue):
    while True:
        await queue.get()

async def pay(amount):
    await asyncio.sleep(0)
    if amount > 50:
        raise ValueError(f"{amount} is too much")

async def main():
    queue = asyncio.Queue()
    waiting = [asyncio.create_task(wait(queue)) for _ in range(3)]
    await asyncio.gather(pay(10), pay(60))

asyncio.run(main())
"""
GROUP = """\
    async with asyncio.TaskGroup() as group:
        group.create_task(pay(10))
        group.create_task(pay(60))
"""
CLEANED = [
    (
        "def clean():\n    done = 1\ntry:\n    x = {}['no']\nfinally:\n    clean()\n",
        4,
    ),
    (
        "from contextlib import contextmanager\n@contextmanager\ndef opened():\n    try:\n"
        "        yield 1\n    finally:\n        done = 1\nwith opened() as x:\n    y = {}['no']\n",
        9,
    ),
]
RUNNER = """\
import sys
import unittest

class Cases(unittest.TestCase):
    def test_a_fails(self):
        total = [1, 2]
        self.assertTrue(total[5])

    def test_b_expects_an_error(self):
        with self.assertRaises(KeyError):
            {}["none"]

    def test_c_passes(self):
        number = 1

unittest.main()
"""
MODULE = """\
class Box:
    pass

box = Box()
box.size = 3
assert box.size > 5, "the box is small"
"""


def in_main(text: str) -> str:
    """The program as a function's body, one line below where it was."""
    return "def main():\n" + "".join(f"    {line}\n" for line in text.splitlines()) + "main()\n"


def opened(record: Record, folder: Path, text: str) -> RecordingEngine:
    path = folder / "program.py"
    path.write_text(text)
    return open_engine(str(record(str(path)).trace))


def line_at_opening(engine: RecordingEngine) -> int:
    arrival = Session(engine).opening()
    assert arrival.moment is not None
    return engine.step(arrival.moment.step).line


def test_a_program_of_tasks_opens_where_the_task_failed(record: Record, tmp_path: Path) -> None:
    engine = opened(record, tmp_path, SERVER)
    assert line_at_opening(engine) == 10, "other tasks were cancelled after that"
    engine.close()


def test_a_test_run_opens_at_the_test_that_failed(record: Record, tmp_path: Path) -> None:
    engine = opened(record, tmp_path, RUNNER)
    assert line_at_opening(engine) == 7, "neither the error that was expected nor the end"
    engine.close()


def test_an_exception_group_opens_where_its_first_exception_was_raised(
    record: Record, tmp_path: Path
) -> None:
    text = SERVER.replace("    await asyncio.gather(pay(10), pay(60))\n", GROUP)
    engine = opened(record, tmp_path, text)
    error = engine.uncaught()
    assert line_at_opening(engine) == 10, "not where the group was left, long after"
    assert error is not None
    assert (error.type_name, error.message) == ("ValueError", "60 is too much")
    engine.close()


@pytest.mark.parametrize("module", [False, True], ids=["function", "module"])
@pytest.mark.parametrize(("text", "line"), CLEANED, ids=["finally", "contextmanager"])
def test_it_opens_before_what_cleaned_up(
    record: Record, tmp_path: Path, text: str, line: int, module: bool
) -> None:
    engine = opened(record, tmp_path, text if module else in_main(text))
    error = engine.uncaught()
    assert error is not None
    assert error.raised.line == line + (not module)
    assert engine.recording.exceptions()[-1].raised.line == error.raised.line
    engine.close()


async def test_what_a_module_called_in_the_comprehension_that_failed_is_shown(
    record: Record, tmp_path: Path
) -> None:
    text = "def half(x):\n    return x / 2\n\nrates = [1 / half(x) for x in (2, 0)]\n"
    engine = opened(record, tmp_path, text)
    async with replaying(engine) as app:
        rows = [row.split() for row in app.rows("variables")]
        assert ["←", "half()", "0.0"] in rows
    engine.close()


async def test_what_a_future_import_binds_stands_with_the_imports(
    record: Record, tmp_path: Path
) -> None:
    engine = opened(record, tmp_path, "from __future__ import annotations\nx = 1\ny = x\n")
    async with replaying(engine) as app:
        assert "annotations" not in app.text("variables")
        assert "Functions, classes, imports" in app.text("variables")
    engine.close()


def test_a_run_without_a_failure_opens_at_its_end(record: Record, tmp_path: Path) -> None:
    text = RUNNER.replace("total[5]", "total[1]")
    engine = opened(record, tmp_path, text)
    arrival = Session(engine).opening()
    assert arrival.moment is not None
    assert arrival.moment.step == len(engine) - 1
    assert "N and S go back from here" in arrival.note
    engine.close()


async def test_what_the_calls_of_the_failing_statement_gave_is_shown(
    record: Record, tmp_path: Path
) -> None:
    text = "def half(x):\n    return x / 2\n\ndef mean(x, y):\n    return half(x) / half(y)\n\n"
    engine = opened(record, tmp_path, text + "mean(3, 0)\n")
    async with replaying(engine) as app:
        rows = [row.split() for row in app.rows("variables")]
        assert [row for row in rows if row[:2] == ["←", "half()"]] == [
            ["←", "half()", "1.5"],
            ["←", "half()", "0.0"],
        ]
        await app.press("s")
        assert "half()  0.0" not in app.text("variables")
    engine.close()


def test_it_opens_at_the_statement_that_raised_when_calls_in_it_had_come_back(
    record: Record, tmp_path: Path
) -> None:
    text = "def half(x):\n    return x / 2\n\ndef mean(x, y):\n    return half(x) / half(y)\n\n"
    engine = opened(record, tmp_path, text + "mean(1, 0)\n")
    error = engine.uncaught()
    assert error is not None
    assert (error.raised.function, error.raised.line) == ("mean", 5)
    assert error.step == engine.recording.exceptions()[-1].step
    engine.close()


def test_what_ended_the_program_is_known_before_the_exceptions_are_read(
    record: Record, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text("x = 1\ny = {}['no']\n")
    engine = open_engine(str(record(str(program)).trace))
    assert engine.exception_at(0) is None
    found = engine.exception_at(1)
    assert found is not None
    assert (found.type_name, found.message, found.uncaught) == ("KeyError", "'no'", True)
    engine.close()


async def test_a_module_that_fails_shows_what_it_read(record: Record, tmp_path: Path) -> None:
    engine = opened(record, tmp_path, MODULE)
    async with replaying(engine) as app:
        rows = app.rows("variables")
        assert "✖ raises  AssertionError: the box" in rows[0]
        assert rows[1].split() == ["box.size", "3"]
    engine.close()


async def test_a_single_step_has_nowhere_to_go_and_says_so(record: Record, tmp_path: Path) -> None:
    engine = opened(record, tmp_path, "x = 1\n")
    async with replaying(engine) as app:
        assert app.news.endswith("this is its only step")
        assert "no variable has a value yet" in app.text("variables")
        assert "the program wrote nothing" in app.text("output")
        for key in "sSnNcC><":
            names = {">": "greater_than_sign", "<": "less_than_sign"}
            await app.press(names.get(key, key))
            assert app.news.startswith("this is the") or "nothing ran" in app.news, key
        for key in "rKyY":
            app.app.tell("")
            await app.press(key)
            assert app.news.startswith("no value is selected"), key
    engine.close()


LONG_CALL = """\
def check(amount, limit):
    raise ValueError("an amount of more than the limit was asked for", amount, limit, "nobody", 0)

check(7, 3)
"""


def block(app: Driver) -> list[str]:
    """The rows of the statement that fails, and those below that belong to it."""
    rows = app.rows("source")
    first = next(at for at, row in enumerate(rows) if "▶" in row)
    rest = rows[first + 1 :]
    ends = next(at for at, row in enumerate(rest) if row.lstrip("│ ")[:1].isdigit())
    return [row.strip("│ ") for row in rows[first : first + 1 + ends]]


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 36)])
async def test_a_line_that_fails_and_its_exception_are_read_whole(
    record: Record, tmp_path: Path, size: tuple[int, int]
) -> None:
    engine = opened(record, tmp_path, LONG_CALL)
    async with replaying(engine, size=size) as app:
        shown = "".join(row.rstrip("›").replace(" ", "") for row in block(app))
        assert 'limitwasaskedfor",amount,limit,"nobody",0)✖ValueError:(' in shown
        assert shown.endswith("7,3,'nobody',0)")
    engine.close()


async def test_what_became_of_an_exception_is_told_where_its_text_is_cut(
    record: Record, tmp_path: Path
) -> None:
    engine = opened(record, tmp_path, "raise ValueError('much to be said of this ' * 9)\n")
    async with replaying(engine, size=(80, 24)) as app:
        assert app.text("hints").startswith(" ✖ ValueError: much to be said")
        assert app.text("hints").endswith("… · not caught")
    engine.close()


async def test_where_there_is_room_an_exception_stands_at_the_end_of_its_line(
    record: Record, tmp_path: Path
) -> None:
    engine = opened(record, tmp_path, "def bad():\n    raise ValueError(3)\n\nbad()\n")
    async with replaying(engine) as app:
        row = next(row for row in app.rows("source") if "▶" in row)
        assert "raise ValueError(3)   ✖ ValueError: 3" in row
    engine.close()


async def test_the_lines_below_one_that_fails_keep_their_numbers(
    record: Record, tmp_path: Path
) -> None:
    text = LONG_CALL + "".join(f"x{n} = {n}\n" for n in range(90))
    engine = opened(record, tmp_path, text)
    async with replaying(engine, size=(80, 24)) as app:
        await app.press("1", "j", "j")
        cursor = app.app.source.cursor
        assert cursor == 3
        rows = app.rows("source")
        below = next(at for at, row in enumerate(rows) if "check(7, 3)" in row)
        assert app.app.source.row_at(below, app.app.source.scroll_offset.y) == cursor
        await app.press("G")
        assert "x89 = 89" in app.text("source")
        await app.press("N")
        assert "✖ ValueError" not in app.text("source")
        assert len([row for row in app.rows("source") if "▶" in row]) == 1
    engine.close()


SHADED = """\
rows = [1]

def first(rows):
    return rows[0]

first([2])
"""


async def test_a_global_that_a_parameter_hides_is_not_in_use(
    record: Record, tmp_path: Path
) -> None:
    engine = opened(record, tmp_path, SHADED)
    async with replaying(engine, step=len(engine) - 1) as app:
        assert app.line == 4
        rows = app.text("variables")
        assert "Other globals" in rows
        assert "Globals in use" not in rows
    engine.close()


CATCHING = """\
def fails(n):
    raise ValueError(n)

for n in range(50):
    try:
        fails(n)
    except ValueError:
        last = n
"""


def test_of_very_many_exceptions_only_their_places_are_kept(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = opened(record, tmp_path, CATCHING)
    exact = engine.exception_steps()
    assert engine.exception_at(exact[7]) is engine.exception_at(exact[7])
    engine.close()
    monkeypatch.setattr("escope_tui.session.engine.FEW_RAISED", 10)
    engine = open_engine(engine.recording.path)
    assert set(exact) <= set(engine.exception_steps())
    assert engine.exception_at(exact[7]) is not engine.exception_at(exact[7]), "read when asked"
    assert engine.exception_steps(lambda: True) == [], "nobody waits any more"
    engine.close()
