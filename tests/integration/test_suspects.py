"""The ranking of suspects and the comparison of runs, on small algorithms with one faulty line."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.errors import EscopeError
from escope_tui.query.compare import compare_recordings
from escope_tui.query.mutants import small_changes
from escope_tui.query.recording import Recording
from escope_tui.query.suspects import EFFORT, rank_suspects
from escope_tui.replay.evaluator import Evaluator

BUGS = Path(__file__).parents[1] / "programs" / "bugs"
INPUTS: dict[str, list[str]] = json.loads((BUGS / "inputs.json").read_text())
FIX = "# fix: "
FEW = ("wordcount", "kadane", "transpose")
"""Looked at in each run of the suite; the others are slow together."""


def mended(name: str, folder: Path) -> tuple[int, Path]:
    """The number of the faulty line, and the program with the line that belongs there."""
    lines = (BUGS / f"{name}.py").read_text().split("\n")
    number = next(n for n, line in enumerate(lines) if FIX in line)
    indent = lines[number][: len(lines[number]) - len(lines[number].lstrip())]
    lines[number] = indent + lines[number].partition(FIX)[2]
    path = folder / f"{name}_mended.py"
    path.write_text("\n".join(lines))
    return number + 1, path


def runs(
    name: str, record: Callable[..., Any], folder: Path
) -> tuple[int, list[Recording], list[Recording]]:
    """The faulty line, and the recordings of runs that gave the right and the wrong output."""
    line, path = mended(name, folder)
    good: list[Recording] = []
    bad: list[Recording] = []
    for given in INPUTS[name]:
        right = subprocess.run([sys.executable, str(path), given], capture_output=True, check=True)
        done = record(str(BUGS / f"{name}.py"), given)
        same = (done.stdout, done.code) == (right.stdout, 0)
        (good if same else bad).append(escope.open(str(done.trace)))
    return line, good, bad


def place_of(line: int, good: list[Recording], bad: list[Recording]) -> int:
    """The faulty line's place in the ranking, from 1."""
    ranking = rank_suspects(good, bad)
    return next((n for n, each in enumerate(ranking, 1) if each.line == line), len(ranking) + 1)


def close(*groups: list[Recording]) -> None:
    for group in groups:
        for rec in group:
            rec.close()


@pytest.mark.parametrize("name", FEW)
def test_the_faulty_line_is_among_the_first_suspects(
    name: str, record: Callable[..., Any], tmp_path: Path
) -> None:
    line, good, bad = runs(name, record, tmp_path)
    assert good
    assert bad
    assert place_of(line, good, bad) <= 5
    close(good, bad)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_of_all_bugs_half_are_found_first_and_nine_tenths_among_five(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    places = {}
    for name in INPUTS:
        line, good, bad = runs(name, record, tmp_path)
        assert good, name
        assert bad, name
        places[name] = place_of(line, good, bad)
        close(good, bad)
    assert len(places) >= 25
    first = sum(place == 1 for place in places.values())
    five = sum(place <= 5 for place in places.values())
    assert first * 2 >= len(places), places
    assert five * 10 >= len(places) * 9, places


def test_a_small_change_that_would_have_helped_is_told(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    # given: withdrawing all that there is fails, for `>=` stands where `>` belongs
    line, good, bad = runs("bank", record, tmp_path)
    # when
    suspect = next(each for each in rank_suspects(good, bad) if each.line == line)
    # then: of all runs, it would have changed just the failing ones
    assert suspect.changed == "amount >= self.balance → amount > self.balance"
    assert suspect.change == 1.0
    close(good, bad)


def test_changes_are_of_what_a_statement_computes_without_the_programs_code() -> None:
    text = "if total(x) + 1 > limit and name.isalpha() and kind == 'a': pass"
    changes = small_changes(ast.parse(text).body[0])
    assert {(c.before, c.after) for c in changes} == {
        ("name.isalpha()", "name.isalnum()"),
    }
    division = ast.parse("hours = minutes // 60").body[0]
    # the true quotient is another one just where something is left over
    assert "minutes / 60" in {c.after for c in small_changes(division)}
    loop = ast.parse("for i in range(1, n): pass").body[0]
    assert {c.after for c in small_changes(loop)} == {
        *("range(2, n)", "range(0, n)"),
        *("range(1 + 1, n)", "range(1 + -1, n)", "range(1, n + 1)", "range(1, n + -1)"),
    }


def opened(
    record: Callable[..., Any], script: Path, *given: str
) -> tuple[list[Recording], list[bool]]:
    """The recordings of a script's runs with each argument, and which of them failed."""
    done = [record(str(script), each) for each in given]
    return [escope.open(str(each.trace)) for each in done], [each.code != 0 for each in done]


def test_a_module_that_only_a_later_failing_run_loaded_has_its_place(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    # given: the first failing run does not import the helper, the second does
    (tmp_path / "helper.py").write_text("def twice(n):\n    m = n + 1\n    return m * 2\n")
    script = tmp_path / "main.py"
    script.write_text(
        "import sys\nn = int(sys.argv[1])\nif n > 1:\n    import helper\n    n = helper.twice(n)\n"
        "assert n == 0, n\n"
    )
    runs, failed = opened(record, script, "0", "1", "2")
    assert failed == [False, True, True]
    # when
    found = rank_suspects(runs[:1], runs[1:])
    # then
    inner = next(each for each in found if (each.file, each.line) == ("helper.py", 3))
    assert (inner.function, inner.source, inner.failing) == ("twice", "return m * 2", 1)
    close(runs)


def test_a_sum_of_hundreds_of_terms_is_ranked_without_changes_of_it(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "long.py"
    terms = "+".join(["a"] * 400)
    script.write_text(f"import sys\na = int(sys.argv[1])\nx = {terms}\nassert x < 800, x\n")
    runs, failed = opened(record, script, "1", "2")
    assert failed == [False, True]
    found = {each.line: each for each in rank_suspects(runs[:1], runs[1:])}
    assert found[3].changed == ""
    assert found[4].changed == "x < 800 → x <= 800"
    close(runs)


def test_an_expression_of_thousands_of_characters_does_not_hide_the_changes_beside_it(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    keys = ", ".join(f"'key of the table {n}': {n}" for n in range(200))
    script = tmp_path / "wide.py"
    script.write_text(
        "import sys\n\n\ndef g(small, table):\n    return small\n\n\na = int(sys.argv[1])\n"
        f"r = g(a < 6, {{{keys}}})\nassert not r or a < 5, a\n"
    )
    runs, failed = opened(record, script, "4", "7", "5")
    assert failed == [False, False, True]
    found = {each.line: each for each in rank_suspects(runs[:2], runs[2:])}
    assert found[9].changed == "a < 6 → a < 5"
    close(runs)


DEAR = """\
import sys


def count(data, low, most):
    found = 0
    for k in range(most):
        found = sum(x * 2 + 1 for x in data if low < x and x <= 70 + k)
    return found


n = int(sys.argv[1])
total = count(list(range(200)), n, 40)
assert n < 5, total
"""


def test_what_a_ranking_computes_is_bounded_and_the_answer_says_so(
    record: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: a statement in a loop, each evaluation of which takes thousands of nodes
    script = tmp_path / "dear.py"
    script.write_text(DEAR)
    runs, failed = opened(record, script, "0", "1", "9")
    assert failed == [False, False, True]
    nodes = 0
    visit = Evaluator.visit

    def counted(self: Evaluator, node: ast.expr) -> Any:
        nonlocal nodes
        nodes += 1
        return visit(self, node)

    monkeypatch.setattr(Evaluator, "visit", counted)
    # when
    found = {each.line: each for each in rank_suspects(runs[:2], runs[2:])}
    # then: only the dear statement is cut short, the others have all of their changes
    assert 0 < nodes < EFFORT
    assert [line for line, each in found.items() if each.cut] == [7]
    assert found[13].changed == "n < 5 → n != 5"
    # and: what is left out depends on the recordings alone
    assert {each.line: each for each in rank_suspects(runs[:2], runs[2:])} == found
    close(runs)


def test_looking_up_in_a_large_dict_or_text_does_not_count_as_reading_all_of_it(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "lookup.py"
    script.write_text(
        "import sys\nn = int(sys.argv[1])\ntable = dict.fromkeys(range(100_000), 1)\n"
        "text = 'ab' * 500_000\nfound = 0\nfor i in range(40):\n"
        "    found += i in table and text[i] == 'a' and i < n\nassert found < 5, found\n"
    )
    runs, failed = opened(record, script, "1", "2", "20")
    assert failed == [False, False, True]
    found = {each.line: each for each in rank_suspects(runs[:2], runs[2:])}
    assert [line for line, each in found.items() if each.cut] == []
    close(runs)


def test_the_command_says_which_statements_it_did_not_try_all_changes_of(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    script = tmp_path / "dear.py"
    script.write_text(DEAR)
    none, good, bad = (str(record(str(script), given).trace) for given in ("0", "1", "9"))
    given = ["--failing", bad, "--passing", none, "--passing", good]
    command = [sys.executable, "-m", "escope_tui", "suspects", *given]
    text = subprocess.run(command, capture_output=True, check=True, text=True)
    marked = [line for line in text.stdout.splitlines() if "[not all changes tried]" in line]
    assert len(marked) == 1
    assert "dear.py:7" in marked[0]
    assert "not all small changes of 1 statement were tried" in text.stderr
    rows = subprocess.run([*command, "--json"], capture_output=True, check=True, text=True).stdout
    assert [row["line"] for row in map(json.loads, rows.splitlines()) if row["cut"]] == [7]


def test_a_text_that_python_cannot_write_again_does_not_hide_the_changes_beside_it() -> None:
    # given: before 3.12 an f-string of this tree would need a backslash, for the invisible space
    text = "g(f'{\"\u200b\".join(names)}', n < 5)"
    changes = small_changes(ast.parse(text).body[0])
    assert ("n < 5", "n <= 5") in {(c.before, c.after) for c in changes}


def test_two_runs_differ_first_in_what_they_were_given_and_then_in_what_they_do(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    traces = [record(str(BUGS / "tax.py"), given).trace for given in ("(50,)", "(300,)", "(50,)")]
    one, other, again = (escope.open(str(trace)) for trace in traces)
    found = compare_recordings(one, other)
    assert [(d.kind, d.name) for d in found[:2]] == [("value", "income"), ("control", "income")]
    assert found[1].step_a == found[1].step_b
    assert found[0].cause_a is not None
    assert compare_recordings(one, again) == []
    close([one, other, again])


NESTED = """\
import sys
rows = [{"name": f"row {n}", "cells": (n, [n] * 3)} for n in range(30)]
rows[20]["cells"][1][2] = int(sys.argv[1])
done = 1
"""


def test_two_runs_differ_in_the_member_that_is_another_one(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    """Of large containers the beginnings look the same."""
    script = tmp_path / "nested.py"
    script.write_text(NESTED)
    one, other = (escope.open(str(record(str(script), n).trace)) for n in ("5", "6"))
    (found,) = compare_recordings(one, other)
    assert found.name == "rows[20]['cells'][1][2]"
    assert found.text == f"{found.name} is 5 in the first run, 6 in the second"
    assert found.cause_a is not None
    close([one, other])


def test_two_moments_differ_in_the_variables_that_changed() -> None:
    sample = Path(__file__).parents[2] / "recordings" / "exchange.esr"
    with escope.open(str(sample)) as rec:
        calls = rec.calls(function="Exchange.rate")
        first, last = calls[0].enter + 2, calls[0].exit
        assert last is not None
        found = rec.compare(first, last)
        differing = [d.name for d in found if d.function == "Exchange.rate"]
        local = {re.split(r"[.\[]", name)[0] for name in differing}
        changed = {
            c.name
            for step in range(first + 1, last + 1)
            for c in rec.changes(step)
            if c.frame_id == calls[0].frame_id and c.scope == "local"
        }
        assert local <= changed
        assert "rate" in local
        assert rec.compare(first, first) == []


def test_a_ranking_without_a_failing_run_is_refused_with_what_to_do() -> None:
    with pytest.raises(EscopeError) as caught:
        rank_suspects([], [])
    assert "went wrong" in caught.value.hint
