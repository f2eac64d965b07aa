"""The private structures of the interpreter that the core reads."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from escope_tui._speedups import capture


class Plain:
    def __init__(self) -> None:
        self.x = 1
        self.y = [2]


class Slotted:
    __slots__ = ("__dict__", "x")
    x: int


class Derived(dict):  # type: ignore[type-arg]
    pass


def test_the_running_frame_and_its_callers_are_found() -> None:
    def inner() -> list[Any]:
        return capture.probe_frames()

    frames = inner()

    assert frames[0] is inner.__code__
    assert frames[1] is sys._getframe().f_code


def test_frames_below_a_c_call_are_found() -> None:
    seen: list[Any] = []

    sorted([1], key=lambda _: len(seen.__iadd__(capture.probe_frames())))

    assert seen[0].co_name == "<lambda>"
    assert seen[1] is sys._getframe().f_code


def test_a_generator_frame_is_found_under_its_caller() -> None:
    def numbers() -> Any:
        yield capture.probe_frames()

    frames = next(numbers())

    assert frames[0].co_name == "numbers"
    assert frames[1] is sys._getframe().f_code


def test_the_cell_of_a_captured_variable_is_found_in_owner_and_inner_frame() -> None:
    shared = "owner"
    mine = capture.probe_cell("shared")

    def inner() -> Any:
        nonlocal shared
        shared = "inner"
        return capture.probe_cell("shared")

    theirs = inner()

    assert mine is theirs
    assert mine.cell_contents == "inner"
    assert capture.probe_cell("absent") is None


def test_inline_attributes_are_read() -> None:
    o = Plain()

    assert capture.probe_attributes(o) == {"x": 1, "y": [2]}


def test_attributes_of_a_materialised_dict_are_read() -> None:
    o = Plain()
    o.__dict__["z"] = 3

    assert capture.probe_attributes(o) == {"x": 1, "y": [2], "z": 3}


def test_an_attribute_deleted_is_gone() -> None:
    o = Plain()
    del o.x

    assert capture.probe_attributes(o) == {"y": [2]}


def test_a_replaced_dict_is_read() -> None:
    o = Plain()
    o.__dict__ = {"new": 1}

    assert capture.probe_attributes(o) == {"new": 1}


def test_an_attribute_is_found_by_the_place_of_its_key() -> None:
    o = Plain()
    o.__dict__ = {"z": 0, "y": [2], "x": 1}

    assert capture.probe_attribute(o, "x") == (1, 2)
    assert capture.probe_attribute(o, "absent") == (None, -1)


def test_an_attribute_of_a_dict_that_shares_its_keys_is_found() -> None:
    o, other = Plain(), Plain()
    vars(o)["z"], vars(other)["x"] = 3, 4

    assert capture.probe_attribute(o, "z", 2) == (3, 2)
    assert capture.probe_attribute(o, "x", 0) == (1, 0)
    assert capture.probe_attribute(other, "x", 0) == (4, 0)
    assert capture.probe_attribute(other, "z", 2) == (None, 2)


def test_a_place_that_holds_another_key_or_none_gives_nothing() -> None:
    o = Plain()
    o.__dict__ = {"y": [2], "x": 1}
    del o.y

    assert capture.probe_attribute(o, "x", 0) == (None, 0)
    assert capture.probe_attribute(o, "y", 0) == (None, 0)
    assert capture.probe_attribute(o, "x", 1) == (1, 1)
    assert capture.probe_attribute(o, "x", 40) == (None, 40)


def test_a_dict_with_keys_that_are_no_strings_has_no_places() -> None:
    o = Plain()
    o.__dict__ = {"x": 1, 2: 3}  # type: ignore[dict-item]

    assert capture.probe_attribute(o, "x") == (None, -1)
    assert capture.probe_attribute(o, "x", 0) == (None, 0)


def test_a_dict_of_a_class_of_its_own_has_no_places() -> None:
    o = Plain()
    o.__dict__ = Derived(x=1)

    assert capture.probe_attribute(o, "x", 0) == (None, 0)


def test_attributes_beside_slots_and_of_a_dict_subclass_are_read() -> None:
    s = Slotted()
    s.x = 1
    s.other = 2  # type: ignore[attr-defined]
    d = Derived(a=1)
    d.tag = "t"  # type: ignore[attr-defined]

    assert capture.probe_attributes(s) == {"other": 2}
    assert capture.probe_attributes(d) == {"tag": "t"}


def test_attributes_of_functions_and_exceptions_are_read() -> None:
    error = ValueError("x")
    error.code = 5  # type: ignore[attr-defined]

    assert capture.probe_attributes(error) == {"code": 5}


@pytest.mark.parametrize(
    "value",
    [
        0,
        1,
        -1,
        2**29,
        2**30,
        -(2**30),
        2**59,
        2**60 - 1,
        -(2**60) + 1,
        2**61,
        2**200 + 7,
        -(3**100),
    ],
)
def test_ints_are_read_from_their_digits(value: int) -> None:
    assert capture.probe_int(value) == value


def test_thirty_attributes_and_more_are_read() -> None:
    o = Plain()
    for i in range(60):
        setattr(o, f"a{i}", i)

    assert len(capture.probe_attributes(o)) == 62
