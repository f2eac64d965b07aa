"""A key that is held down: its moves do not queue up, and what was typed is all done."""

from __future__ import annotations

import time
from threading import Event

import pytest
from textual import events

from escope_tui.session.projection import Projector
from escope_tui.session.session import Arrival, Session
from escope_tui.tui.messages import Landed
from escope_tui.tui.navigator import Landing, Navigator
from escope_tui.tui.panes.timeline import Timeline
from tests.helpers.driving import replaying
from tests.helpers.fakerecording import FakeRecording

LONG_AGO = 0.06
"""More than a held key's move may wait, less than any other."""


@pytest.fixture
def rec() -> FakeRecording:
    return FakeRecording.of()


def carried_out(rec: FakeRecording, held: bool) -> list[int]:
    """Which of five moves are, that came while another one was under way."""
    session, done, free = Session(rec), [], Event()
    navigator = Navigator(session, Projector(rec), lambda landing: None)

    def move(number: int) -> Arrival:
        done.append(number)
        return Arrival(None)

    def first() -> Arrival:
        free.wait(5)
        came = time.monotonic() - LONG_AGO
        for number in range(5):
            navigator.submit(lambda n=number: move(n), held=held, came=came)  # type: ignore[misc]
        return Arrival(session.moment(1))

    navigator.start()
    navigator.submit(first)
    free.set()
    while not done or navigator.busy:
        time.sleep(0.002)
    navigator.stop()
    return done


def test_of_a_held_key_only_the_last_move_that_waits_is_done(rec: FakeRecording) -> None:
    assert carried_out(rec, held=True) == [4]


def test_what_was_typed_meanwhile_is_all_done(rec: FakeRecording) -> None:
    assert carried_out(rec, held=False) == [0, 1, 2, 3, 4]


async def told_held(rec: FakeRecording, *keys: tuple[str, float]) -> list[bool]:
    """Which of some keys, each with its moment in seconds, the app takes for held ones."""
    async with replaying(rec, step=0) as app:
        found: list[bool] = []
        app.app.navigator.submit = lambda move, kept=False, held=False, came=None: found.append(  # type: ignore[method-assign]
            held
        )
        began = time.monotonic()
        for key, after in keys:
            event = events.Key(key, key)
            event.time = began + after
            await app.app.on_event(event)
            await app.pilot.pause()
        return found


async def test_the_app_knows_a_held_key_by_its_rhythm(rec: FakeRecording) -> None:
    keys = (("s", 0.0), ("s", 0.3), ("s", 0.33), ("s", 0.36), ("n", 0.39))
    assert await told_held(rec, *keys) == [False, False, True, True, False]


async def test_keys_that_were_pasted_are_not_held(rec: FakeRecording) -> None:
    keys = [("s", number / 1000) for number in range(3)]
    assert await told_held(rec, *keys) == [False, False, False]


def test_of_two_moments_that_wait_the_newer_one_is_painted(rec: FakeRecording) -> None:
    view = Projector(rec).view(Session(rec).moment(3))
    moment, word = Landed(Landing(view)), Landed(Landing(None, "no step after this"))
    broken = Landed(Landing(None, failure=RuntimeError()))
    assert moment.can_replace(moment)
    assert word.can_replace(moment)
    assert not moment.can_replace(word)
    assert not broken.can_replace(moment)
    assert not moment.can_replace(Landed(Landing(view, deeper=True)))


async def test_the_bar_of_the_timeline_stands_still_while_the_numbers_grow(
    rec: FakeRecording,
) -> None:
    async with replaying(rec, step=0) as app:
        ends = {app.rows("timeline")[-1].find(" of ")}
        await app.press("greater_than_sign")
        ends.add(app.rows("timeline")[-1].find(" of "))
        assert len(ends) == 1


async def test_a_step_within_a_column_paints_only_the_row_of_the_label(rec: FakeRecording) -> None:
    async with replaying(rec, size=(50, 44), step=20) as app:
        timeline = app.app.query_one(Timeline)
        painted: list[int] = []
        told = timeline.render_line
        timeline.render_line = lambda y: painted.append(y) or told(y)  # type: ignore[method-assign,func-returns-value]
        here, columns = timeline.column_of(20), []
        for _ in range(3):
            await app.press("s")
            columns.append(timeline.column_of(app.step))
        assert here in columns
        assert painted.count(0) < painted.count(1)


async def test_a_search_under_way_is_marked_until_it_arrives(rec: FakeRecording) -> None:
    free = Event()
    async with replaying(rec, step=5) as app:

        def search() -> Arrival:
            free.wait(5)
            return Arrival(app.app.session.moment(7))

        app.app.move(search)
        for _ in range(200):
            await app.pilot.pause(0.01)
            if app.text("hints").startswith("⋯"):
                break
        assert app.text("hints").startswith("⋯")
        free.set()
        await app.settle()
        assert app.step == 7
        for _ in range(200):
            if "⋯" not in app.text("hints"):
                break
            await app.pilot.pause(0.01)
        assert "⋯" not in app.text("hints")
