"""What is kept from one picture to the next: used again, and never where it is out of date."""

from __future__ import annotations

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from textual.geometry import Region
from textual.strip import Strip

from escope_tui.session import inside, projection
from escope_tui.session.engine import open_engine
from escope_tui.session.projection import Projector
from escope_tui.session.session import Session
from escope_tui.tui import heaps, profile
from escope_tui.tui.panes.source import SourcePane
from escope_tui.tui.registry import LATER
from escope_tui.tui.widgets.lines import LineView
from escope_tui.tui.widgets.stage import Stage
from tests.conftest import Recorded
from tests.helpers.driving import Driver, replaying
from tests.helpers.fakerecording import FakeRecording

KEYS = "s s s s n s u d s S S N n s s b ] [ right right l L s s : 5 enter s S / s u m enter ."
APART = """\
def near(rows):
    rows.append(1)
    rows.append(2)
    return rows



























def far(rows):
    rows = near(rows)
    rows = near(rows)
    return rows


far([])
"""


def recorded(record: Callable[..., Recorded], folder: Path, text: str) -> str:
    program = folder / "program.py"
    program.write_text(text)
    return str(record(str(program)).trace)


def picture(app: Driver) -> list[str]:
    """The whole screen, with all styles."""
    strips = app.app.screen._compositor.render_strips()
    return [repr([(s.text, str(s.style)) for s in strip]) for strip in strips]


def forget(app: Driver) -> None:
    """Makes every pane paint all anew."""
    for pane in app.app.query(LineView):
        pane._look = None
        pane.notify_style_update()
        pane.refresh()


async def test_each_picture_is_the_one_that_is_painted_from_nothing() -> None:
    async with replaying(FakeRecording.of(), size=(120, 30), step=10) as app:
        while not app.app.profiler.finished:
            await app.pilot.pause(0.01)
        await app.settle()
        for key in KEYS.split():
            name = {"]": "right_square_bracket", "[": "left_square_bracket"}.get(key, key)
            await app.press({":": "colon", "/": "slash", ".": "full_stop"}.get(name, name))
            shown = picture(app)
            forget(app)
            await app.pilot.pause()
            assert picture(app) == shown, f"after {key} at step {app.step}"


async def test_rows_that_come_into_sight_again_are_not_painted_again(
    record: Callable[..., Recorded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[int] = []
    own = SourcePane.row_parts

    def counted(self: SourcePane, row: int, width: int) -> object:
        painted.append(row)
        return own(self, row, width)

    engine = open_engine(recorded(record, tmp_path, APART))
    async with replaying(engine, size=(120, 24), step=0) as app:
        while app.view.frame.function != "near":
            await app.press("s")
        await app.press("u", "d", "u")
        monkeypatch.setattr(SourcePane, "row_parts", counted)
        await app.press("d", "u", "d")
    engine.close()
    assert not painted


async def test_a_pane_in_which_nothing_changed_is_not_asked_for_its_lines() -> None:
    async with replaying(FakeRecording.of(), size=(120, 30), step=10) as app:
        stack = app.app.query_one("#stack", LineView)
        whole = Region(0, 0, *stack.outer_size)
        lines = stack.render_lines(whole)
        assert stack.render_lines(whole) is lines
        stack.refresh(Region(0, 0, 5, 1))
        assert stack.render_lines(whole) is not lines


async def test_the_focus_goes_to_a_pane_that_is_there_without_a_new_layout_or_new_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted, laid = Counter[str](), list[Stage]()
    again, own = Stage.again, LineView._strip_of

    def noted(self: Stage) -> None:
        laid.append(self)
        again(self)

    def counted(self: LineView, row: int, left: int, width: int) -> Strip:
        painted[self.id or ""] += 1
        return own(self, row, left, width)

    async with replaying(FakeRecording.of(), size=(120, 30), step=10) as app:
        await app.press("2", "3", "1")
        monkeypatch.setattr(Stage, "again", noted)
        monkeypatch.setattr(LineView, "_strip_of", counted)
        await app.press("2", "3", "1")
        assert not laid
        assert max(painted.values(), default=0) <= 4, "the rows with the cursor alone"
        await app.press("7")
        assert laid, "another pane takes the place of the stack"


def test_what_later_keys_need_is_imported_once_nobody_moves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    imported: list[str] = []
    monkeypatch.setattr(profile, "import_module", imported.append)
    rested = [0.0]
    rest = profile.Profiler(Session(FakeRecording.of()), lambda levels: None, lambda: rested[0])
    rest.start()
    time.sleep(2 * profile.START_SECONDS)
    assert not imported, "somebody moves"
    rested[0] = 2 * profile.REST_SECONDS
    rest._thread.join()
    assert imported == list(LATER)
    assert all(find_spec(name) is not None for name in LATER)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    own = inside.change_inside

    def counted(*values: object) -> str:
        found.append("look")
        return own(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(projection, "change_inside", counted)
    return found


def test_what_changed_in_a_variable_is_looked_for_once(
    record: Callable[..., Recorded], tmp_path: Path, looks: list[str]
) -> None:
    engine = open_engine(recorded(record, tmp_path, "rows = [1, 2]\nrows.append(7)\nend = 1\n"))
    session = Session(engine)
    session.arrive(session.goto(2))
    view = Projector(engine).view(session.here)
    engine.close()
    (changed,) = [each for each in view.variables if each.name == "rows"]
    assert changed.inside == "[2] + 7"
    assert looks == ["look"]


def test_cycles_are_looked_for_at_rest_and_not_between_two_keys() -> None:
    before = gc.get_threshold()
    gc.disable()
    try:
        heaps.freeze_start()
        assert gc.isenabled()
        assert gc.get_threshold()[0] == heaps.YOUNG
        kept: list[list[int]] = [[] for _ in range(2 * heaps.RESTING)]
        assert gc.get_count()[0] > heaps.RESTING, "no collection for so few"
        heaps.collect_young()
        assert gc.get_count()[0] < heaps.RESTING
        assert len(kept) == 2 * heaps.RESTING
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        gc.enable()


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="collects old objects little by little")
def test_old_objects_are_looked_through_at_rest_and_not_between_two_keys() -> None:
    before = gc.get_threshold()
    gc.collect()
    gc.disable()
    try:
        heaps.freeze_start()
        for _ in range(heaps.OLD + 1):
            gc.collect(1)
        old = gc.get_stats()[2]["collections"]
        kept: list[list[int]] = [[] for _ in range(3 * heaps.YOUNG)]
        assert gc.get_stats()[2]["collections"] == old
        heaps.collect_young()
        assert gc.get_stats()[2]["collections"] == old + 1
        assert len(kept) == 3 * heaps.YOUNG
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)
        gc.enable()
