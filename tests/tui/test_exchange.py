"""Clipboard, editor, pictures, other recordings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events

from escope_tui.config.file import Config
from escope_tui.session.engine import open_engine
from escope_tui.tui.app import ReplayApp
from tests.helpers.driving import Driver, replaying, settle
from tests.helpers.fakerecording import FakeRecording


@pytest.fixture
def rec() -> FakeRecording:
    return FakeRecording.of()


@pytest.fixture(autouse=True)
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TERM_PROGRAM", raising=False)


async def test_what_is_copied_is_said(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        await app.press("at")
        assert app.app.clipboard == f"{rec.name}@60"
        assert "OSC 52" in app.news


async def test_without_a_clipboard_there_is_a_file(
    rec: FakeRecording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.delenv("TMUX", raising=False)
    async with replaying(rec) as app:
        await app.press("at")
        path = Path(os.environ["ESCOPE_HOME"]) / "copied.txt"
        assert path.read_text() == f"{rec.name}@60"
        assert path.stat().st_mode & 0o777 == 0o600
        assert "copied.txt" in app.news


async def test_a_pasted_place_is_gone_to(rec: FakeRecording) -> None:
    async with replaying(rec) as app:
        for text, step in ((f"{rec.name}@1,2 ", 12), (" @30\n", 30)):
            app.app.post_message(events.Paste(text))
            await app.settle()
            assert app.step == step
        app.app.post_message(events.Paste("rm -rf / \x1b[31m"))
        await app.settle()
        assert app.step == 30
        assert "no place" in app.news


async def test_the_screen_goes_into_a_file(
    rec: FakeRecording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with replaying(rec) as app:
        await app.press("E")
        assert "SVG" in app.text("hints")
        await app.press("s", "E", "t", "E", "t")
    names = sorted(path.name for path in tmp_path.glob("*-60*.*"))
    assert [name.rpartition(".")[2] for name in names] == ["txt", "svg", "txt"] or len(names) == 3
    text = next(tmp_path.glob("*-60.txt")).read_text()
    assert "ZeroDivisionError" in text
    assert "── 2 Variables" in text
    assert next(tmp_path.glob("*.svg")).read_text().startswith("<svg")


@pytest.fixture
def edited(tmp_path: Path) -> tuple[Config, Path]:
    log = tmp_path / "edited.txt"
    script = tmp_path / "ed.sh"
    script.write_text(f'echo "$1" "$2" > {log}; cat "$1" >> {log}\n')
    return Config(values={"editor": f"sh {script} {{file}} {{line}}"}), log


async def test_the_editor_gets_the_file_that_ran(
    tmp_path: Path, record: Callable[..., object], edited: tuple[Config, Path]
) -> None:
    config, log = edited
    script = tmp_path / "half.py"
    script.write_text("x = 1\ny = x / 2\n")
    engine = open_engine(str(record(str(script)).trace))  # type: ignore[attr-defined]
    for change in ("", "# changed since\n"):
        script.write_text(change + "x = 1\ny = x / 2\n")
        app = ReplayApp(engine, 1, config=config, memory={"taught": True})
        async with app.run_test() as pilot:
            await settle(pilot, app)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(app, "suspend", _NoSuspend)
                await Driver(app, pilot).press("o")
            first, *rest = log.read_text().splitlines()
            assert first.endswith(" 2")
            assert rest == ["x = 1", "y = x / 2"], "what ran, whatever the file says now"
            opened = Path(first.rpartition(" ")[0])
            assert (opened == script) is not bool(change)
            if change:
                assert not opened.stat().st_mode & 0o222
                assert "a copy of what ran" in app.hints.note
    engine.close()


class _NoSuspend:
    """A test has no terminal to hand over."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


async def test_another_recording_is_chosen_from_the_library(
    rec: FakeRecording, tmp_path: Path, record: Callable[..., object]
) -> None:
    script = tmp_path / "other.py"
    script.write_text("x = 1\n")
    made = record(str(script)).trace  # type: ignore[attr-defined]
    folder = Path(os.environ["ESCOPE_HOME"]) / "recordings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "other.esr").write_bytes(made.read_bytes())
    async with replaying(rec) as app:
        await app.press("O")
        for _ in range(300):
            await app.pilot.pause(0.02)
            if app.app.screen.query_one("#offers").row_count():  # type: ignore[attr-defined]
                break
        await app.pilot.press(*"other", "enter")
        await app.pilot.pause(0.1)
    assert app.app.chosen.endswith("other.esr") or app.app.chosen == str(made)
