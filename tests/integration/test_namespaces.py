"""Variables that no statement of the module names: they are found in the recording all the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope

pytest.importorskip("escope_tui._speedups.capture")

HELPER = """
GIVEN = [1, 2]
def helper():
    return 3
_hidden = 4
"""
PROGRAM = """
from helper_module import *
globals()["x"] = 1
exec("y = 2")
import helper_module
helper_module.late = "late"
def more(i):
    globals()[f"made_{i}"] = [i]
for i in range(3):
    more(i)
exec("del y")
end = helper_module.late
last = 0
"""


@pytest.fixture
def rec(record: Callable[..., Any], tmp_path: Path) -> Any:
    (tmp_path / "helper_module.py").write_text(HELPER)
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    with escope.open(str(record(str(script)).trace)) as found:
        yield found


def at_line(rec: Any, text: str) -> int:
    for step in rec:
        if rec.source(step.file).split("\n")[step.line - 1].startswith(text):
            return int(step.index)
    raise AssertionError(text)


def shown(rec: Any, text: str) -> dict[str, str]:
    return {name: value.summary() for name, value in rec.locals(at_line(rec, text)).items()}


def test_names_of_star_imports_exec_and_globals_are_variables(rec: Any) -> None:
    start = shown(rec, "globals()")
    assert start["GIVEN"].endswith("[1, 2]")
    assert "helper" in start
    assert not start.keys() & {"x", "y", "_hidden", "made_0"}
    assert shown(rec, 'exec("y')["x"] == "1"
    assert shown(rec, "import")["y"] == "2"
    last = shown(rec, "last")
    assert {"made_0", "made_1", "made_2"} <= last.keys()
    assert "y" not in last
    assert not [name for name in last if name.startswith("__")]


def test_an_attribute_that_is_new_to_a_module_is_its_variable(rec: Any) -> None:
    (module,) = [n for n, m in enumerate(rec.file.modules) if m["modname"] == "helper_module"]
    assert "late" in rec.file.modules[module]["functions"][0][5]


def test_the_write_of_such_a_name_is_found(rec: Any) -> None:
    write = rec.next_change("x", at_line(rec, "last"), -1)
    assert write is not None
    assert write.step == at_line(rec, "globals()")


def test_a_module_that_is_imported_elsewhere_is_a_name_of_its_package(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    package = tmp_path / "parts"
    package.mkdir()
    (package / "__init__.py").write_text("def look():\n    return 1\n")
    (package / "one.py").write_text("value = 1\n")
    (tmp_path / "program.py").write_text(
        "import parts\nparts.look()\nimport parts.one\nparts.look()\n"
    )
    with escope.open(str(record(str(tmp_path / "program.py")).trace)) as rec:
        before, after = (step.index for step in rec if step.function == "look")

        assert "one" not in rec.globals(before)
        assert rec.globals(after)["one"].summary() == "<module 'parts.one'>"
