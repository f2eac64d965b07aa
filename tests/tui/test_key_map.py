"""One key, one meaning: the map of keys walked through in every pane."""

from __future__ import annotations

import pytest
from textual.geometry import Region

from escope_tui.tui.actions import ACTIONS
from escope_tui.tui.registry import PANES, STAGE
from tests.helpers.driving import Driver, replaying
from tests.helpers.fakerecording import FakeRecording

NAMES = [spec.name for spec in PANES if spec.slot != STAGE]
assert NAMES[-1] == "timeline"
MOVES = ("s", "S", "n", "N", "f", "F", "c", "C", "i", "I", "}", "{", ">", "<", "=", "-", "u", "d")
NAMED = {"}": "right_curly_bracket", "{": "left_curly_bracket", "=": "equals_sign", "-": "minus"}
NAMED |= {">": "greater_than_sign", "<": "less_than_sign"}
START = 24
"""A step in a loop, two calls deep."""


@pytest.fixture
def rec() -> FakeRecording:
    return FakeRecording.of()


def meanings(app: Driver) -> dict[str, str]:
    """What each key of the table does now."""
    active = app.app.screen.active_bindings
    keys = [key for action in ACTIONS for key in action.keys]
    return {key: active[key].binding.action for key in keys if key in active}


async def go_to(app: Driver, pane: str) -> None:
    app.app.reveal(pane)
    await app.settle()
    assert app.app.focused is app.app.pane(pane)


async def test_every_key_of_the_table_is_bound_in_every_pane(rec: FakeRecording) -> None:
    async with replaying(rec, step=START) as app:
        known = meanings(app)
        assert known.keys() == {key for action in ACTIONS for key in action.keys}
        for pane in NAMES:
            await go_to(app, pane)
            assert meanings(app) == known, pane


@pytest.mark.parametrize("pane", NAMES)
async def test_moves_lead_to_the_same_place_from_every_pane(rec: FakeRecording, pane: str) -> None:
    async with replaying(rec, step=START) as app:
        found = {}
        for each in ("source", pane):
            await go_to(app, each)
            walk = []
            for key in MOVES:
                await app.press(NAMED.get(key, key))
                walk.append((key, app.view.moment))
            found[each] = walk
            await app.press("colon")
            await app.type(str(START))
        assert found[pane] == found["source"]


async def test_the_mouse_does_the_same_in_every_pane(rec: FakeRecording) -> None:
    async with replaying(rec, step=START) as app:
        for pane in ("source", *NAMES[:-1]):  # the timeline has a test of its own
            await go_to(app, pane)
            other = "source" if pane != "source" else "variables"
            app.app.pane(other).focus()
            await app.pilot.click(f"#{pane}", offset=(12, 1))
            await app.settle()
            assert app.app.focused is app.app.pane(pane), pane
        await go_to(app, "stack")
        await app.pilot.click("#stack", offset=(12, 2), times=2)
        await app.settle()
        assert app.view.selected == len(app.view.frames) - 2, "a second click is Enter"


async def test_a_click_on_a_waiting_pane_in_a_title_brings_it(rec: FakeRecording) -> None:
    async with replaying(rec, size=(120, 36), step=START) as app:
        stack = app.app.pane("stack")
        title = stack.render_lines(Region(0, 0, *stack.outer_size))[0].text
        await app.pilot.click("#stack", offset=(title.index("threads"), 0))
        await app.settle()
        assert app.app.focused is app.app.pane("threads")
        assert not stack.shown


async def test_a_click_on_an_edge_leaves_the_cursor_of_a_scrolled_pane(rec: FakeRecording) -> None:
    async with replaying(rec, size=(80, 24), step=START) as app:
        source = app.app.source
        await app.press("G", "k", "k")
        before, top = source.cursor, source.scroll_offset.y
        assert top
        await app.pilot.click("#source", offset=(20, 0))
        await app.settle()
        assert (source.cursor, source.scroll_offset.y) == (before, top)


async def test_enter_says_so_where_it_leads_nowhere(rec: FakeRecording) -> None:
    async with replaying(rec, size=(120, 36), step=0) as app:
        await app.press("5", "enter")
        assert app.news == "the arrows seek here · + _ zoom"
        await app.press("4", "enter")
        assert app.news == "nothing written yet"


async def test_enter_says_so_where_a_value_has_no_parts() -> None:
    async with replaying(FakeRecording.of("x = 1\ny = x\n"), step=1) as app:
        await app.press("2", "g", "enter")
        assert app.news == "x has no parts to unfold"
