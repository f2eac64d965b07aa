"""Questions about a whole recording, held against a look at each of its steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.errors import EscopeError, EvaluationError, NotFoundError
from escope_tui.query.recording import Recording

PROGRAM = """
import threading

class Account:
    def __init__(self, number):
        self.number = number
        self.moves = []
        self.balance = 100

    def move(self, amount):
        self.balance += amount
        self.moves.append(amount)
        return self.balance

def numbers(count):
    for number in range(count):
        yield number * 3

def depth(n):
    if n == 0:
        raise ValueError("deep enough")
    return depth(n - 1)

def shared(n):
    seen = []
    def inner(x):
        seen.append(x)
        return None
    for x in range(n):
        inner(x)
    return seen

def work(rounds):
    accounts = [Account(n) for n in range(4)]
    total = 0
    for number in numbers(rounds):
        account = accounts[number % 4]
        total += account.move(number - 5)
        if total > 500:
            total = 4711
            label = "value 4711 reached"
    return sum(a.balance for a in accounts), total

thread = threading.Thread(target=work, args=(5,))
thread.start()
thread.join()
print(work(40))
print(shared(6))
try:
    depth(7)
except ValueError as error:
    kept = error
"""


@pytest.fixture(scope="module")
def rec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = tmp_path_factory.mktemp("whole")
    script = folder / "bank.py"
    script.write_text(PROGRAM)
    trace = escope.record([str(script)], output=str(folder / "t.esr"))
    with escope.open(trace) as opened:
        yield opened


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(PROGRAM.split("\n"), 1) if text in line)


def test_the_call_tree_has_each_call_once_and_under_its_caller(rec: Recording) -> None:
    seen: list[int] = []

    def walk(call: escope.Call, outer: int | None) -> None:
        seen.append(call.frame_id)
        assert rec[call.enter].frame_id == call.frame_id
        if outer is not None:
            parent = call.parent
            assert parent is not None
            assert parent.frame_id == outer
        children = call.children()
        assert call.child_count == len(children)
        assert call.has_children == bool(children)
        assert [c.place for c in children] == list(range(len(children)))
        assert [c.enter for c in children] == sorted(c.enter for c in children)
        for start in range(0, len(children), 7):
            part = call.children(start, start + 7)
            assert [c.frame_id for c in part] == [c.frame_id for c in children[start : start + 7]]
        for child in children:
            walk(child, call.frame_id)

    for root in rec.call_tree():
        walk(root, None)
    assert Counter(seen) == Counter({step.frame_id for step in rec})


def test_calls_know_arguments_results_and_durations_as_the_moments_do(rec: Recording) -> None:
    for row in rec.executions(function="Account.move"):
        assert row.call is not None
        assert dict(row.args) == {name: rec.locals(row.step)[name] for name in ("self", "amount")}
        end = row.call.exit
        assert end is not None
        assert row.returned == rec.evaluate("self.balance", at=end, frame=row.frame_id)
        began = rec[row.step].time_ns
        assert row.duration_ns is not None
        assert rec[end].time_ns - began <= row.duration_ns <= rec[end + 1].time_ns - began


def test_functions_are_counted_as_the_steps_count_them(rec: Recording) -> None:
    steps = Counter((s.function, s.file) for s in rec)
    frames: Counter[tuple[str, str]] = Counter()
    for function, file in {s.frame_id: (s.function, s.file) for s in rec}.values():
        frames[function, file] += 1
    found = {(f.function, f.file): f for f in rec.functions()}
    assert {key: f.steps for key, f in found.items()} == dict(steps)
    assert {key: f.calls for key, f in found.items()} == dict(frames)
    assert found["depth", found[next(iter(found))].file].exceptions == 8
    last = rec.file.chunks[-1].last_ns
    assert abs(sum(f.own_ns for f in found.values()) - (last - rec[0].time_ns)) < 1000
    assert all(f.total_ns >= f.own_ns - 1 for f in found.values())


def test_a_condition_on_what_is_nowhere_is_refused(rec: Recording) -> None:
    with pytest.raises(NotFoundError, match="nowhere is no variable"):
        rec.executions("bank.py", line_of("self.moves.append"), where="nowhere")


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize(
    "where",
    ["", "amount > 20", "self.number == 2 and not amount < 0", "len(self.moves) == 3"],
)
def test_executions_hold_what_evaluation_at_each_step_gives(
    rec: Recording, where: str, direction: int
) -> None:
    expressions = ["amount", "self.balance - amount", "self.moves", "amount / 0", "nothing"]
    line = line_of("self.moves.append")
    expected = []
    for step in rec:
        if step.line != line:
            continue
        if where:
            try:
                if not rec.evaluate(where, at=step.index):
                    continue
            except EvaluationError:
                continue
        expected.append(step.index)
    rows = rec.executions(
        "bank.py", line, expressions=expressions, where=where, direction=direction
    )
    assert [row.step for row in rows] == (expected if direction > 0 else expected[::-1])
    for row in rows:
        for expression, value in zip(expressions, row.values, strict=True):
            if isinstance(value, EvaluationError):
                with pytest.raises(EvaluationError) as caught:
                    rec.evaluate(expression, at=row.step)
                assert value.message == caught.value.message
            else:
                assert value == rec.evaluate(expression, at=row.step)
    limited = rec.executions("bank.py", line, where=where, direction=direction, limit=3)
    assert [row.step for row in limited] == [row.step for row in rows][:3]


def test_the_history_of_a_variable_is_each_value_that_its_frame_shows(rec: Recording) -> None:
    work = next(c for c in rec.calls(function="work") if c.args["rounds"] == 40)
    last = max(s.index for s in rec if s.frame_id == work.frame_id)
    shown: list[Any] = []
    for index in range(work.enter, last + 1):
        scope = rec.locals(index, work.frame_id)
        value = scope["total"].data if "total" in scope else None
        if value is not None and (not shown or shown[-1][1] != value):
            shown.append((index, value))
    points = rec.history("total", at=last)
    distinct = [
        (p.visible, p.value.data)
        for n, p in enumerate(points)
        if p.value is not None and (n == 0 or points[n - 1].value != p.value)
    ]
    assert distinct == shown
    assert [p.number for p in points] == [
        float(p.value.data) for p in points if p.value is not None
    ]
    part = rec.history("total", at=last, start=points[4].visible, limit=3)
    assert [p.visible for p in part] == [p.visible for p in points[4:7]]
    assert part[0].old == points[4].old


def test_the_history_of_an_object_is_each_change_of_its_contents(rec: Recording) -> None:
    shared = rec.calls(function="shared")[0]
    last = shared.exit
    assert last is not None
    seen = rec.locals(last, shared.frame_id)["seen"]
    points = rec.history(seen)
    assert [p.value.python() for p in points if p.value is not None] == [
        list(range(n)) for n in range(7)
    ]
    by_name = rec.history("seen", at=last)
    assert [p.visible for p in by_name] == [p.visible for p in points]
    assert rec.history(seen.object_id or 0)[-1].value == [0, 1, 2, 3, 4, 5]


def test_a_value_is_found_wherever_a_step_shows_it_anew(rec: Recording) -> None:
    expected = set()
    for step in rec:
        for change in rec.changes(step.index):
            if change.value is not None and change.value.data in (4711, "value 4711 reached"):
                expected.add((step.index, change.name))
    found = {(f.step, f.text.partition(" = ")[0]) for f in rec.search("4711", kinds=("value",))}
    assert expected <= found
    assert {f.value.data for f in rec.search("4711", kinds=("value",)) if f.value is not None} == {
        4711,
        "value 4711 reached",
    }
    back = rec.search("4711", kinds=("value",), direction=-1)
    assert [f.step for f in back] == sorted((s for s, _ in found), reverse=True)
    assert {f.value.data for f in rec.search('"value 4711 reached"') if f.value is not None} == {
        "value 4711 reached"
    }


def test_returns_arguments_types_output_source_and_exceptions_are_found(rec: Recording) -> None:
    nothing = rec.search("None", kinds=("return",), function="inner")
    assert [f.function for f in nothing] == ["shared.<locals>.inner"] * 6
    calls = [c.exit for c in rec.calls(function="inner")]
    assert [f.step for f in nothing] == calls
    arguments = rec.search("40", kinds=("argument",))
    assert [f.text for f in arguments] == ["rounds = 40", "count = 40", "amount = 40"]
    assert len(rec.search("account", kinds=("type",))) == 8
    assert [f.kind for f in rec.search("deep enough", kinds=("exception",))] == ["exception"]
    printed = rec.find_output("[0, 1, 2")
    assert [rec[p.step].line for p in printed] == [line_of("print(shared(6))")]
    source = rec.search("kept = error", kinds=("source",))
    assert [f.line for f in source] == [line_of("kept = error")]


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda rec: rec.executions(function="mov"), "did you mean"),
        (lambda rec: rec.executions("bank.py", 9999), "the nearest are on"),
        (lambda rec: rec.executions("bank.py", 5, where="1 +"), "not an expression"),
        (lambda rec: rec.executions(), "ask for a line or for a function"),
        (lambda rec: rec.history("totl"), "did you mean total"),
        (lambda rec: rec.history("self.balance"), "is not bound"),
        (lambda rec: rec.history(123456), "no object #123456"),
        (lambda rec: rec.search(""), "nothing to search"),
        (lambda rec: rec.search("x", kinds=("colour",)), "kinds are"),
        (lambda rec: rec.call_tree()[0].children(-1), "counted from 0"),
        (lambda rec: rec.executions("bank.py", 5, start=10**9), "recording of"),
    ],
)
def test_a_bad_question_is_answered_with_what_helps(
    rec: Recording, ask: Callable[[Recording], object], words: str
) -> None:
    with pytest.raises((EscopeError, IndexError)) as caught:
        ask(rec)
    text = f"{caught.value} {getattr(caught.value, 'hint', '')}"
    assert words in text


def test_answers_are_the_same_in_a_recording_of_many_chunks(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    # given: more steps than a chunk holds
    program = Path(__file__).parents[2] / "benchmarks" / "long" / "program.py"
    done = record(str(program), "300000")
    with done.open() as rec:
        assert len(rec.file.chunks) > 2
        # when/then: calls, children and hits agree with the index, and a variable's last value
        run = rec.calls(function="run")[0]
        days = rec.line_counts("program.py")[60]
        children = Counter(c.function for c in run.children())
        assert children["rate"] == children["Account.move"] == days
        assert run.child_count == sum(children.values())
        late = run.child_count * 9 // 10
        assert [c.enter for c in rec.calls(function="run")[0].children(late, late + 9)] == [
            c.enter for c in run.children()[late : late + 9]
        ]
        assert rec.calls(function="run")[0].children(late, late + 1)[0].place == late
        assert len(rec.executions(function="rate")) == days
        rows = rec.executions("program.py", 28, expressions=["amount"], where="self.balance > 5000")
        slow = [
            h.step
            for h in rec.hits("program.py", 28)[:400]
            if rec.evaluate("self.balance > 5000", at=h.step)
        ]
        assert [
            row.step for row in rows if row.step <= rec.hits("program.py", 28)[399].step
        ] == slow
        points = rec.history("interest", at=len(rec) - 4, limit=None)
        assert len(points) == days + 1
