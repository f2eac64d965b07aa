"""Test modules that pytest loads are recorded, and pytest says the same of them as ever."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import escope_tui as escope
from tests.oracle.compare import Target, compare

pytest.importorskip("escope_tui._speedups.capture")

CODE = """
class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)
        return self

    def __repr__(self):
        return f"Stack({self.items})"

def add(a, b):
    total = a + b
    return total
"""

FIXTURES = """
import pytest

@pytest.fixture
def stack():
    from code_under_test import Stack
    made = Stack()
    assert made.items == []
    yield made
    assert made.items is not None

def pytest_assertion_pass(item, lineno, orig, expl):
    print("passed", lineno, orig, expl)
"""

TESTS = '''
"""Tests."""
from __future__ import annotations

import pytest
from code_under_test import add, Stack

NUMBERS = [1, 2, 3]

def test_passes(stack):
    assert stack.push(1).push(2).items == [1, 2]
    assert stack.items.pop() == 2
    left = len(stack.items)
    assert left == 1, f"left {left}"

def test_fails(stack):
    xs = [1, 2]
    assert add(xs.pop(), *xs) == add(b=1, a=1) + 2
    unreached = True

def test_short_circuits():
    a, b = 0, [3]
    assert (n := add(a, 1)) == 1 and b.pop() == 3 and not b
    assert a or b or add(a, n) == 5, "none"

def test_nested():
    data = {"k": [1, {"x": 2}]}
    assert all(v > 0 for v in NUMBERS) and [i * 2 for i in NUMBERS] == [2, 4, 6]
    assert any(map(lambda v: v > 2, NUMBERS))
    assert data["k"][1]["x"] in {1, 2} and "k" in f"{data!a}" and not data.get("z")
    assert data == {"k": [1, {"x": 3}]}

@pytest.mark.parametrize("a", [1, 2])
def test_parameters(a):
    assert a != 2

class TestClass:
    value = 5

    def test_method(self):
        self.value = 6
        assert self.value == TestClass.value + 0 is not None

def test_raises():
    with pytest.raises(ZeroDivisionError) as caught:
        1 / 0
    assert "zero" in str(caught.value)
    assert -add(1, 1) + 2**2 == 2 if caught else 1
    assert (1 < 2 < add(1, 1) <= 2) and not (3 > 4)
    assert [*NUMBERS, 9][-1:] == [8]

def test_awaits():
    import asyncio

    async def four():
        return 4

    async def go():
        assert await four() == 4
        assert await four() == 5

    asyncio.run(go())
'''

RUN = ["pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:randomly", "-rA"]


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "suite"
    folder.mkdir()
    (folder / "code_under_test.py").write_text(CODE)
    (folder / "conftest.py").write_text(FIXTURES)
    (folder / "test_code.py").write_text(TESTS)
    return folder


def say(folder: Path, *before: str, options: tuple[str, ...] = ()) -> tuple[int, str]:
    """The exit code and what pytest prints, without addresses and times."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, *before, "-m", *RUN, *options],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=120,
        check=False,
    )
    text = re.sub(r"0x[0-9a-f]+", "0x", done.stdout)
    return done.returncode, re.sub(r"=+ (.*) in [\d.]+s =+", r"\1", text)


def test_what_pytest_says_of_assertions_stays_as_it_was(suite: Path, tmp_path: Path) -> None:
    (suite / "pytest.ini").write_text("[pytest]\nenable_assertion_pass_hook = true\n")
    plain = say(suite)
    record = ("-m", "escope_tui", "record", "--force", "-o", str(tmp_path / "trace.esr"))
    recorded = say(suite, *record)
    assert "where 3 = add(2, *[1])" in plain[1]
    assert "passed" in plain[1]
    assert recorded == plain


def test_test_modules_are_recorded_though_pytest_has_kept_code_of_them(
    suite: Path, tmp_path: Path
) -> None:
    say(suite)
    assert list(suite.glob("__pycache__/test_code*pytest*.pyc"))
    trace = tmp_path / "trace.esr"
    say(suite, "-m", "escope_tui", "record", "--force", "-o", str(trace))
    with escope.open(str(trace)) as rec:
        functions = {str(rec[i].function) for i in range(len(rec))}
    assert {"test_passes", "TestClass.test_method", "stack", "Stack.push"} <= functions


def test_code_that_pytest_keeps_does_not_record(suite: Path, tmp_path: Path) -> None:
    record = ("-m", "escope_tui", "record", "--force", "-o", str(tmp_path / "trace.esr"))
    recorded = say(suite, *record)
    plain = say(suite)
    assert plain == recorded


def test_values_in_test_modules_agree_with_the_reference(suite: Path, tmp_path: Path) -> None:
    target = Target([*RUN, "--tb=no", "-q"], module=True, roots=[str(suite)], cwd=str(suite))
    report = compare("pytest", target, tmp_path)
    assert report.pairs > 300, report.text()
    assert report.agree == report.pairs, report.text()


def test_a_module_that_is_no_python_is_told_as_ever(suite: Path, tmp_path: Path) -> None:
    (suite / "test_code.py").write_text("def test():\n    assert (\n")
    plain = say(suite)
    record = ("-m", "escope_tui", "record", "--force", "-o", str(tmp_path / "trace.esr"))
    assert "SyntaxError" in plain[1]
    assert say(suite, *record) == plain
