"""The source pane: where a call has been, what its lines gave, which iteration this is."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from escope_tui.session import loops as loops_module
from escope_tui.session.bridge import LoopSteps
from escope_tui.session.loops import Loops
from escope_tui.session.projection import Projector
from escope_tui.session.session import Session
from escope_tui.session.sourcetext import Loop, SourceText
from escope_tui.session.tokens import expressions
from tests.helpers.driving import Driver, replaying
from tests.helpers.fakerecording import SHOP, FakeRecording


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(SHOP.splitlines(), 1) if text in line)


@pytest.fixture
def rec() -> FakeRecording:
    return FakeRecording.of()


def steps_at(rec: FakeRecording, text: str) -> list[int]:
    return [m.step.index for m in rec.moments if m.step.line == line_of(text)]


def row(app: Driver, text: str) -> str:
    return next(each for each in app.rows("source") if text in each)


async def test_lines_tell_what_they_gave_in_this_iteration(rec: FakeRecording) -> None:
    second = steps_at(rec, "subtotal += price")[1]
    async with replaying(rec, size=(180, 40), step=second) as app:
        assert "number" not in row(app, "subtotal = 0")
        assert row(app, "subtotal = 0").endswith("subtotal = 0")
        assert "sku = 'B2'" in row(app, "for sku, quantity")
        assert "price = 25" in row(app, "price = RATES[sku]")
        assert "subtotal = 20  price = 25  quantity = 4" in row(app, "subtotal += price")
        await app.press("S")
        assert "price = 10" not in row(app, "price = RATES[sku]"), "that was another iteration"


async def test_the_lines_that_this_call_ran_are_marked(rec: FakeRecording) -> None:
    async with replaying(rec, step=steps_at(rec, "return amount - 5")[0]) as app:
        assert "▎" in row(app, "if amount > 100")
        assert "▎" not in row(app, "subtotal += price")
        await app.press("u")
        assert "▎" in row(app, "subtotal += price")


async def test_iterations_are_counted_and_gone_through(rec: FakeRecording) -> None:
    async with replaying(rec, step=steps_at(rec, "subtotal += price")[0]) as app:
        assert "1 of 2" in row(app, "for sku, quantity")
        await app.press("i")
        assert app.news == "iteration 2 of 2"
        assert app.line == line_of("for sku, quantity")
        await app.press("i")
        assert app.news == "no iteration after this one"
        await app.press("I")
        assert app.step == steps_at(rec, "for sku, quantity")[0]
        await app.press("number_sign")
        await app.type("last")
        assert app.news == "iteration 2 of 2"
        await app.press("number_sign")
        await app.type("9")
        assert "has 2 iterations" in app.news


async def test_without_a_loop_there_is_no_iteration(rec: FakeRecording) -> None:
    async with replaying(rec, step=steps_at(rec, "return amount")[0]) as app:
        await app.press("i")
        assert "no loop" in app.news


async def test_the_expression_under_the_cursor_can_be_followed(rec: FakeRecording) -> None:
    async with replaying(rec, step=steps_at(rec, "subtotal += price")[1]) as app:
        await app.press("right")
        assert app.app.source.expression == "subtotal"
        await app.press("right", "right", "left")
        assert app.app.source.expression == "price"
        await app.press("left", "left_square_bracket")
        assert "subtotal is set here: 20" in app.news


def test_expressions_stand_outside_strings_and_keywords() -> None:
    source = SourceText("x.py", 'if row.price in {"a.b": n}:  # row.x\n    pass\n')
    found = expressions(source.lines[0], source.colours.spans(0))
    assert [text for _, _, text in found] == ["row", "row.price", "n"]


def test_a_long_file_is_read_where_it_is_looked_at() -> None:
    block = 'class C{0}:\n    """Doc\n    def x\n    """\n    def go(self):\n'
    block += "        for k in range(\n            3\n        ):\n            use(k, '#')\n\n\n"
    text = "".join(block.replace("{0}", str(n)) for n in range(5000))
    source = SourceText("x.py", text)
    assert len(source) == 55_000
    middle = 11 * 2500
    assert source.first_line(middle + 7) == middle + 6
    loop = source.loop(middle + 9)
    assert loop is not None
    assert (loop.line, loop.end, loop.targets) == (middle + 6, middle + 9, ("k",))
    assert source.definition(middle + 9) == middle + 5
    assert source.colours.spans(middle + 2) == [(0, 9, "string")]
    assert len(source._read) == 1, "the other classes were not parsed"


LONG_LOOP = """\
def count(limit):
    total = 0
    for number in range(limit):
        total += number
    return total

def main():
    print(count(400))

main()
"""


def test_walking_through_a_long_loop_counts_each_iteration_once() -> None:
    rec = FakeRecording.of(LONG_LOOP)
    asked: list[int] = []
    told = rec.loop_steps

    def counted(*where: Any) -> LoopSteps:
        found = told(*where)
        asked.append(len(found.steps))
        return found

    rec.loop_steps = counted  # type: ignore[method-assign,assignment]
    session, loops = Session(rec), Loops(rec)
    middle = [m.step.index for m in rec.moments if m.step.line == 4][200:]
    source = Projector(rec).source(rec.file)
    assert source is not None
    loop = source.loop(4)
    assert loop is not None
    frame = session.moment(middle[0]).frame
    for step in middle[:50]:
        assert loops.at(frame, rec.file, step, loop) is not None
    assert sum(asked[:12]) < 120, "a first look goes some way in each direction"
    assert sum(asked) < 2 * 40 + 3 * 50


def test_what_is_counted_in_the_background_ends_soon_when_a_key_comes() -> None:
    rec = FakeRecording.of(LONG_LOOP)
    session, loops = Session(rec), Loops(rec)
    source = Projector(rec).source(rec.file)
    assert source is not None
    loop = source.loop(4)
    assert loop is not None
    middle = [m.step.index for m in rec.moments if m.step.line == 4][200]
    frame = session.moment(middle).frame
    totals = []
    found = loops.at(frame, rec.file, middle, loop)
    while loops.count_on():
        found = loops.at(frame, rec.file, middle, loop)
        assert found is not None
        totals.append(found.total)
    assert found is not None
    assert found.text == "201 of 400"
    assert all(after - before <= 300 for before, after in pairwise(totals))
    assert len(totals) > 2


def the_loop(rec: FakeRecording) -> tuple[Loop, int, list[int]]:
    """The loop of `LONG_LOOP`, the frame that runs it, and the first step of each iteration."""
    source = Projector(rec).source(rec.file)
    assert source is not None
    loop = source.loop(4)
    assert loop is not None
    steps = [m.step.index for m in rec.moments if m.step.line == 4]
    return loop, Session(rec).moment(steps[0]).frame, steps


def test_the_next_iteration_is_the_next_one_where_those_before_are_not_all_counted() -> None:
    rec = FakeRecording.of(LONG_LOOP)
    loop, frame, steps = the_loop(rec)
    session = Session(rec)
    session.arrive(session.goto(steps[200]))
    for by, iteration in ((1, 201), (-1, 200), (5, 205), (-100, 105), (100, 205)):
        arrival = session.iteration(loop, frame, rec.file, by=by)
        session.arrive(arrival)
        assert rec.own_steps(frame, session.here.step, False, 1)[0] == (steps[iteration], 4)
    assert session.iteration(loop, frame, rec.file, by=195).moment is None


def test_an_iteration_is_found_by_its_number_from_the_middle_of_a_loop() -> None:
    rec = FakeRecording.of(LONG_LOOP)
    loop, frame, steps = the_loop(rec)
    for number, iteration in ((7, 6), (300, 299), (-1, 399), (-7, 393), (-390, 10)):
        session = Session(rec)
        session.arrive(session.goto(steps[200]))
        arrival = session.iteration(loop, frame, rec.file, to=number)
        assert arrival.moment is not None
        assert rec.own_steps(frame, arrival.moment.step, False, 1)[0] == (steps[iteration], 4)


def test_before_the_end_of_a_loop_stands_its_last_iteration() -> None:
    """The header's step that ends the loop is no iteration of its own."""
    rec = FakeRecording.of(LONG_LOOP)
    loop, frame, steps = the_loop(rec)
    session = Session(rec)
    ((over, line),) = rec.own_steps(frame, steps[-1], False, 1)
    assert line == loop.line
    session.arrive(session.goto(over))
    assert session.iteration(loop, frame, rec.file, by=1).moment is None
    arrival = session.iteration(loop, frame, rec.file, by=-1)
    assert arrival.moment is not None
    assert rec.own_steps(frame, arrival.moment.step, False, 1)[0] == (steps[398], 4)


def test_an_iteration_whose_number_is_not_known_is_not_given_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loops_module, "MOST", 50)
    rec = FakeRecording.of(LONG_LOOP)
    loop, frame, steps = the_loop(rec)
    session = Session(rec)
    session.arrive(session.goto(steps[200]))
    arrival = session.iteration(loop, frame, rec.file, to=7)
    assert arrival.moment is None
    assert arrival.note.endswith("+ iterations in this run")


def test_a_look_at_one_place_of_a_long_loop_counts_no_further_around_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loops_module, "FAR", 20)
    rec = FakeRecording.of(LONG_LOOP)
    loop, frame, steps = the_loop(rec)
    loops, asked = Loops(rec), Counter[int]()
    told = rec.loop_steps

    def counted(*where: Any) -> LoopSteps:
        asked[place] += 1
        return told(*where)

    rec.loop_steps = counted  # type: ignore[method-assign,assignment]
    for place in (steps[100], steps[350], steps[200], steps[290]):
        assert loops.at(frame, rec.file, place, loop) is not None
    assert len(asked) == 4
    assert len(set(asked.values())) == 1, "each look counts around its own place"
