"""What differs between two moments, also deep inside the variables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope

pytest.importorskip("escope_tui._speedups.capture")

PROGRAM = """
class Order:
    def __init__(self, *lines):
        self.lines = list(lines)
        self.paid = 0

def settle(orders, limit):
    seen = set()
    orders[1].lines[0]["price"] = None
    orders[0].paid = 7
    seen.add(3)
    orders[0].lines.append({"price": 4})
    del orders[2].lines[0]["price"]
    orders[2].lines[0]["weight"] = 2
    many.update(dict.fromkeys("abcdef"))
    return limit

many = {}
orders = [Order({"price": 1}), Order({"price": 2}), Order({"price": 3})]
same = orders[1].lines
settle(orders, 5)
"""


Differences = dict[str, tuple[str, str, bool]]


@pytest.fixture
def differ(record: Callable[..., Any], tmp_path: Path) -> Callable[[str], Differences]:
    """What differs between the first and the last statement of a program's `settle`."""

    def run(program: str) -> Differences:
        script = tmp_path / "orders.py"
        script.write_text(program)
        with escope.open(str(record(str(script)).trace)) as rec:
            (call,) = rec.calls(function="settle")
            assert call.exit is not None
            found = rec.compare(call.enter, call.exit)
            assert not found.cut
        return {
            each.name: (
                "" if each.before is None else each.before.summary(60),
                "" if each.after is None else each.after.summary(60),
                each.in_place,
            )
            for each in found
        }

    return run


def test_what_differs_deep_inside_is_named_by_its_way(differ: Callable[[str], Differences]) -> None:
    found = differ(PROGRAM)
    assert found["orders[1].lines[0]['price']"] == ("2", "None", False)
    assert found["orders[0].paid"] == ("0", "7", False)


def test_keys_that_came_and_went_have_no_value_on_one_side(
    differ: Callable[[str], Differences],
) -> None:
    found = differ(PROGRAM)
    assert found["orders[2].lines[0]['price']"] == ("3", "", False)
    assert found["orders[2].lines[0]['weight']"] == ("", "2", False)


def test_a_container_of_another_length_is_told_as_a_whole(
    differ: Callable[[str], Differences],
) -> None:
    found = differ(PROGRAM)
    assert found["orders[0].lines"] == ("[{'price': 1}]", "[{'price': 1}, {'price': 4}]", True)
    assert found["many"][2]
    assert found["seen"] == ("", "{3}", False)


def test_an_object_of_several_names_is_told_once(differ: Callable[[str], Differences]) -> None:
    assert set(differ(PROGRAM)) == {
        "seen",
        "orders[0].paid",
        "orders[0].lines",
        "orders[1].lines[0]['price']",
        "orders[2].lines[0]['price']",
        "orders[2].lines[0]['weight']",
        "many",
    }


def test_more_than_can_be_looked_at_is_said(record: Callable[..., Any], tmp_path: Path) -> None:
    script = tmp_path / "wide.py"
    script.write_text("rows = [[[i, j] for j in range(150)] for i in range(150)]\nx = 1\ny = 2\n")
    with escope.open(str(record(str(script)).trace)) as rec:
        found = rec.compare(-2, -1)
    assert ([each.name for each in found], found.cut) == (["x"], True)


TUPLE_KEYS = """
def settle(grid):
    grid[0, 1] = "x"
    grid[2, (3, "a")] += 1
    del grid[5, 5]
    return grid

settle({(0, 1): ".", (0, 2): ".", (2, (3, "a")): 1, (2, (3, "b")): 1, (5, 5): 0})
"""


def test_each_item_under_a_tuple_as_key_is_compared(differ: Callable[[str], Differences]) -> None:
    found = differ(TUPLE_KEYS)
    assert found == {
        "grid[(0, 1)]": ("'.'", "'x'", False),
        "grid[(2, (3, 'a'))]": ("1", "2", False),
        "grid[(5, 5)]": ("0", "", False),
    }


NOT_A_NUMBER = """
def settle(table):
    table["a"] = 2
    return table

settle({float("nan"): 1, "a": 1})
"""


def test_what_lies_under_not_a_number_as_key_does_not_differ(
    differ: Callable[[str], Differences],
) -> None:
    assert differ(NOT_A_NUMBER) == {"table['a']": ("1", "2", False)}


def test_the_end_differs_from_a_moment_as_the_moment_does_from_the_end(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "counted.py"
    script.write_text("total = 1\ntotal = 2\n")
    with escope.open(str(record(str(script)).trace)) as rec:
        (there,) = rec.compare(1, len(rec))
        (back,) = rec.compare(len(rec), 1)
        assert (there.name, str(there.before), str(there.after)) == ("total", "1", "2")
        assert (back.name, str(back.before), str(back.after)) == ("total", "2", "1")


LONG = """
def settle(numbers):
    numbers[4000] = 1
    return numbers

settle([0] * 5000)
"""


def test_that_items_of_a_long_list_are_not_compared_is_told(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "numbers.py"
    script.write_text(LONG)
    with escope.open(str(record(str(script)).trace)) as rec:
        (call,) = rec.calls("settle")
        assert call.exit is not None
        found = rec.compare(call.enter, call.exit)
        assert found.cut
        # but what was written there is known, if not what stood there before
        shown = [(each.name, str(each.before), str(each.after)) for each in found]
        assert shown == [("numbers[4000]", "<not recorded>", "1")]
