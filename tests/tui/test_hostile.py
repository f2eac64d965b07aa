"""Recorded text is hostile: no pane lets a control character through, none parses markup."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from escope_tui.session.engine import open_engine
from escope_tui.tui.panes.output import OutputPane
from escope_tui.tui.widgets.lines import LineView
from tests.helpers.driving import Driver, replaying
from tests.helpers.fakerecording import FakeRecording

CORPUS = [
    "[/]",
    "[/foo]",
    "[@click=app.quit]x[/]",
    "[red",
    "\x1b]2;PWNED\x07",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "\x1b[2J\x1b[H",
    "\x9b31m\x9d0;x\x9c",
    "nul\x00del\x7fcr\rbs\x08",
    "rlo\u202eevil\u2066x",
    "zero\u200bwidth\ufeff\u00ad",
    "\ud800 lone",
    "wide 漢字 👩‍👩‍👧 🇩🇪 e\u0301",
    "x" * 100_000,
    "tab\tnewline\nend",
]

PROGRAM = f"""\
import sys
corpus = {CORPUS!r}
table = {{key: [key] for key in corpus}}
class Thing:
    pass
thing = Thing()
for text in corpus:
    setattr(thing, text[:200], text)
    print(text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))
    print(text.encode("ascii", "replace").decode(), file=sys.stderr)
def told(text, **more):
    return {{text: more}}
for text in corpus:
    told(text, again=[text])
# \x1b]2;comment\x07 \u202e [/] [@click=app.quit]
raise ValueError("".join(corpus))
"""


def assert_clean(app: Driver) -> None:
    gate = app.app.get_line_filters()[0]
    ground = app.app.screen.background_colors[1]
    for widget in app.app.query(LineView):
        pane = widget.id
        if not widget.region.width:
            continue
        for y in range(widget.size.height):
            strip = widget.render_line(y)
            assert strip.text.isprintable(), (pane, strip.text)
            assert strip.cell_length == widget.size.width, (pane, strip.text)
            assert all(segment.style is not None for segment in strip)
            assert gate.apply(list(strip), ground) == list(strip), "the second gate had work to do"
        for title in (widget.border_title, widget.border_subtitle):
            assert title is None or title.isprintable()


@pytest.mark.parametrize("colour", ["", "no"])
@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_no_pane_lets_it_through(
    colour: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    if colour:
        monkeypatch.setenv("NO_COLOR", "1")
    rec = FakeRecording.of(PROGRAM, file="/tmp/evil \x1b]2;x\x07[/]\u202e.py", name="[/].esr")
    async with replaying(rec, size=size) as app:
        assert_clean(app)
        await app.press("2", "right", "j", "right", "j", "j", "right", "j", "space")
        assert_clean(app)
        for key in ("pagedown", "pagedown", "pagedown", "G", "g", "4", "g", "right", "right"):
            await app.press(key)
            assert_clean(app)
        await app.press("1", "right", "right", "C", "c", "S", "left_square_bracket")
        assert_clean(app)


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real recording of strings that would act on the terminal."""
    folder = tmp_path_factory.mktemp("evil")
    (folder / "evil[red].py").write_text(PROGRAM, "utf-8")
    path = folder / "evil.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-o", str(path), "evil[red].py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    assert path.exists(), done.stderr
    return path


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
async def test_no_pane_of_moments_lets_it_through(
    size: tuple[int, int], evil: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ESCOPE_HOME", str(tmp_path))
    engine = open_engine(str(evil))
    try:
        async with replaying(engine, size=size) as app:
            assert_clean(app)
            for keys in ("6", "7", "8", "9", "M"):
                await app.press(keys)
                assert_clean(app)
            await app.press("S", "S", "S", "2", "g", "v")
            assert_clean(app)
            for key in ("2", "x", "2", "j", "r", "r", "K", "asterisk", "w"):
                await app.press(key)
                assert_clean(app)
            await app.type("corpus")
            await app.press("slash")
            await app.type("PWNED")
            assert_clean(app)
            await app.press("full_stop", "full_stop", "1", "right", "right", "right")
            assert_clean(app)
            await app.press("m", "a", "semicolon", "x", "enter", "M", "W")
            assert_clean(app)
    finally:
        engine.close()


async def test_the_second_gate_catches_what_a_pane_forgets() -> None:
    async with replaying(FakeRecording.of()) as app:
        pane = app.app.query_one("#output", OutputPane)
        pane.row_parts = lambda row, width: [("bad \x1b]2;x\x07\u202e", "text")]  # type: ignore[method-assign]
        strip = pane.render_line(0)
        ground = app.app.screen.background_colors[1]
        safe = app.app.get_line_filters()[0].apply(list(strip), ground)
        assert "".join(segment.text for segment in safe).isprintable()


async def test_a_long_list_is_unfolded_at_once() -> None:
    import time

    rec = FakeRecording.of("xs = list(range(3000))\nys = [xs] * 2\nzs = 1\n")
    async with replaying(rec) as app:
        start = time.perf_counter()
        await app.press("2", "g", "right")
        assert time.perf_counter() - start < 2
        await app.press("G")
        await app.press("k", "k", "k")
        assert "[2999] 2999" in app.text("variables")
