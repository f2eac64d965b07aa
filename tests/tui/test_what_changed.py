"""What the app says of a moment: what changed inside an object, what a failing statement read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from escope_tui.session.engine import open_engine
from escope_tui.session.inside import change_inside
from escope_tui.session.projection import Projector, View
from escope_tui.session.session import Session
from tests.conftest import Recorded
from tests.helpers.driving import replaying

FAILING = """\
from decimal import Decimal

class Order:
    def __init__(self):
        self.total = Decimal("12.50")
        self.discount = Decimal(0)

    def close(self):
        self.discount = {"old": None}["old"]
        return self.total * self.discount

Order().close()
"""
CHANGING = """\
class Account:
    balance = 0

account = Account()
account.balance = 100
rows, names, known = [1, 2], {"a": 1}, {1, 2}
deep = {"one": [account]}
mark = 0
account.balance = 87
mark = 1
rows.append(7)
mark = 2
names["b"] = 2
mark = 3
del names["a"]
mark = 4
known.add(5)
mark = 5
rows.insert(0, 0)
mark = 6
rows.clear()
mark = 7
"""


def written(folder: Path, text: str) -> str:
    path = folder / "program.py"
    path.write_text(text)
    return str(path)


def test_what_cannot_be_true_or_false_is_shown_like_any_value(
    record: Callable[..., Recorded], tmp_path: Path
) -> None:
    recorded = record(written(tmp_path, FAILING))
    engine = open_engine(str(recorded.trace))
    session = Session(engine)
    session.arrive(session.opening())
    view = Projector(engine).view(session.here)
    engine.close()
    assert [text for text, _ in view.reads] == ["self.total", "self.discount"]
    assert view.remarks[9].text == "self.discount None ← Decimal('0')"


async def test_a_failing_statement_shows_what_it_read(
    record: Callable[..., Recorded], tmp_path: Path
) -> None:
    recorded = record(written(tmp_path, FAILING))
    engine = open_engine(str(recorded.trace))
    async with replaying(engine) as app:
        rows = app.rows("variables")
        assert "✖ raises" in rows[0]
        assert rows[2].split() == ["self.discount", "None"]
        await app.press("2", "g", "j", "j", "left_square_bracket")
        assert app.line == 9, "the statement that set it is one key away"
    engine.close()


COUNTED = """\
import functools

@functools.lru_cache
def double(n):
    return n * 2

for _ in range(2):
    rows = [double(k) for k in range(5)]
    more = [
        k + 1
        for k in rows
    ]
"""


async def test_lines_count_executions_and_not_the_iterations_of_a_comprehension(
    record: Callable[..., Recorded], tmp_path: Path
) -> None:
    recorded = record(written(tmp_path, COUNTED))
    engine = open_engine(str(recorded.trace))
    async with replaying(engine, step=len(engine) - 1) as app:
        rows = {int(row[2:6]): row[6:12].split() for row in app.rows("source") if row[2:6].strip()}
        assert (rows[8], rows[9]) == (["2"], ["2"])
        assert "def double" in app.text("source")
        await app.press("colon")
        await app.type(":8")
        await app.press("asterisk")
        assert len([row for row in app.rows("executions") if "@" in row]) == 2
        here = app.step
        await app.press("1", "L")
        assert engine.step(app.step).line == 8
        assert here - app.step > 10, "the execution before, not the iteration before"
    hits = app.view.hits
    assert app.view.source is not None
    assert hits[app.view.source.counted(4)] == 1, "the line of a decorated def has run"
    engine.close()


@pytest.fixture(scope="module")
def changes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, View]]:
    """The view after each change, by the number of the mark that follows it."""
    folder = tmp_path_factory.mktemp("changing")
    trace = folder / "changing.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", str(trace)]
    subprocess.run([*command, written(folder, CHANGING)], check=True, timeout=120)
    engine = open_engine(str(trace))
    session, projector = Session(engine), Projector(engine)
    found = {}
    for number in range(1, 8):
        line = CHANGING.splitlines().index(f"mark = {number}") + 1
        step = next(s for s in range(len(engine)) if engine.step(s).line == line)
        found[number] = projector.view(session.moment(step))
    yield found
    engine.close()


@pytest.mark.parametrize(
    ("mark", "name", "said"),
    [
        (1, "account", ".balance 87 ← 100"),
        (1, "deep", "['one'][0].balance 87 ← 100"),
        (2, "rows", "[2] + 7"),
        (3, "names", "['b'] + 2"),
        (4, "names", "['a'] gone"),
        (5, "known", "+ 5"),
        (6, "rows", "[0] 0 ← 1"),
        (7, "rows", "emptied of 4"),
    ],
)
def test_the_first_difference_inside_an_object_is_said(
    changes: dict[int, View], mark: int, name: str, said: str
) -> None:
    variable = next(v for v in changes[mark].variables if v.name == name)
    assert variable.change == "inside"
    assert variable.old is not None
    assert change_inside(variable.value, variable.old) == said


async def test_a_change_in_place_is_told_by_what_changed(
    record: Callable[..., Recorded], tmp_path: Path
) -> None:
    engine = open_engine(str(record(written(tmp_path, CHANGING)).trace))
    async with replaying(engine, step=len(engine) - 1) as app:
        session = app.app.session
        session.arrive(session.goto(len(engine) - 1))
        notes = []
        while (arrival := session.change("rows", back=True)).moment is not None:
            session.arrive(arrival)
            notes.append(arrival.note)
    assert notes[:3] == [
        "rows changes in place here: emptied of 4",
        "rows changes in place here: [0] 0 ← 1",
        "rows changes in place here: [2] + 7",
    ]
    engine.close()


PRIVATE = """class Gate:
    def __init__(self):
        self._waiters, self.passed = 0, 0

class Line:
    def __init__(self):
        self.gate, self.name = Gate(), "a"

line = Line()
mark = 0
line.gate._waiters, line.gate.passed = 1, 1
mark = 1
line.gate._waiters, line.name = 2, "b"
mark = 2
line.gate._waiters = 3
mark = 3
"""


def test_what_changed_in_a_private_attribute_is_said_where_nothing_else_did(
    record: Callable[..., Recorded], tmp_path: Path
) -> None:
    engine = open_engine(str(record(written(tmp_path, PRIVATE)).trace))
    session, projector = Session(engine), Projector(engine)
    said = []
    for line in (12, 14, 16):
        step = engine.hit([(engine.all_files()[0], line)], 0, False)
        assert step is not None
        session.arrive(session.goto(step))
        said += [v.inside for v in projector.view(session.here).variables if v.name == "line"]
    engine.close()
    assert said == [".gate.passed 1 ← 0", ".name 'b' ← 'a'", ".gate._waiters 3 ← 2"]
