"""Why a statement did what it did, and why a run failed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope

pytest.importorskip("escope_tui._speedups.capture")

FAILING = """
rules = {"tin": None}

class Line:
    def __init__(self, sku):
        self.sku = sku
        self.discount = 0

    def total(self):
        return 3 * (1 - self.discount)

def settle(lines):
    for line in lines:
        line.discount = rules[line.sku]
    return sum(line.total() for line in lines)

settle([Line("tin")])
"""
GUARDED = """
def check(age):
    if age < 18:
        raise ValueError("too young")
    return age

try:
    int("x")
except ValueError:
    pass
check(40)
check(12)
"""


@pytest.fixture
def trace(record: Callable[..., Any], tmp_path: Path) -> Callable[[str], str]:
    """Record a program's text, and return the recording's name."""

    def run(text: str) -> str:
        script = tmp_path / "program.py"
        script.write_text(text)
        return str(record(str(script)).trace)

    return run


def ask(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "escope_tui", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_failure_is_explained_by_what_its_statement_read(trace: Callable[[str], str]) -> None:
    with escope.open(trace(FAILING)) as rec:
        cause = rec.why()
        failure = rec.first_failure()
    assert (cause.kind, cause.target, cause.step) == ("exception", "TypeError", failure.step)
    (read,) = cause.reads
    assert read.name == "self.discount"
    assert read.cause is not None
    assert read.cause.source == "line.discount = rules[line.sku]"


def test_a_raise_is_explained_by_its_condition(trace: Callable[[str], str]) -> None:
    with escope.open(trace(GUARDED)) as rec:
        cause = rec.why()
    assert (cause.kind, cause.target) == ("exception", "ValueError")
    assert [(each.name, each.role) for each in cause.reads] == [("age < 18", "condition")]
    assert [each.value.data for each in cause if each.target == "age" and each.value] == [12]


def test_what_the_statement_called_is_followed(trace: Callable[[str], str]) -> None:
    with escope.open(trace("def double(n):\n    return n + n\n\nassert double(2) == 5\n")) as rec:
        cause = rec.why()
    assert (cause.kind, cause.target) == ("exception", "AssertionError")
    (read,) = cause.reads
    assert read.cause is not None
    assert (read.cause.kind, read.cause.source) == ("return", "return n + n")


def test_of_the_calls_of_a_statement_those_that_returned_are_followed(
    trace: Callable[[str], str],
) -> None:
    program = (
        "def half(n):\n    return n / 2\n\ndef broken(n):\n    return 1 / n\n\n"
        "zero = 0\nprint(half(4) + broken(zero))\n"
    )
    with escope.open(trace(program)) as rec:
        at = rec.calls(function="half")[0].enter - 1
        cause = rec.why(at=at)
    assert (cause.kind, cause.target) == ("exception", "ZeroDivisionError")
    assert [each.name for each in cause.reads] == ["half()", "zero"]


def test_a_caller_of_what_raised_is_explained_with_the_exception(
    trace: Callable[[str], str],
) -> None:
    with escope.open(trace(FAILING)) as rec:
        (call,) = rec.calls(function="settle")
        at = max(s.index for s in rec.steps() if s.frame_id == call.frame_id)
        assert rec.why(at=at).kind == "exception"


def test_an_assignment_is_explained_by_what_it_read(trace: Callable[[str], str]) -> None:
    with escope.open(trace(FAILING)) as rec:
        line = FAILING.splitlines().index("        line.discount = rules[line.sku]") + 1
        (at,) = (each.index for each in rec.steps() if each.line == line)
        cause = rec.why(at=at)
    assert cause.kind == "statement"
    assert [each.name for each in cause.reads] == ["rules[line.sku]", "line.sku", "line"]


def test_the_command_line_explains_the_failure_without_a_target(
    trace: Callable[[str], str],
) -> None:
    done = ask("why", trace(FAILING))
    assert done.returncode == 0
    assert done.stdout.startswith("TypeError = ")
    assert "self.discount = None" in done.stdout
    assert "the failure: TypeError" in done.stderr


def test_the_command_line_asks_as_of_the_failure(trace: Callable[[str], str]) -> None:
    done = ask("why", trace(FAILING), "self.discount")
    assert done.stdout.startswith("self.discount = None")


def test_the_end_of_a_run_that_went_well_is_explained(trace: Callable[[str], str]) -> None:
    done = ask("why", trace("x = 1\ny = x + 1\n"))
    assert done.stdout.splitlines()[0].startswith("y = x + 1  [statement]")
    assert done.stdout.splitlines()[1].startswith("  x = 1  [literal]")


def test_the_end_of_a_loop_is_explained_by_what_it_went_through() -> None:
    """Also where the statement that made it was over many steps before."""
    with escope.open(str(Path(__file__).parents[2] / "recordings" / "survey.esr")) as rec:
        cause = rec.why()
        notes = [each.note for each in cause]
        assert cause.source.startswith("for name, value in report(ANSWERS)")
        (report,) = [each for each in cause if each.target == "report()"]
        # then: what the call returned is read from its `return`, not from a comprehension in it
        assert (report.line, report.note) == (48, "")
        assert "it ended there: nothing was left to take from it" in notes


def test_the_exception_of_a_statement_is_found_behind_hundreds_that_its_calls_caught(
    tmp_path: Path,
) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "def work():\n    for n in range(300):\n        try:\n            raise KeyError(n)\n"
        "        except KeyError:\n            pass\n    raise ValueError('the last')\n"
        "try:\n    work()\nexcept ValueError:\n    done = 1\n"
    )
    with escope.open(escope.record([str(script)], output=str(tmp_path / "t.esr"))) as rec:
        step = rec.hits("program.py", 9)[0].step
        assert rec.why(at=step).target == "ValueError"
