"""The one cursor, without a screen."""

from __future__ import annotations

import pytest

from escope_tui.session.projection import Projector
from escope_tui.session.session import Arrival, History, Moment, Session
from escope_tui.session.sourcetext import SourceText
from escope_tui.session.variables import CHANGED, INSIDE, NEW
from tests.helpers.fakerecording import SHOP, FakeRecording


@pytest.fixture(scope="module")
def rec() -> FakeRecording:
    return FakeRecording.of()


def at(rec: FakeRecording, step: int) -> Session:
    session = Session(rec)
    session.arrive(session.opening(step))
    return session


def step_of(arrival: Arrival) -> int:
    assert arrival.moment is not None, arrival.note
    return arrival.moment.step


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(SHOP.splitlines(), 1) if text in line)


def first(rec: FakeRecording, text: str) -> int:
    line = line_of(text)
    return next(m.step.index for m in rec.moments if m.step.line == line)


def test_opens_at_the_uncaught_exception(rec: FakeRecording) -> None:
    arrival = Session(rec).opening()
    assert arrival.kind == "error"
    assert "ZeroDivisionError: division by zero" in arrival.note
    assert rec.step(step_of(arrival)).line == line_of("return sum(worth)")


def test_opens_at_the_end_when_nothing_went_wrong() -> None:
    rec = FakeRecording.of("x = 1\ny = x\n", ending="the program ended normally")
    arrival = Session(rec).opening()
    assert step_of(arrival) == len(rec) - 1
    assert arrival.note == "the end: the program ended normally · N and S go back from here"
    assert len(arrival.note) <= 78, "80 columns have room for it"


@pytest.mark.parametrize("move", ["into", "line"])
def test_going_back_undoes_going_forward(rec: FakeRecording, move: str) -> None:
    for step in range(len(rec) - 1):
        session = at(rec, step)
        if move == "into":
            session.arrive(session.into(False))
            assert step_of(session.into(True)) == step
            continue
        line = rec.step(step).line
        ahead = session.line(rec.file, line, False)
        if ahead.moment is not None:
            session.arrive(ahead)
            assert step_of(session.line(rec.file, line, True)) == step


def test_stepping_over_stays_in_the_frame_and_out_leaves_it(rec: FakeRecording) -> None:
    call = first(rec, "total = order.close()")
    session = at(rec, call)
    after = step_of(session.over(False))
    assert rec.step(after).line == line_of('print("order"')
    session.arrive(session.into(False))
    assert rec.step(session.here.step).function == "Order.close"
    assert step_of(session.out(True)) == call
    assert step_of(session.out(False)) == after


def test_a_move_with_nowhere_to_go_says_why(rec: FakeRecording) -> None:
    session = at(rec, 0)
    for move in (session.into, session.over, session.out):
        arrival = move(True)
        assert arrival.moment is None
        assert arrival.note
    session = at(rec, len(rec) - 1)
    assert "exit status 1" in session.into(False).note


def test_continue_stops_at_breakpoints_and_exceptions_both_ways(rec: FakeRecording) -> None:
    session = at(rec, 0)
    line = line_of("subtotal += price")
    session.toggle_breakpoint(rec.file, line)
    stops = []
    while (arrival := session.resume(False)).moment is not None:
        session.arrive(arrival)
        stops.append(session.here.step)
        if session.here.step == len(rec) - 1:
            break
    hits = [m.step.index for m in rec.moments if m.step.line == line]
    assert stops == sorted({*hits, *(e.step for e in rec.errors)})
    back = []
    while (arrival := session.resume(True)).moment is not None and session.here.step:
        session.arrive(arrival)
        back.append(session.here.step)
    assert back == [*reversed(stops[:-1]), 0]


def test_changes_of_a_variable_are_walked(rec: FakeRecording) -> None:
    session = at(rec, first(rec, "self.total = self.discount"))
    lines = []
    while (arrival := session.change("subtotal", True)).moment is not None:
        session.arrive(arrival)
        lines.append(rec.step(session.here.step).line)
    add, start = line_of("subtotal += price"), line_of("subtotal = 0")
    assert lines == [add, add, start]
    assert "does not change before" in session.change("subtotal", True).note


def test_exceptions_are_walked(rec: FakeRecording) -> None:
    session = at(rec, 0)
    found = []
    while (arrival := session.raised(False)).moment is not None:
        session.arrive(arrival)
        found.append(arrival.note.partition(":")[0])
    assert found == ["KeyError", "ZeroDivisionError"]
    assert session.raised(True).note.startswith("KeyError")


def test_frames_are_followed(rec: FakeRecording) -> None:
    session = at(rec, first(rec, "return amount - 5"))
    projector = Projector(rec)
    assert projector.view(session.here).frame.function == "Order.discount"
    session.arrive(session.frame_by(up=True))
    assert projector.view(session.here).frame.function == "Order.close"
    session.arrive(session.frame_by(up=True))
    view = projector.view(session.here)
    assert view.frame.function == "main"
    assert "total" not in {v.name for v in view.variables}
    session.arrive(session.frame_by(up=False))
    assert projector.view(session.here).frame.function == "Order.close"


def test_history_walks_places_with_their_frames() -> None:
    history = History()
    places = [Moment(0, 0, step, 1) for step in range(4)]
    for place in places:
        history.visit(place)
    assert [history.back(), history.back()] == [places[2], places[1]]
    assert history.forward() == places[2]
    history.visit(places[0])
    assert history.forward() is None
    assert history.back() == places[2]


def test_a_view_marks_what_the_last_statement_changed(rec: FakeRecording) -> None:
    projector = Projector(rec)

    def marks(text: str) -> dict[str, str]:
        session = at(rec, first(rec, text))
        view = projector.view(session.here)
        return {v.name: v.change for v in view.variables if v.change}

    assert marks("price = RATES") == {"sku": NEW, "quantity": NEW}
    assert marks("subtotal += price") == {"price": NEW}
    assert marks("orders.append(Order(8") == {"orders": INSIDE}
    assert marks("return self.total") == {"self": INSIDE}
    step = [m.step.index for m in rec.moments if m.step.line == line_of("subtotal += price")][1]
    view = projector.view(at(rec, step).here)
    price = next(v for v in view.variables if v.name == "price")
    assert price.change == CHANGED
    assert price.old == 10
    assert price.value == 25


def test_a_view_is_a_function_of_its_moment(rec: FakeRecording) -> None:
    def shape(step: int) -> object:
        view = Projector(rec).view(at(rec, step).here)
        names = [(v.name, v.change, v.value.summary()) for v in view.variables]
        return (view.step, names, dict(view.remarks), view.written)

    forward = [shape(step) for step in range(len(rec))]
    backward = [shape(step) for step in reversed(range(len(rec)))]
    assert forward == backward[::-1]


def test_output_is_what_was_written_by_now(rec: FakeRecording) -> None:
    projector = Projector(rec)
    text = {
        step: "".join(c.text for c in rec.chunks[: projector.view(at(rec, step).here).written])
        for step in (0, first(rec, 'RATES["Z9"]'), len(rec) - 1)
    }
    assert text[0] == ""
    assert text[first(rec, 'RATES["Z9"]')].endswith("order 8 total 10\n")
    assert text[len(rec) - 1].endswith("ZeroDivisionError: division by zero\n")


def test_lines_belong_to_the_statement_that_speaks_for_them() -> None:
    text = "try:\n    f(1,\n      2)\nexcept (A,\n        B):\n    pass\nfor x in [\n  1]:\n    y\n"
    source = SourceText("x.py", text)
    assert [source.first_line(line) for line in range(1, 10)] == [1, 2, 2, 6, 6, 6, 7, 7, 9]
