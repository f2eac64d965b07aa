"""The rows below a statement that fails: they are read whole, and are no lines of the file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from escope_tui.session.engine import open_engine
from escope_tui.tui.panes.source import SourcePane
from tests.conftest import Recorded
from tests.helpers.driving import Driver, replaying

Record = Callable[..., Recorded]
LINES = "".join(f"x{n} = {n}\n" for n in range(40))
FAILS = 'raise ValueError("an amount of more than the limit was asked for", x1, x2, "nobody", 0)\n'


@asynccontextmanager
async def failing(
    record: Record, folder: Path, text: str, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Driver, SourcePane]]:
    """The app at the end of a program that fails, its source pane focused."""
    path = folder / "program.py"
    path.write_text(text)
    engine = open_engine(str(record(str(path)).trace))
    async with replaying(engine, size=size) as app:
        await app.press("1")
        yield app, app.app.source
    engine.close()


def below(pane: SourcePane) -> list[int]:
    """The lines of the pane in which rows stand that belong to no line of the file."""
    return [y for y in range(pane.size.height) if pane.row_at(y, pane.scroll_offset.y) < 0]


def lit(pane: SourcePane, name: str) -> list[str]:
    """What stands there in a style."""
    rows = [pane.row_at(y, pane.scroll_offset.y) for y in below(pane)]
    parts = [part for row in rows for part in pane.row_parts(row, pane.size.width)]
    return [text for text, style in parts if name in style]


async def test_a_statement_at_the_bottom_of_the_pane_is_read_whole(
    record: Record, tmp_path: Path
) -> None:
    async with failing(record, tmp_path, LINES + FAILS + "".join("x\n" for _ in range(30))) as (
        app,
        pane,
    ):
        await app.press(*"SSSSSSSSSSSS")
        assert not below(pane)
        await app.press(*"ssssssssssss")
        shown = "".join(app.rows("source")).replace(" ", "")
        assert "✖ValueError" in shown
        assert shown.replace("│", "").count("nobody',0)") == 1


async def test_a_click_below_a_statement_points_at_nothing(record: Record, tmp_path: Path) -> None:
    async with failing(record, tmp_path, LINES + FAILS) as (app, pane):
        for y in below(pane):
            for x in (16, 20, 40):
                await app.pilot.click("#source", offset=(x, y + 1))
                await app.settle()
                assert (pane.expression, pane.cursor_line) == ("", 41)


async def test_what_is_sought_is_lit_up_below_a_statement_too(
    record: Record, tmp_path: Path
) -> None:
    async with failing(record, tmp_path, LINES + FAILS) as (app, pane):
        pane.seek_text("nobody")
        await app.settle()
        assert lit(pane, "sought") == ["nobody"]


async def test_an_expression_below_its_line_is_pointed_at_there(
    record: Record, tmp_path: Path
) -> None:
    async with failing(record, tmp_path, LINES + FAILS) as (app, pane):
        await app.press("right", "right", "right")
        assert pane.expression == "x2"
        assert lit(pane, "pointed") == ["x2"]


async def test_the_exception_of_a_statement_of_many_lines_is_in_sight(
    record: Record, tmp_path: Path
) -> None:
    for count in (6, 60):
        text = 'raise ValueError("much to say " * 9,\n' + "    0,\n" * count + ")\n" + LINES
        async with failing(record, tmp_path, text) as (app, _):
            assert "✖ ValueError" in app.text("source"), count


async def test_a_row_of_dots_is_broken_like_any_other(record: Record, tmp_path: Path) -> None:
    async with failing(record, tmp_path, f"'{'…' * 90}' + 1\n") as (app, _):
        whole = "".join(app.rows("source"))
        assert whole.count("…") == 90
