"""Recipes of statements: what is predicted, that it is right, and that wrong tables are refused."""

from __future__ import annotations

import ast
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui._speedups.pack import Packer
from escope_tui._speedups.unpack import Cursor
from escope_tui.errors import EscopeError
from escope_tui.format import recipes
from escope_tui.format.reader import RecordingFile
from escope_tui.instrument import rewrite
from tests.helpers import rawstream as rs

ARITHMETIC = """
EDGES = [0, 1, -1, 7, -3, True, 2**31, 2**53 + 1, 2**62, -2**63, 2**63 - 1,
         0.0, -0.0, 1.5, -2.5, 1e308, 5e-324, float("inf"), float("nan"), 0.1]

def work(a, b):
    r = None
    try:
        {statement}
        note(r)
    except (ZeroDivisionError, OverflowError, TypeError, ValueError):
        pass

def note(r):
    print(repr(r))

for a in EDGES:
    for b in EDGES:
        work(a, b)
"""
BINARY = ["+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>", "**"]
STATEMENTS = [f"r = a {op} b if abs(b) < 70 or {op!r} not in ('<<', '**') else 0" for op in BINARY]
STATEMENTS += [f"r = a {op} b" for op in ("<", "<=", ">", ">=", "==", "!=", "is not")]
STATEMENTS += ["r = min(a, b)", "r = max(a, b)", "r = not a or b and 3", "r = -abs(a) if b else ~a"]
STATEMENTS += ["r = int(a) + float(b)", "r = [a, b][-1] * 2", "r = (a, b)[0], b", "r = bool(a)"]


def record(folder: Path, source: str) -> tuple[str, str]:
    """The recording of a program and what it printed."""
    (folder / "program.py").write_text(source, encoding="utf-8")
    trace = str(folder / "a.esr")
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", trace, "program.py"]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return trace, done.stdout


def test_recomputed_values_are_those_of_python_at_every_edge(tmp_path: Path) -> None:
    body = "\n        note(r)\n    except Exception:\n        pass\n    try:\n        ".join(
        STATEMENTS
    )
    source = ARITHMETIC.format(statement=body).replace(
        "except (ZeroDivisionError, OverflowError, TypeError, ValueError)", "except Exception"
    )
    trace, printed = record(tmp_path, source)
    with escope.open(trace) as rec:
        seen = []
        for step in range(len(rec)):
            if rec[step].function == "note" and rec[step].kind != "call":
                value = rec.locals(step).get("r")
                if value is not None:
                    seen.append(value.python(depth=6))
    shown = [repr(value) for value in seen]
    assert shown == printed.splitlines()[: len(shown)]
    assert len(shown) > 3000


def test_arithmetic_over_known_values_costs_next_to_nothing(tmp_path: Path) -> None:
    source = """
def orbit(n):
    x, y, v, w = 1.0, 0.5, 0.25, 1.0
    for i in range(n):
        r = (x * x + y * y) ** -1.5
        v = v - 0.001 * x * r
        w -= 0.001 * y * r
        x += 0.001 * v
        y += 0.001 * w
    return x
print(orbit(20000))
"""
    trace, printed = record(tmp_path, source)
    with escope.open(trace) as rec:
        last = rec.locals(len(rec) - 2)["x"].python()
        steps = len(rec)
    assert last == float(printed)
    assert Path(trace).stat().st_size < steps * 0.25


def rows_of(source: str) -> list[list[Any]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        unit = rewrite.rewrite(source, "program.py")
    table = {"source": source, "functions": unit.functions, "sites": unit.sites}
    numbers: dict[str, int] = {}
    return recipes.recipes_of(table, lambda text: numbers.setdefault(text, len(numbers)))[0]


def test_rows_come_by_rising_site_and_name_what_they_are_of() -> None:
    rows = rows_of("def f(self, n):\n    self.x = n + 1\n    return self.g(n)\n")
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    kinds = {row[1] for row in rows}
    assert {recipes.ATTR_VALUE, recipes.OBJECT, recipes.RESULT, recipes.ARGUMENT} <= kinds


def test_what_does_not_parse_has_no_recipes() -> None:
    assert recipes.recipes_of({"source": "def (", "sites": [], "functions": []}, len) == ([], [])


@pytest.mark.parametrize(
    "rows",
    [
        [[999, 1, 0, 0, [1, 0]]],
        [[1, 1, 0, 0, [1]]],
        [[1, 1, 0, 0, [3, 0]]],
        [[1, 1, -1, 0, [1, 0]]],
        [[1, 1, 0, 0, [1, 2**32]]],
        [[1, 1, 0, 0, ["1", 0]]],
        [[2, 1, 0, 0, [1, 0]], [1, 1, 0, 0, [1, 0]]],
        [[1, 1]],
        [7],
    ],
)
def test_a_table_with_recipes_that_make_no_sense_is_refused(rows: list[Any]) -> None:
    stream = rs.RawStream()
    stream.module()
    packer = Packer(recipes=lambda table, number: (rows, []))
    with pytest.raises(EscopeError):
        packer.feed(bytes(stream.data))


def test_reading_the_source_again_warns_of_nothing() -> None:
    assert rows_of("a = '\\d'\nb = a\n")


def test_the_hash_of_a_name_is_fnv() -> None:
    assert recipes.name_hash("") == 0x811C9DC5
    assert recipes.name_hash("a") == 0xE40C292C


def test_the_statements_of_this_test_parse() -> None:
    for statement in STATEMENTS:
        ast.parse(statement)


def test_the_first_module_of_a_file_carries_its_recipes(tmp_path: Path) -> None:
    trace, _ = record(tmp_path, "a = 1\nb = a + 1\nprint(b)\n")
    with RecordingFile(trace) as file:
        assert file.modules[0]["recipes"]
        cursor = Cursor(file)
        cursor.seek(file.steps - 1)
        assert [value for _, value in cursor.namespace(0)][:2] == [1, 2]
