"""The app, driven by keys."""

from __future__ import annotations

import pytest
from textual.strip import Strip

from escope_tui.tui.widgets.lines import LineView
from tests.helpers.driving import replaying
from tests.helpers.fakerecording import SHOP, FakeRecording


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(SHOP.splitlines(), 1) if text in line)


def first(rec: FakeRecording, text: str) -> int:
    line = line_of(text)
    return next(m.step.index for m in rec.moments if m.step.line == line)


@pytest.fixture
def rec() -> FakeRecording:
    return FakeRecording.of()


async def test_opens_where_it_hurts(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        assert "▶ 28" in app.text("source")
        assert "✖ ZeroDivisionError" in app.text("source")
        assert "not caught" in app.news
        assert app.rows("stack")[0].startswith("▶ average")
        assert "@60 of 61 · 100 %" in app.text("timeline")


async def test_every_pane_shows_the_same_moment(rec: FakeRecording) -> None:
    async with replaying(rec, step=first(rec, "return amount - 5")) as app:
        for keys in ("S", "N", "F", "s", "n", "C", "c"):
            await app.press(keys)
            view = app.view
            assert f"▶{view.frame.line:>3} " in app.text("source")
            assert f":{view.frame.line}" in app.rows("stack")[0]
            assert view.frame.function in app.text("stack")
            assert f"@{view.step.index:,} of" in app.text("timeline")
            for variable in view.variables:
                if variable.scope == "local":
                    assert variable.name in app.text("variables")


async def test_walking_back_from_the_end_shows_the_same_as_walking_forward(
    rec: FakeRecording,
) -> None:
    panes = ("variables", "stack", "output")
    async with replaying(rec, step=0) as app:
        forward = []
        while app.step < len(rec) - 1:
            forward.append({pane: app.text(pane) for pane in panes})
            await app.press("s")
        backward = []
        while app.step > 0:
            await app.press("S")
            backward.append({pane: app.text(pane) for pane in panes})
        assert backward[::-1] == forward


async def test_a_step_paints_only_the_rows_that_differ(
    rec: FakeRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    panes = ("source", "variables", "stack", "output")
    paint, painted = LineView.render_line, set[tuple[str, int]]()

    def watched(pane: LineView, y: int) -> Strip:
        painted.add((pane.id or "", y))
        return paint(pane, y)

    async with replaying(rec, step=first(rec, "price = RATES[sku]")) as app:
        await app.press("s")
        before = {pane: [paint(app.app.pane(pane), y) for y in range(9)] for pane in panes}
        monkeypatch.setattr(LineView, "render_line", watched)
        await app.press("s")
        monkeypatch.undo()
        after = {pane: [paint(app.app.pane(pane), y) for y in range(9)] for pane in panes}
    differ = {(p, y) for p in panes for y in range(9) if before[p][y] != after[p][y]}
    assert differ
    assert {(pane, y) for pane, y in painted if y < 9} == differ


async def test_steps_over_out_and_back(rec: FakeRecording) -> None:
    call = first(rec, "total = order.close()")
    async with replaying(rec, step=call) as app:
        await app.press("n")
        assert app.line == line_of('print("order"')
        await app.press("N")
        assert app.step == call
        await app.press("s")
        assert app.view.frame.function == "Order.close"
        await app.press("F")
        assert app.step == call
        await app.press("s", "f")
        assert app.line == line_of('print("order"')


async def test_function_keys_are_aliases(rec: FakeRecording) -> None:
    async with replaying(rec, step=first(rec, "total = order.close()")) as app:
        await app.press("f11")
        assert app.view.frame.function == "Order.close"
        await app.press("shift+f11")
        assert app.view.frame.function == "main"


async def test_frames_are_followed_by_all_views(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("u")
        assert app.view.frame.function == "main"
        assert "▷ 48" in app.text("source")
        assert "total" in app.text("variables")
        assert app.step == 60
        await app.press("d")
        assert app.view.frame.function == "average"
        await app.press("d")
        assert "innermost" in app.news
        await app.press("3", "j", "enter")
        assert app.view.frame.function == "main"


async def test_breakpoints_and_continue_both_ways(rec: FakeRecording) -> None:
    line = line_of("subtotal += price")
    hits = [m.step.index for m in rec.moments if m.step.line == line]
    async with replaying(rec, step=hits[1]) as app:
        await app.press("b")
        assert "ran 4 times" in app.news
        assert any(row.startswith("●▶") for row in app.rows("source"))
        await app.press("c")
        assert app.step == hits[2]
        await app.press("C", "C")
        assert app.step == hits[0]
        await app.press("C")
        assert app.step == 0
        await app.press("c", "b", "c")
        assert app.news.startswith("KeyError")


async def test_a_breakpoint_on_a_line_that_never_ran_is_refused(rec: FakeRecording) -> None:
    async with replaying(rec, step=first(rec, "def never")) as app:
        await app.press("j", "b")
        assert "never ran" in app.news
        assert not app.app.session.breakpoints


async def test_the_cursor_line_can_be_run_to(rec: FakeRecording) -> None:
    start = first(rec, "class Order")
    async with replaying(rec, step=start) as app:
        await app.press(*["j"] * (line_of("price = RATES") - app.line))
        await app.press("h")
        assert app.step == first(rec, "price = RATES")
        await app.press("l")
        assert app.line == line_of("price = RATES")
        assert "ran 4 times" in app.news
        await app.press("L")
        assert app.step == first(rec, "price = RATES")
        await app.press("L")
        assert app.step == first(rec, "price = RATES")
        assert "none of them before" in app.news
        await app.press("k", "k", "0", "H")
        assert app.step == first(rec, "price = RATES")


async def test_changes_of_the_selected_variable(rec: FakeRecording) -> None:
    async with replaying(rec, step=first(rec, "self.total = self.discount")) as app:
        await app.press("2", "j")
        row = app.app.variables.selected
        assert row is not None
        assert row.key == "subtotal"
        await app.press("left_square_bracket")
        assert app.line == line_of("subtotal += price")
        assert "subtotal is set here: 120, was 20" in app.news
        await app.press("right_square_bracket")
        assert "does not change after" in app.news


async def test_exceptions_both_ways(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("left_curly_bracket")
        assert app.line == line_of('RATES["Z9"]')
        assert "KeyError" in app.text("source")
        await app.press("right_curly_bracket")
        assert app.step == 60
        await app.press("right_curly_bracket")
        assert app.news == "no exception after this"


async def test_ends_places_and_the_prompt(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("less_than_sign")
        assert app.step == 0
        await app.press("colon")
        await app.type("50%")
        assert app.step == 30
        await app.press("t")
        await app.type("average")
        assert app.view.frame.function == "average"
        await app.press("u")
        await app.press("minus", "minus")
        assert (app.step, app.view.frame.function) == (30, rec.step(30).function)
        await app.press("equals_sign", "equals_sign")
        assert app.view.frame.function == "main"
        await app.press("greater_than_sign")
        assert app.step == 60
        await app.press("colon")
        await app.type("what is this")
        assert "no such variable" in app.news
        await app.press("colon", "escape")
        assert app.app.focused is app.app.source
        await app.press("e")
        await app.type("orders")
        assert app.news == "orders = []"


async def test_output_rows_are_moments(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        assert "order 8 total 10" in app.text("output")
        await app.press("4", "g", "j", "enter")
        assert app.line == line_of('print("order"')
        assert "order 7 total 115" not in app.text("output")
        assert "stdout" in app.news
        await app.press("n")
        assert "order 7 total 115" in app.text("output")


async def test_values_unfold_and_stay_unfolded(rec: FakeRecording) -> None:
    async with replaying(rec, step=first(rec, "return self.total")) as app:
        await app.press("2", "g", "right")
        rows = [row.split() for row in app.rows("variables")]
        assert rows[0][0] == "◦▾", "its contents changed"
        assert rows[1] == ["number", "7"]
        assert rows[3] == ["●", "total", "115", "was", "None"]
        await app.press("N")
        rows = [row.split() for row in app.rows("variables")]
        assert rows[3] == ["total", "None"]
        await app.press("left")
        assert app.rows("variables")[1].split()[0] == "subtotal"


async def test_zoom_panes_help_and_quit(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("2", "z")
        assert app.width("source") == 0
        assert app.width("variables") == 120
        await app.press("1")
        assert app.width("source") == 120
        await app.press("z")
        assert app.width("variables") < 60
        await app.press("question_mark")
        assert "step into" in app.app.screen.query_one("#help").render_line(3).text
        await app.press("question_mark")
        assert app.app.focused is app.app.source
        await app.press("q")
    assert app.app.return_code == 0


@pytest.mark.parametrize("size", [(1, 1), (10, 3), (40, 10), (80, 24), (100, 30), (300, 90)])
async def test_every_size_is_survived(rec: FakeRecording, size: tuple[int, int]) -> None:
    async with replaying(rec, size=size) as app:
        await app.press("N", "s", "2", "z", "3", "z", "question_mark", "escape", "colon", "escape")
        await app.pilot.resize_terminal(60, 12)
        await app.settle()
        assert "▶ " in app.text("stack") or "▶" in app.text("source")


async def test_forty_by_ten_shows_one_pane_at_a_time(rec: FakeRecording) -> None:
    async with replaying(rec, size=(40, 10)) as app:
        assert "▶ 28" in app.text("source")
        await app.press("2")
        assert "worth" in app.text("variables")
        assert not app.app.source.region.width


async def test_the_timeline_seeks(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("5", "home")
        assert app.step == 0
        await app.press("right")
        assert 0 < app.step < 5
        await app.pilot.click("#timeline", offset=(40, 0))
        await app.settle()
        assert 20 < app.step < 45


async def test_a_held_key_does_not_overshoot(rec: FakeRecording) -> None:
    rec.delay = 0.05
    async with replaying(rec, step=0) as app:
        for _ in range(30):
            app.app.action_into()
            await app.pilot.pause(0.005)
        at_release = app.step
        await app.settle()
        assert app.step - at_release <= 4
        assert app.step < 30


async def test_keys_typed_at_once_are_all_done(rec: FakeRecording) -> None:
    async with replaying(rec, step=0) as app:
        await app.pilot.press(*["s"] * 12)
        await app.settle()
        assert app.step == 12


async def test_a_search_can_be_left(rec: FakeRecording) -> None:
    async with replaying(rec, step=10) as app:
        rec.delay = 1.5
        app.app.action_into()
        for _ in range(60):
            await app.pilot.pause(0.02)
            if "Esc" in app.news:
                break
        assert "Esc" in app.news
        await app.pilot.press("escape")
        await app.settle()
        assert app.step == 10
        assert app.news == "left the search"


async def test_a_broken_recording_ends_the_app_without_values(rec: FakeRecording) -> None:
    async with replaying(rec, step=10) as app:

        def broken(index: int, back: bool) -> int | None:
            raise RuntimeError("the secret is 42")

        rec.into = broken  # type: ignore[method-assign]
        await app.press("s")
    assert isinstance(app.app.failure, RuntimeError)
    assert app.app.return_code == 1


async def test_source_that_is_not_in_the_recording_is_said(rec: FakeRecording) -> None:
    rec.source = lambda file: None  # type: ignore[method-assign]
    async with replaying(rec) as app:
        assert "not in this recording; line 28" in app.text("source")
        await app.press("S", "b", "h")
        assert app.rows("stack")


async def test_what_an_empty_pane_says_is_whole_in_a_narrow_one(rec: FakeRecording) -> None:
    async with replaying(rec, size=(100, 36)) as app:
        await app.press("8")
        rows = app.rows("watches")
        assert len([row for row in rows if row]) > 1
        assert "…" not in "".join(rows)
        assert " ".join(" ".join(rows).split()) == app.app.pane("watches").nothing()
