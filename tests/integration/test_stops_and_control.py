"""Breakpoints of all kinds, loops, conditions, coverage and tests from recordings."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import escope_tui as escope
from escope_tui.errors import EscopeError
from escope_tui.query.recording import Recording
from escope_tui.query.stops import exceptions_from
from escope_tui.replay.breakpoints import Breakpoint

PROGRAM = """
class Till:
    def __init__(self):
        self.sums = []

    def add(self, amount):
        self.sums.append(amount)
        return sum(self.sums)

def scaled(values, factor=2):
    found = []
    for value in values:
        if value < 0:
            raise ValueError("negative")
        found.append(value * factor)
    return found

def safe(values):
    try:
        return scaled(values)
    except ValueError:
        return None

def unused():
    return "never"

till = Till()
for number in range(6):
    till.add(number)
safe([1, 2])
safe([3, -1])
scaled([5, -5])
"""


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(PROGRAM.split("\n"), 1) if text in line)


@pytest.fixture(scope="module")
def rec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = tmp_path_factory.mktemp("stops")
    script = folder / "till.py"
    script.write_text(PROGRAM)
    with escope.open(escope.record([str(script)], output=str(folder / "t.esr"))) as opened:
        yield opened


def stops(rec: Recording, stop: Breakpoint, direction: int = 1) -> list[int]:
    found = []
    at = 0 if direction > 0 else len(rec) - 1
    while (reached := rec.timeline.resume(at, direction, [stop])) is not None:
        found.append(at := reached.step)
    return found


@pytest.mark.parametrize("direction", [1, -1])
def test_exceptions_stop_where_they_are_raised_and_where_they_are_caught(
    rec: Recording, direction: int
) -> None:
    raised = [s.index for s in rec if s.line == line_of("raise ValueError")]
    caught = [s.index for s in rec if s.line == line_of("return None")]

    def reach(steps: list[int]) -> list[int]:
        return steps if direction > 0 else [s for s in steps[::-1] if s < len(rec) - 1]

    assert stops(rec, Breakpoint(exception="ValueError"), direction) == reach(raised)
    assert stops(rec, Breakpoint(exception="*", fate="caught"), direction) == caught
    uncaught = Breakpoint(exception="ValueError", fate="uncaught")
    assert stops(rec, uncaught, direction) == reach(raised[1:])
    assert stops(rec, Breakpoint(exception="KeyError"), direction) == []


@pytest.mark.parametrize("direction", [1, -1])
def test_data_stops_at_each_step_that_shows_a_change(rec: Recording, direction: int) -> None:
    till = rec.locals(-1)["till"] if "till" in rec.locals(-1) else rec.globals(-1)["till"]
    sums = till.attr("sums")
    assert sums is not None
    found = stops(rec, Breakpoint(object_id=sums.object_id or 0), direction)
    lines = {rec[step].line for step in found}
    assert len(found) == 6
    assert lines == {line_of("return sum(self.sums)")}
    passed = stops(rec, Breakpoint(object_id=till.object_id or 0, passed=True), direction)
    assert [rec[p].is_entry for p in passed] == [True] * 7


def test_a_hit_count_means_that_hit_and_no_other_in_both_directions(rec: Recording) -> None:
    line = line_of("self.sums.append")
    hits = [h.step for h in rec.hits("till.py", line)]
    stop = Breakpoint("till.py", line, hits=4)
    assert stops(rec, stop) == stops(rec, stop, -1) == [hits[3]]
    chosen = Breakpoint("till.py", line, condition="amount % 2 == 1", hits=2)
    assert stops(rec, chosen) == [hits[3]]


def test_until_is_where_a_predicate_turns(rec: Recording) -> None:
    start = rec.calls(function="add")[0].enter
    loop = next(s.index for s in rec if s.line == line_of("till.add(number)"))
    turned = rec.until("len(till.sums) > 3", loop)
    assert turned is not None
    assert rec.evaluate("len(till.sums) > 3", at=turned)
    assert not any(
        len(rec.evaluate("till.sums", at=s, frame=rec[loop].frame_id).python()) > 3
        for s in range(loop, turned)
    )
    back = rec.until("len(till.sums) > 3", turned, -1, frame=rec[loop].frame_id)
    assert back == turned - 1
    assert rec.until("amount > 100", start) is None
    # A predicate over the module's variables outlives the frame that it is asked in.
    assert rec.until("number == 4", start) == next(
        s.index
        for s in rec
        if "number" in rec.globals(s.index) and rec.globals(s.index)["number"] == 4
    )


def test_a_loop_knows_its_iterations(rec: Recording) -> None:
    inside = [s.index for s in rec if s.line == line_of("till.add(number)")]
    for place, step in enumerate(inside, 1):
        loop = rec.loop(step)
        assert loop is not None
        assert (loop.iteration, loop.count) == (place, 6)
        assert loop.step_of(place) == loop.header
        assert loop.step_of(-1) < loop.last
    assert rec.loop(0) is None


def test_the_conditions_of_a_statement_are_told_up_to_the_program(rec: Recording) -> None:
    step = next(s.index for s in rec if s.line == line_of("raise ValueError"))
    found = rec.control(step)
    assert [(c.kind, c.outcome) for c in found[:4]] == [
        ("if", True),
        ("for", True),
        ("call", None),
        ("call", None),
    ]
    assert dict(found[0].reads)["value"] == -1
    assert found[-1].kind == "start"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('return "never"', "never called"),
        ("return None", "ran"),
        ("till.add(number)", "ran"),
    ],
)
def test_why_a_line_did_not_run(rec: Recording, text: str, reason: str) -> None:
    assert rec.why_not("till.py", line_of(text)).reason == reason


def test_a_branch_that_was_not_taken_is_named_with_its_values(rec: Recording) -> None:
    first = next(s.index for s in rec if s.line == line_of("raise ValueError"))
    answer = rec.why_not("till.py", line_of("raise ValueError"), at=first - 1)
    assert (answer.reason, answer.outcome) == ("branch", False)
    assert answer.decided_line == line_of("if value < 0")
    assert dict(answer.reads)["value"] == 3


def test_coverage_and_the_first_failure(rec: Recording) -> None:
    (coverage,) = rec.coverage()
    assert coverage.missed == (line_of('return "never"'),)
    assert coverage.counts == rec.line_counts("till.py")
    failure = rec.first_failure()
    assert (failure.reason, failure.text) == ("uncaught", "ValueError: negative")
    assert rec[failure.step].line == line_of("raise ValueError")


def test_a_test_made_from_a_call_runs_and_fails_for_another_result(
    rec: Recording, tmp_path: Path
) -> None:
    texts = [
        rec.test_case(rec.calls(function="add")[3]),
        rec.test_case(rec.calls(function="safe")[1]),
        rec.test_case(rec.calls(function="scaled")[0], name="test_scaled"),
    ]
    wrong = rec.test_case(rec.calls(function="scaled")[0], expected="[1]", name="test_wrong")
    for number, text in enumerate([*texts, wrong]):
        # given: a program whose own failure is not in the way
        source = PROGRAM.replace("scaled([5, -5])\n", "")
        Path(rec.files()[0]).write_text(source)
        path = tmp_path / f"test_made_{number}.py"
        path.write_text(text)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
        assert done.returncode == (1 if text is wrong else 0), done.stdout + text


def test_what_cannot_be_rebuilt_is_refused_with_the_reason(rec: Recording) -> None:
    with pytest.raises(EscopeError) as caught:
        rec.test_case(0)
    assert caught.value.slug == "cannot-rebuild"


FLOW = """\
def kind(v):
    match v:
        case 0:
            return "zero"
        case [a, b] if a > b:
            return "falling"
        case _:
            return "other"
def early(n):
    if n < 0:
        return "negative"
    n += 1
def search(xs):
    for x in xs:
        if x > 2:
            break
        last = x
    else:
        last = "none"
def skip(xs):
    for x in xs:
        if x % 2:
            continue
        kept = x
def fails(n):
    if n > 3:
        raise ValueError(n)
    return n
def handles(n):
    try:
        v = fails(n)
        w = v + 1
    except KeyError:
        v = "key"
    except ValueError:
        v = "value"
    else:
        v = "fine"
def count(n):
    while n > 0:
        n -= 1
        if n == 5:
            break
    else:
        n = "ran out"
def nothing(n):
    try:
        n += 1
    except OSError:
        n = "failed"
kind([1, 2])
early(-1)
search([1, 2, 3])
skip([1, 3])
handles(5)
count(7)
nothing(1)
end = 1
"""


@pytest.fixture(scope="module")
def flow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = tmp_path_factory.mktemp("flow")
    script = folder / "flow.py"
    script.write_text(FLOW)
    with escope.open(escope.record([str(script)], output=str(folder / "t.esr"))) as opened:
        yield opened


def line_in_flow(text: str) -> int:
    return next(n for n, line in enumerate(FLOW.split("\n"), 1) if line.strip() == text)


@pytest.mark.parametrize(
    ("line", "reason", "decided", "words"),
    [
        ('return "zero"', "branch", "match v:", "took another case"),
        ('return "falling"', "branch", "match v:", "took another case"),
        ("n += 1", "left", 'return "negative"', "early was left"),
        ('last = "none"', "loop", "break", "left by the break"),
        ("kept = x", "loop", "for x in xs:", ""),
        ("return n", "raised", "raise ValueError(n)", "ended by an exception"),
        ("w = v + 1", "raised", "v = fails(n)", "ValueError was raised"),
        ('v = "key"', "raised", "v = fails(n)", "which the handler of line"),
        ('v = "fine"', "raised", "v = fails(n)", "ValueError was raised"),
        ('n = "ran out"', "loop", "break", "left by the break"),
        ('n = "failed"', "branch", "n += 1", "nothing was raised in the try"),
    ],
)
def test_a_line_that_did_not_run_has_the_statement_that_left_it_out(
    flow: Recording, line: str, reason: str, decided: str, words: str
) -> None:
    found = flow.why_not("flow.py", line_in_flow(line))
    assert words in found.text
    if line != "kept = x":  # each iteration went on: the newest decision is the last header's
        assert (found.reason, found.source.strip()) == (reason, decided)


@pytest.mark.parametrize(
    ("line", "decisions"),
    [
        ('return "other"', [("match", "match v:")]),
        ('return "negative"', [("if", "if n < 0:")]),
        ("continue", [("if", "if x % 2:"), ("for", "for x in xs:")]),
        ("raise ValueError(n)", [("if", "if n > 3:")]),
        ('v = "value"', [("except", "v = fails(n)")]),
    ],
)
def test_jumps_and_cases_have_the_decisions_that_led_to_them(
    flow: Recording, line: str, decisions: list[tuple[str, str]]
) -> None:
    step = flow.hits("flow.py", line_in_flow(line))[0].step
    found = [each for each in flow.control(step, 0) if each.kind != "call"]
    assert [(each.kind, each.source.strip()) for each in found] == decisions


def test_a_predicate_about_no_variable_is_refused_with_what_is_near(flow: Recording) -> None:
    step = flow.hits("flow.py", line_in_flow("early(-1)"))[0].step
    with pytest.raises(EscopeError) as caught:
        flow.until("ent > 0", step)
    assert "end" in caught.value.hint


def test_a_kind_of_exception_has_those_of_the_standard_library_in_it(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "import json, decimal\nclass CycleError(Exception):\n    pass\n"
        "for ask in (lambda: json.loads('{'), lambda: decimal.Decimal(1) / 0):\n    try:\n"
        "        ask()\n    except Exception as error:\n        pass\n"
        "try:\n    raise CycleError\nexcept CycleError:\n    done = 1\n"
    )
    with escope.open(escope.record([str(script)], output=str(tmp_path / "t.esr"))) as rec:
        names = [each.type_name for each in rec.exceptions()]
        assert [name.rpartition(".")[2] for name in names] == [
            *("JSONDecodeError", "DivisionByZero", "CycleError")
        ]
        for kind, wanted in (
            ("ValueError", names[:1]),  # the program's own CycleError is none
            ("ArithmeticError", names[1:2]),
            ("ZeroDivisionError", names[1:2]),
            ("KeyError", []),
        ):
            stop = Breakpoint(exception=kind)
            found = [each.type_name for each in exceptions_from(rec, stop, -1, 1)]
            assert found == wanted, kind
