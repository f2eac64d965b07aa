"""The garbage collector may run wherever an object is made; a look at a value is no such place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.heap import record_program

pytest.importorskip("escope_tui._speedups.capture")

PROGRAM = """
import gc
import re

log = []


class Node:
    def __init__(self, number):
        self.number = number
        self.itself = self

    def __del__(self):
        value = self.number
        log.append(value)
        both = [value, value + 1]
        log[-1] = both


def run(threshold):
    gc.disable()
    gc.set_threshold(threshold, 1000, 1000)
    gc.collect()
    gc.enable()
    kept = []
    for number in range(60):
        Node(number)
        found = re.match("(a+)(b)", "a" * (number % 5 + 1) + "b")
        kept.append([found, {"found": found, "number": number}, [number]])


for threshold in range(2, 12):
    run(threshold)
gc.set_threshold(700)
gc.collect()
last = len(log)
print(last)
"""


def test_finalizers_that_are_recorded_never_run_inside_a_look(tmp_path: Path) -> None:
    """Where the groups of a match lie is made for the look."""
    script = tmp_path / "collected.py"
    script.write_text(PROGRAM)
    line = PROGRAM.splitlines().index("        log.append(value)") + 1
    with record_program(script, tmp_path) as rec:
        ends = [step for step in rec if step.line == line]
        assert dict(rec.locals(len(rec) - 1))["last"] == len(ends) == 600
