"""No code of the program runs to record a value; and all its attributes are there."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.heap import record_program
from tests.helpers.programs import FOLDER

pytest.importorskip("escope_tui._speedups.capture")

SCRIPT = FOLDER / "types" / "evil_types.py"
SUMMARIES = {
    "object": "Evil_object(late=3)",
    "list": "Evil_list([5])",
    "dict": "Evil_dict({'k': 1})",
    "set": "Evil_set({4})",
    "frozenset": "Evil_frozenset(frozenset({1}))",
    "str": "Evil_str('text')",
    "int": "Evil_int(5)",
    "float": "Evil_float(1.5)",
    "complex": "Evil_complex(1j)",
    "bytes": "Evil_bytes(b'x')",
    "bytearray": "Evil_bytearray(b'x')",
    "tuple": "Evil_tuple(1, 2)",
    "OSError": "Evil_OSError(2, 'no')",
    "array": "Evil_array('i') [1, 2]",
    "datetime": "Evil_datetime(2020, 1, 2, 0, 0)",
    "timedelta": "Evil_timedelta(0)",
    "Decimal": "Decimal('1.5')",
    "partial": "Evil_partial(func=<built-in function len>, args=(1,), keywords={})",
}


@pytest.fixture(scope="module")
def rec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with record_program(SCRIPT, tmp_path_factory.mktemp("evil")) as found:
        yield found


@pytest.fixture(scope="module")
def seen(rec: Any) -> dict[str, Any]:
    return dict(rec.locals(len(rec) - 1))


def test_no_special_method_is_called_that_is_not_called_without_escope(rec: Any) -> None:
    alone = subprocess.run([sys.executable, SCRIPT], capture_output=True, check=True)
    assert "".join(each.text for each in rec.output()) == alone.stdout.decode()


@pytest.mark.parametrize("name", SUMMARIES)
def test_the_value_below_an_evil_class_is_shown(name: str, seen: dict[str, Any]) -> None:
    members = dict(seen["made"].children())
    assert members[f"['{name}']"].summary() == SUMMARIES[name]


def test_an_attribute_under_a_name_with_its_own_hash_is_shown(rec: Any) -> None:
    for step in rec:
        attrs = rec.locals(step.index).get("attrs")
        if attrs is not None and attrs.attr("ok") is not None:
            names = {label for label, _ in attrs.children()}
            assert {"name", "ok"} <= names
            return
    raise AssertionError


def test_classes_that_take_the_name_of_a_builtin_type_are_plain_instances(
    seen: dict[str, Any],
) -> None:
    kinds = [member.kind for _, _, member in seen["liars"].entries()]
    assert kinds == ["instance", "instance", "list"]
