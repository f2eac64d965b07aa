"""Answers of many rows: counted by the index, read as far as they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.model.rows import Rows
from escope_tui.query.calls import iter_calls
from escope_tui.query.recording import Recording
from tests.helpers.rerecord import chunked

PROGRAM = """
import threading
def pay(n):
    total = n
    if n % 5 == 0:
        raise ValueError(n)
    return total * 2
def gives(n):
    for i in range(n):
        yield pay(i + 1)
def empty(): pass
def work(n):
    for i in range(n):
        try:
            pay(i)
        except ValueError:
            total = -1
        empty()
        sum(x for x in (1, 2))
        (lambda: i)()
work(30)
list(gives(3))
other = threading.Thread(target=work, args=(20,))
other.start()
other.join()
class Late(Exception):
    pass
try:
    raise Late("first")
except Late as late:
    work(40)
    try:
        {}["absent"]
    except KeyError:
        kept = late
try:
    raise kept
except Late:
    pass
"""
LINE = 4


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> str:
    return chunked(PROGRAM, tmp_path_factory.mktemp("rows"))


@pytest.fixture
def rec(trace: str) -> Iterator[Recording]:
    with escope.open(trace) as opened:
        assert len(opened.file.chunks) > 40
        yield opened


QUESTIONS: dict[str, Callable[[Recording], Rows[Any]]] = {
    "hits": lambda r: r.hits("program.py", LINE),
    "calls of a function": lambda r: r.calls("pay"),
    "calls of a generator": lambda r: r.calls("gives"),
    "calls of a lambda": lambda r: r.calls("<lambda>"),
    "all calls": lambda r: r.calls(),
    "generator expressions": lambda r: r.calls("<genexpr>"),
    "modules": lambda r: r.calls("<module>"),
    "exceptions": lambda r: r.exceptions(),
    "executions of a line": lambda r: r.executions("program.py", LINE, expressions=["n"]),
    "executions, filtered": lambda r: r.executions("program.py", LINE, where="n > 10"),
    "executions of a function": lambda r: r.executions(function="pay", expressions=["n"]),
    "executions, the last three": lambda r: r.executions(function="pay", direction=-1, limit=3),
}


def key(row: Any) -> Any:
    """What tells a row from others."""
    if hasattr(row, "raised"):
        return row.step, row.type_name, row.message, row.fate
    step = row.enter if hasattr(row, "enter") else row.step
    return step, row.line, row.function, row.thread, row.frame_id


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_rows_are_one_list_however_they_are_looked_at(
    trace: str, question: Callable[[Recording], Rows[Any]]
) -> None:
    with escope.open(trace) as rec:
        every = [key(each) for each in question(rec)]
    assert every
    count = len(every)
    looks: list[tuple[Callable[[Rows[Any]], Any], Any]] = [
        (len, count),
        (bool, True),
        (lambda rows: [key(each) for each in reversed(rows)], every[::-1]),
        (lambda rows: [key(rows[at]) for at in range(count)], every),
        (lambda rows: [key(rows[at]) for at in range(-count, 0)], every),
        (lambda rows: [key(each) for each in rows[1:3]], every[1:3]),
        (lambda rows: [key(each) for each in rows[-2:]], every[-2:]),
        (lambda rows: [key(each) for each in rows[::-2]], every[::-2]),
        (lambda rows: [key(each) for each in rows[:]], every),
    ]
    for look, wanted in looks:
        with escope.open(trace) as rec:
            assert look(question(rec)) == wanted
    for at in (count, -count - 1):
        with escope.open(trace) as rec, pytest.raises(IndexError):
            question(rec)[at]


@pytest.mark.parametrize("name", [n for n in QUESTIONS if "filter" not in n])
def test_the_first_rows_and_their_number_take_a_few_chunks(
    rec: Recording, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    loaded: set[int] = set()
    source: Any = rec.file
    load = source.load_chunk

    def noted(number: int) -> Any:
        loaded.add(number)
        return load(number)

    monkeypatch.setattr(source, "load_chunk", noted)
    rows = QUESTIONS[name](rec)
    if name not in ("generator expressions", "exceptions") and "function" not in name.split()[-1]:
        assert bool(rows)
    next(iter(rows))
    rows[0]
    most = 30 if "last" in name else 12
    assert len(loaded) <= most, sorted(loaded)


@pytest.mark.parametrize(
    "name", ["hits", "calls of a function", "all calls", "executions of a line"]
)
def test_the_index_alone_counts(rec: Recording, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(number: int) -> Any:
        raise AssertionError(f"chunk {number} was read")

    monkeypatch.setattr(rec.file, "load_chunk", refuse)
    assert len(QUESTIONS[name](rec)) > 10


def test_calls_are_those_that_looking_at_every_step_finds(rec: Recording) -> None:
    begun: dict[int, Any] = {}
    for step in rec:
        begun.setdefault(step.frame_id, step)
    for function in ("pay", "gives", "empty", "<lambda>", "work"):
        wanted = [
            each.index for each in begun.values() if each.function.rpartition(".")[2] == function
        ]
        assert [each.enter for each in rec.calls(function)] == wanted
        middle = wanted[len(wanted) // 2]
        assert [each.enter for each in iter_calls(rec, function, None, middle)] == [
            each for each in wanted if each >= middle
        ]
        assert [each.enter for each in iter_calls(rec, function, None, middle, -1)] == [
            each for each in reversed(wanted) if each <= middle
        ]


def test_what_a_call_tells_is_what_the_steps_tell(rec: Recording) -> None:
    for call in rec.calls():
        locals_ = rec.locals(call.enter, call.frame_id)
        assert {n: v.summary() for n, v in call.args.items()} == {
            name: locals_[name].summary() for name in call.args
        }
        if call.function == "pay":
            n = call.args["n"].python()
            if n % 5:
                assert call.returned is not None
                assert (call.outcome, call.returned.python()) == ("return", n * 2)
            else:
                assert call.exception is not None
                assert (call.outcome, call.exception.type_name) == ("raise", "ValueError")
            inside = [step.index for step in rec if step.frame_id == call.frame_id]
            assert call.exit == inside[-1]


def test_what_is_behind_an_exception_is_found_however_far_before(trace: str) -> None:
    """It was raised, or is being handled, many chunks before; nothing read all exceptions."""
    with escope.open(trace) as rec:
        absent = rec.next_exception(
            next(e.step for e in rec.exceptions() if e.message == "'absent'") - 1
        )
    with escope.open(trace) as rec:
        absent = rec.next_exception(absent.step - 1 if absent else 0)
        assert absent is not None
        assert absent.context is not None
        assert (absent.context.type_name, absent.context.message) == ("Late", "first")
    with escope.open(trace) as rec:
        again = rec.exceptions()[-1]
        assert again.type_name == "Late"
        assert again.earlier is not None
        assert again.earlier.step < again.step


def test_a_closed_recording_says_so_to_whoever_goes_on_reading(tmp_path: Path) -> None:
    rec = escope.open(chunked(PROGRAM, tmp_path))
    begun = [iter(rows) for rows in (rec.calls(), rec.exceptions())]
    for each in begun:
        next(each)
    rec.close()
    for each in begun:
        with pytest.raises(escope.EscopeError, match="the recording is closed"):
            list(each)


def test_an_index_that_counts_rows_which_are_not_there_is_told() -> None:
    rows = Rows(lambda direction: iter([1, 2]), [(7, 3)], lambda number: [1, 2])
    with pytest.raises(escope.EscopeError, match=r"counts 3 rows in chunk 7, of which there are 2"):
        rows[2]


@pytest.mark.parametrize("parts", [None, [(0, 3)]])
def test_a_stretch_by_steps_of_nothing_is_refused_as_by_a_list(
    parts: list[tuple[int, int]] | None,
) -> None:
    rows = Rows(lambda direction: iter([1, 2, 3]), parts, lambda number: [1, 2, 3])
    with pytest.raises(ValueError, match="zero"):
        rows[0:2:0]
