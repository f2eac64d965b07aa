"""Prefixes, counts, the film, the palette, the layouts: by their keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from escope_tui.session.engine import open_engine
from escope_tui.tui.commands import Commands
from tests.helpers.driving import replaying
from tests.helpers.fakerecording import SHOP, FakeRecording


@pytest.fixture
def rec() -> FakeRecording:
    return FakeRecording.of()


async def test_a_number_repeats_the_next_move(rec: FakeRecording) -> None:
    async with replaying(rec, step=0) as app:
        await app.press("quotation_mark", "1", "2", "s")
        assert app.step == 12
        await app.press("colon")
        await app.type("5S")
        assert app.step == 7
        await app.press("minus", "minus")
        assert app.step == 0, "a repeated move is one place visited"
        await app.press("quotation_mark", "9", "9", "s")
        assert app.step == 60
        assert app.news.startswith("60 of 99 times: this is the last step")
        await app.press("s")
        assert "of" not in app.news.partition(":")[0], "the number is used up"


async def test_a_number_leads_to_a_step_or_a_share(rec: FakeRecording) -> None:
    async with replaying(rec, step=0) as app:
        await app.press("quotation_mark", "5", "0", "percent_sign")
        assert app.step == 30
        await app.press("quotation_mark", "1", "7", "backspace", "0", "enter")
        assert app.step == 10
        await app.press("percent_sign", "9")
        assert app.step == 54
        await app.press("quotation_mark", "3", "z")
        assert "not a move" in app.news
        assert not app.app.zoomed, "what follows a prefix does nothing else"
        await app.press("quotation_mark", "3", "escape", "s")
        assert app.step == 55


async def test_what_may_follow_a_prefix_is_shown(rec: FakeRecording) -> None:
    async with replaying(rec, step=0) as app:
        await app.press("percent_sign")
        assert "0 % to 90 %" in app.text("hints")
        await app.press("escape")
        assert "0 % to 90 %" not in app.text("hints")


async def test_a_long_repetition_can_be_left(rec: FakeRecording) -> None:
    async with replaying(rec, step=3) as app:
        rec.delay = 0.05
        await app.pilot.press("quotation_mark", "5", "0", "s")
        await app.pilot.pause(0.4)
        assert "of 50" in app.news
        await app.pilot.press("escape")
        await app.settle()
        assert app.step == 3
        rec.delay = 0
        await app.press("s")
        assert app.step == 4


async def test_the_film_stops_at_an_exception_and_goes_both_ways(rec: FakeRecording) -> None:
    raised = rec.exception(0, False)
    assert raised is not None
    async with replaying(rec, step=0) as app:
        await app.press(*["right_parenthesis"] * 6)
        await app.press("p")
        while app.app.playing():
            await app.pilot.pause(0.02)
        await app.settle()
        assert app.step == raised.step
        assert "the film stops: KeyError" in app.news
        await app.press("P")
        while app.app.playing():
            await app.pilot.pause(0.02)
        await app.settle()
        assert app.step == 0


async def test_a_film_may_be_left_by_quitting(rec: FakeRecording) -> None:
    async with replaying(rec, step=0) as app:
        await app.pilot.press("p")
        film = app.app
    assert not film.is_running
    assert film.failure is None
    film._tick(film._ticks)  # a timer that fires while the app goes away


async def test_any_move_stops_the_film(rec: FakeRecording) -> None:
    async with replaying(rec, step=0) as app:
        await app.press(*["left_parenthesis"] * 9)
        await app.press("p", "s", "s")
        assert not app.app.playing()
        assert app.step in (2, 3)


async def test_the_palette_finds_actions_functions_and_places(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("ctrl+p", *"zoom", "enter")
        assert app.width("variables") == 0
        await app.press("z", "ctrl+p", *"discount", "enter")
        assert app.view.frame.function == "Order.discount"
        await app.press("ctrl+p", "1", "7", "enter")
        assert app.step == 17
        await app.press("ctrl+p", "escape")
        assert app.app.focused is app.app.source
        offered = Commands(app.app)
        assert offered.search("orders.py")
        assert offered.search("zzzz no such thing") == []


async def test_going_back_restores_pane_and_selection(rec: FakeRecording) -> None:
    step = next(m.step.index for m in rec.moments if "return self.total" in line(m.step.line))
    async with replaying(rec, step=step) as app:
        await app.press("2", "j")
        chosen = app.app.variables.selected
        assert chosen is not None
        await app.press("1", "S", "S")
        await app.press("2", "g", "1")
        await app.press("minus", "minus")
        assert app.step == step
        assert app.app.variables.selected is not None
        assert app.app.variables.selected.key == chosen.key


def line(number: int) -> str:
    return SHOP.splitlines()[number - 1]


async def test_layouts_sizes_and_hidden_panes(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        wide = app.width("source")
        await app.press("plus")
        assert app.width("source") > wide
        await app.press("underscore")
        assert app.width("source") == wide
        await app.press("2", "Z")
        assert app.width("variables") == 0 or not app.app.variables.shown
        assert app.width("source") == 120
        await app.press("2")
        assert app.width("source") == wide
        seen = set()
        for _ in range(6):
            await app.press("backslash")
            seen.add((app.app.plan, app.width("source"), app.width("stack")))
        assert len(seen) == 6
        assert app.app.plan == "auto"


async def test_the_prompt_takes_the_commands_of_the_shell(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("colon")
        await app.type("p orders")
        assert app.news.endswith("[]")
        await app.press("colon")
        await app.type("up")
        assert app.view.frame.function == "main"
        await app.press("colon")
        await app.type("help")
        assert "help COMMAND" in app.text("answer") or "move" in app.text("answer")
        assert app.width("answer") > 30
        await app.press("escape")
        assert app.width("source") > 0
        assert not app.app.pane("answer").shown
        await app.press("colon")
        await app.type("nonsense at all")
        assert app.news
        await app.press("colon")
        await app.type("q")
    assert app.app.return_code == 0


async def test_a_breakpoint_that_was_typed_shows_in_the_source(
    tmp_path: Path, record: Callable[..., Any]
) -> None:
    script = tmp_path / "loop.py"
    script.write_text("total = 0\nfor n in range(9):\n    total += n\nprint(total)\n")
    engine = open_engine(str(record(str(script)).trace))
    async with replaying(engine, step=0) as app:
        await app.press("colon")
        await app.type("b 3 if total > 9")
        assert any(row.startswith("●") for row in app.rows("source"))
        await app.press("c")
        assert app.line == 3
        await app.press("colon")
        await app.type("hist total")
        here = app.step
        await app.press("g", "enter")
        assert app.step < here, "a row of the answer is a moment"
    engine.close()


@pytest.mark.parametrize("width", [40, 80, 120, 200])
async def test_the_last_line_names_the_help_at_every_width(rec: FakeRecording, width: int) -> None:
    async with replaying(rec, size=(width, 24), step=20) as app:
        await app.press("s")
        assert "? help" in app.text("hints")
        await app.press("m")
        assert "Esc leaves" in app.text("hints")
