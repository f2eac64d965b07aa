"""Pictures of the screens in each size and colour class. `make snapshots` draws them anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from textual.pilot import Pilot

from escope_tui.session.engine import open_engine
from escope_tui.tui.app import ReplayApp
from tests.helpers.driving import settle
from tests.helpers.fakerecording import FakeRecording

SIZES = [(80, 24), (120, 36), (200, 60)]
Compare = Callable[..., bool]
RECORDINGS = Path(__file__).parents[2] / "recordings"


def screen(
    compare: Compare, size: tuple[int, int], *keys: str, theme: str = "escope-dark", step: int = -1
) -> bool:
    app = ReplayApp(FakeRecording.of(), None if step < 0 else step, theme)
    return drawn(compare, app, size, keys)


def drawn(compare: Compare, app: ReplayApp, size: tuple[int, int], keys: Sequence[str]) -> bool:
    async def drive(pilot: Pilot[None]) -> None:
        await settle(pilot, app)
        for key in keys:
            await pilot.press(key)
            await settle(pilot, app)
        while not app.profiler.finished:
            await pilot.pause(0.01)
        await settle(pilot, app)

    return compare(app, terminal_size=size, run_before=drive)


@pytest.fixture(autouse=True)
def _in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.mark.parametrize("theme", ["escope-dark", "escope-light"])
@pytest.mark.parametrize("size", SIZES)
def test_opening(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    assert screen(snap_compare, size, theme=theme)


@pytest.mark.parametrize("size", SIZES)
def test_in_a_loop_with_unfolded_values(snap_compare: Compare, size: tuple[int, int]) -> None:
    assert screen(snap_compare, size, "2", "right", "n", "n", "1", "b", step=26)


def test_following_a_caller(snap_compare: Compare) -> None:
    assert screen(snap_compare, (120, 36), "3", "u")


def test_help(snap_compare: Compare) -> None:
    assert screen(snap_compare, (120, 36), "question_mark")


def test_one_pane_on_a_tiny_terminal(snap_compare: Compare) -> None:
    assert screen(snap_compare, (40, 10), "2")


def test_sixteen_colours(snap_compare: Compare) -> None:
    assert screen(snap_compare, (80, 24), theme="ansi-dark", step=26)


def test_no_colour(snap_compare: Compare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert screen(snap_compare, (80, 24), theme="ansi-dark", step=26)


@pytest.fixture(scope="module")
def invoices(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A sample of the repository, under a name that does not change."""
    path = tmp_path_factory.mktemp("samples") / "invoices.esr"
    path.write_bytes((RECORDINGS / "invoices.esr").read_bytes())
    return str(path)


@pytest.mark.parametrize(
    ("keys", "size"),
    [
        ("escape asterisk", (120, 36)),
        ("escape 7", (120, 36)),
        ("escape 2 g v", (120, 36)),
        ("escape 2 g x", (120, 36)),
        ("escape slash t o t a l enter", (120, 36)),
        ("escape 5", (120, 36)),
        ("escape 7 2 g v 8", (200, 60)),
        ("escape 2 g x", (80, 24)),
    ],
    ids=["executions", "calls", "history", "why", "found", "timeline", "broad", "why-narrow"],
)
def test_panes_of_moments(
    snap_compare: Compare,
    invoices: str,
    keys: str,
    size: tuple[int, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ESCOPE_HOME", str(tmp_path))
    engine = open_engine(invoices)
    try:
        app = ReplayApp(engine)
        assert drawn(snap_compare, app, size, keys.split())
    finally:
        engine.close()
