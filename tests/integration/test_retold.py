"""What a recording tells again of a name where an exception passes is no write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from escope_tui.query.sql.ask import ask

PROGRAM = """\
class Shelf:
    def __init__(self, id, read):
        self.id = id
        self.read = read

def check(limit):
    if limit > 1:
        raise ValueError(limit)
    return limit

def fill(limit):
    low, high = [3], {}
    low, = low,
    try:
        (left, right), rest = (check(1), 2), check(2)
    except ValueError:
        left = 0
    while check(limit):
        limit += 1
    return low

shelf = Shelf(4, True)
number = shelf.id
seen = shelf.read
try:
    fill(1)
except ValueError:
    pass
"""


WRITES = {"low": [12, 13], "high": [12], "left": [17], "right": [], "rest": []}


@pytest.fixture
def rec(record: Callable[..., Any], tmp_path: Path) -> Iterator[Any]:
    script = tmp_path / "shelf.py"
    script.write_text(PROGRAM)
    with record(str(script)).open() as opened:
        yield opened


@pytest.mark.parametrize(("name", "lines"), WRITES.items())
def test_a_name_has_the_writes_that_the_source_has(rec: Any, name: str, lines: list[int]) -> None:
    # given: a name bound by unpacking, in a frame where exceptions pass
    # when: its writes are asked for forward, backward, as a history, and in SQL
    forward, at = [], 0
    while (write := rec.next_write(name, at)) is not None:
        forward.append(write.line)
        at = write.step
    backward, before = [], len(rec)
    while (write := rec.last_write(name, before)) is not None:
        backward.append(write.line)
        before = write.step
    history = [row.line for row in rec.history(name, in_place=False)]
    query = f"select line from writes where name = '{name}' order by step"
    # then
    assert forward == lines
    assert backward[::-1] == lines
    assert history == lines
    assert [line for (line,) in ask(rec, query)] == lines


@pytest.mark.parametrize(("name", "value"), [("number", 4), ("seen", True)])
def test_an_attribute_called_as_what_reads_input_is_no_input(
    rec: Any, name: str, value: object
) -> None:
    cause = rec.why(name)
    assert "input" not in [each.kind for each in cause]
    assert cause.value == value
