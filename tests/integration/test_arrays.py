"""NumPy arrays in a recording: shape, element type, first elements, every way to write them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.heap import record_program, variables

pytest.importorskip("escope_tui._speedups.capture")
pytest.importorskip("numpy")

PROGRAM = """
import numpy as np


def main():
    a = np.arange(10)
    part = a[2:5]
    grid = np.zeros((2, 3), dtype="float32")
    big = np.zeros(100000)
    far = big[50000:50010]
    words = np.array(["ab", "c"])
    objects = np.array([1, None, [2]], dtype=object)
    days = np.array(["2020-01-01"], dtype="datetime64[D]")
    turned = np.array([1, -2], dtype=">i4")
    rows = np.array([(1, 2.0)], dtype=[("x", "i4"), ("y", "f8")])
    half = np.array([1.5], dtype="float16")
    single = np.array(5)
    large = np.array([2**64 - 1], dtype="uint64")
    small = np.int64(-5)
    real = np.float32(1.5)
    truth = np.bool_(True)
    made = 1
    a[3] = 99
    item = 1
    part[0] = -5
    through_a_view = 1
    a += 1
    augmented = 1
    far[0] = 7.0
    beyond_the_head = 1
    a[::2] = 0
    sliced = 1
    np.copyto(grid, 4)
    copied = 1
    other = grid.T
    other[0, 1] = 8
    transposed = 1
    grid.fill(2)
    filled = 1
    grid.shape = (3, 2)
    shaped = 1
    np.add(a, 1, out=a)
    given = 1
    a.sort()
    sorted_ = 1
    objects[2].append(5)
    inside = 1
    memory = memoryview(a)
    memory[0] = 1234
    by_memory = 1
    raw = bytearray(8)
    over = np.frombuffer(raw, dtype="u1")
    raw[0] = 9
    over[1] = 8
    both_ways = 1
    a.flat[1] = 4242
    flat = 1
    for each in np.nditer(a, op_flags=["readwrite"]):
        each[...] = 3
    iterated = 1


main()
"""


@pytest.fixture(scope="module")
def rec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with record_program(PROGRAM, tmp_path_factory.mktemp("arrays")) as found:
        yield found


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("a", "ndarray(int64, (10,)) [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"),
        ("grid", "ndarray(float32, (2, 3)) [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]"),
        ("words", "ndarray(<U2, (2,)) ['ab', 'c']"),
        ("objects", "ndarray(object, (3,)) [1, None, [2]]"),
        ("days", "ndarray(<M8[D], (1,)) [… 1 more]"),
        ("turned", "ndarray(>i4, (2,)) [1, -2]"),
        ("rows", "ndarray(|V12, (1,)) [… 1 more]"),
        ("half", "ndarray(float16, (1,)) [1.5]"),
        ("single", "ndarray(int64, ()) [5]"),
        ("large", "ndarray(uint64, (1,)) [18446744073709551615]"),
        ("small", "int64(-5)"),
        ("real", "float32(1.5)"),
    ],
)
def test_an_array_shows_its_elements(name: str, summary: str, rec: Any) -> None:
    assert variables(rec, "made = 1")[name].summary() == summary


def test_a_large_array_says_how_much_is_missing(rec: Any) -> None:
    big = variables(rec, "made = 1")["big"]
    assert big.size == 100000
    assert big.attr("shape").python() == (100000,)
    assert big.python().items[-1].missing > 99000


@pytest.mark.parametrize(
    ("line", "name", "items"),
    [
        ("item = 1", "a", [0, 1, 2, 99, 4, 5, 6, 7, 8, 9]),
        ("item = 1", "part", [2, 99, 4]),
        ("through_a_view", "a", [0, 1, -5, 99, 4, 5, 6, 7, 8, 9]),
        ("augmented", "a", [1, 2, -4, 100, 5, 6, 7, 8, 9, 10]),
        ("augmented", "part", [-4, 100, 5]),
        ("beyond_the_head", "far", [7.0] + [0.0] * 9),
        ("sliced", "a", [0, 2, 0, 100, 0, 6, 0, 8, 0, 10]),
        ("copied", "grid", [4.0] * 6),
        ("transposed", "grid", [4.0, 4.0, 4.0, 8.0, 4.0, 4.0]),
        ("filled", "other", [2.0] * 6),
        ("given", "a", [1, 3, 1, 101, 1, 7, 1, 9, 1, 11]),
        ("sorted_", "part", [1, 1, 1]),
        ("inside", "objects", [1, None, [2, 5]]),
        ("by_memory", "a", [1234, 1, 1, 1, 1, 3, 7, 9, 11, 101]),
        ("both_ways", "over", [9, 8, 0, 0, 0, 0, 0, 0]),
        ("flat", "memory", [1234, 4242, 1, 1, 1, 3, 7, 9, 11, 101]),
        ("iterated", "a", [3] * 10),
        ("iterated", "part", [3] * 3),
    ],
)
def test_a_write_is_seen_in_every_array_over_the_same_memory(
    line: str, name: str, items: list[Any], rec: Any
) -> None:
    found = variables(rec, line)[name]
    assert found.python().items == items
    assert not found.uncertain


def test_a_write_through_an_array_is_seen_in_the_bytearray_below(rec: Any) -> None:
    raw = variables(rec, "both_ways")["raw"]
    assert raw.python() == bytearray(b"\t\x08\0\0\0\0\0\0")


def test_a_new_shape_is_seen(rec: Any) -> None:
    assert variables(rec, "shaped")["grid"].attr("shape").python() == (3, 2)
