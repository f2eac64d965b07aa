"""The panes that ask the recording: calls, executions, history, causes, search, watches, marks."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from escope_tui.errors import EscopeError
from escope_tui.session import calltree
from escope_tui.session.calltree import CallTree
from escope_tui.session.engine import open_engine
from escope_tui.session.stops import DATA, EXCEPTION, FUNCTION, LINE
from escope_tui.tui.panes.executions import ExecutionsPane, parse_columns
from escope_tui.tui.panes.marks import Marked, markdown
from escope_tui.tui.panes.table import Row, TablePane, _short
from escope_tui.tui.panes.watches import parse_stop
from escope_tui.tui.widgets.lines import LineView
from tests.helpers.driving import Driver, replaying

PROGRAM = """\
import threading


class Cart:
    def __init__(self):
        self.total = 0

    def add(self, price, count):
        cost = price * count
        self.total += cost
        return cost


def checkout(rows):
    cart = Cart()
    for price, count in rows:
        paid = cart.add(price, count)
        if paid > 20:
            print("dear", paid)
    return cart.total


def worker():
    return checkout([(1, 1)])


thread = threading.Thread(target=worker, name="side")
thread.start()
thread.join()
result = checkout([(2, 3), (5, 5), (7, 4), (1, 9)])
result / (result - 68)
"""
LINES = PROGRAM.splitlines()
Replay = Callable[..., AbstractAsyncContextManager[Driver]]


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cart")
    (folder / "cart.py").write_text(PROGRAM)
    path = folder / "cart.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-o", str(path), "cart.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=60)
    assert path.exists(), done.stderr
    return path


@pytest.fixture
def replay(trace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Replay:
    monkeypatch.setenv("ESCOPE_HOME", str(tmp_path))

    @asynccontextmanager
    async def start(at: str = "", hit: int = 0, **more: object) -> AsyncIterator[Driver]:
        engine = open_engine(str(trace))
        step = None
        if at:
            line = next(n for n, text in enumerate(LINES, 1) if at in text)
            file = next(iter(engine.files("cart.py")))
            main = [h for h in engine.recording.hits(file, line) if h.thread == 0]
            step = main[hit].step
        try:
            async with replaying(engine, step=step, size=(180, 50)) as app:
                yield app
        finally:
            engine.close()

    return start


async def test_executions_of_a_line_show_what_it_reads(replay: Replay) -> None:
    async with replay("cost = price * count", 1) as app:
        await app.press("asterisk")
        rows = app.rows("executions")
        assert rows[0].split() == ["price", "count"]
        assert [row.split()[-2:] for row in rows[1:6]] == [
            ["1", "1"],
            ["2", "3"],
            ["5", "5"],
            ["7", "4"],
            ["1", "9"],
        ]
        assert rows[3].startswith("▶"), "the present one is pointed at"
        await app.press("j", "enter")
        assert "price = 7" in app.text("source")


async def test_the_names_of_columns_stay_in_sight_while_rows_scroll(replay: Replay) -> None:
    async with replay("cost = price * count", 1) as app:
        await app.press("asterisk")
        pane = app.app.query_one("#executions", ExecutionsPane)
        rows = [Row(step, (str(step), "x" * (step % 5))) for step in range(100)]
        pane.set_rows(rows, ("number", "crosses"))
        await app.press("G")
        shown = app.rows("executions")
        assert shown[0].split() == ["number", "crosses"]
        assert shown[-1].split()[:2] == ["@99", "99"]
        assert pane.cursor == 100
        await app.press("k", "k")
        assert app.rows("executions")[0].split() == ["number", "crosses"]
        await app.press("g")
        assert [row.split()[0] for row in app.rows("executions")[:2]] == ["number", "@0"]


async def test_executions_take_other_columns_and_a_condition(replay: Replay) -> None:
    async with replay("cost = price * count") as app:
        await app.press("asterisk", "A")
        for _ in range(30):
            await app.pilot.press("backspace")
        await app.pilot.press(*"self", "full_stop", *"total", "space", *"if", "space", *"price")
        await app.pilot.press("space", "greater_than_sign", "space", "1", "enter")
        await app.settle()
        rows = app.rows("executions")
        assert rows[0].split() == ["self.total"]
        assert [row.split()[-1] for row in rows[1:4]] == ["0", "6", "31"]
        assert not rows[4]


async def test_executions_of_a_def_line_are_its_calls(replay: Replay) -> None:
    async with replay("cart = Cart()") as app:
        await app.press("k", "asterisk")
        assert "checkout()" in str(app.app.pane("executions").border_title)
        assert "(rows=[(1, 1)]) → 1" in app.text("executions")
        assert "→ 68" in app.text("executions")


async def test_the_history_of_a_variable_is_a_table_of_moments(replay: Replay) -> None:
    async with replay("return cart.total") as app:
        await app.press("2")
        app.app.variables.select_name("paid")
        await app.press("v")
        values = [row.split()[1] for row in app.rows("history")[:4]]
        assert values == ["6", "25", "28", "9"]
        assert "History of paid  6 " in str(app.app.pane("history").border_title)
        await app.press("g", "enter")
        assert LINES[app.line - 1].strip() == "paid = cart.add(price, count)"


async def test_numbers_of_a_history_become_a_curve(replay: Replay) -> None:
    async with replay("return cart.total") as app:
        await app.press("2")
        app.app.variables.select_name("price")
        await app.press("v", "r")
        rows = app.rows("history")
        assert all("┤" in row for row in rows)
        assert any("│" in row for row in rows), "the present one is marked"
        here = app.step
        await app.press("left")
        assert app.step < here
        await app.press("r")
        assert not any("┤" in row for row in app.rows("history"))


async def test_why_shows_the_chain_of_causes(replay: Replay) -> None:
    async with replay('print("dear", paid)', 1) as app:
        await app.press("2")
        app.app.variables.select_name("paid")
        await app.press("x", "z")
        why = app.text("why")
        assert "paid = 28" in why
        assert "return cost" in why
        assert "cost = price * count" in why
        await app.press("j", "enter")
        assert app.view.frame.function == "Cart.add"


CHAIN = """
rows = ["XXX-99,4"]

def text_of(row):
    return row.partition(",")[0]

def sku_of(row):
    sku = text_of(row)
    return sku

def order(rows):
    for row in rows:
        sku = sku_of(row)
    return {}.get(sku)

found = order(rows)
print(found)
"""


async def test_a_chain_of_causes_can_be_read_in_a_small_terminal(
    tmp_path: Path, record: Callable[..., Any]
) -> None:
    (tmp_path / "chain.py").write_text(CHAIN)
    engine = open_engine(str(record(str(tmp_path / "chain.py")).trace))
    async with replaying(engine, size=(120, 36)) as app:
        await app.press("2")
        app.app.variables.select_name("found")
        await app.press("x")
        rows = app.text("why")
        assert "found = None" in rows
        assert "order() = None" in rows
        assert "sku = 'XXX-99'" in rows
    engine.close()


async def test_why_with_nothing_selected_explains_the_failure(
    tmp_path: Path, record: Callable[..., Any]
) -> None:
    (tmp_path / "divide.py").write_text("count = len([])\ntotal = 4\nprint(total / count)\n")
    engine = open_engine(str(record(str(tmp_path / "divide.py")).trace))
    async with replaying(engine, size=(120, 36)) as app:
        await app.press("x")
        rows = app.text("why")
        assert "ZeroDivisionError" in rows
        assert "count = 0" in rows
    engine.close()


async def test_why_in_a_caller_explains_the_call_that_it_is_in(
    tmp_path: Path, record: Callable[..., Any]
) -> None:
    (tmp_path / "divide.py").write_text(
        "def share(total, count):\n    return total / count\n\namount = 4\nshare(amount, 0)\n"
    )
    engine = open_engine(str(record(str(tmp_path / "divide.py")).trace))
    async with replaying(engine, size=(120, 36)) as app:
        await app.press("u", "x")
        rows = app.text("why")
        assert "amount = 4" in rows
        assert "count = 0" not in rows
    engine.close()


async def test_search_finds_and_goes_both_ways(replay: Replay) -> None:
    async with replay("cart = Cart()") as app:
        await app.press("slash")
        await app.type("dear")
        found = app.text("found")
        assert "output" in found
        await app.press("full_stop")
        first = app.step
        await app.press("full_stop")
        assert app.step > first
        await app.press("comma")
        assert app.step == first


async def test_what_is_nowhere_is_said(replay: Replay) -> None:
    async with replay("cart = Cart()") as app:
        await app.press("slash")
        await app.type("zebra")
        assert app.news == "zebra is nowhere in this recording"


async def test_the_calls_are_unfolded_down_to_the_present_one(replay: Replay) -> None:
    async with replay("self.total += cost", 2) as app:
        await app.press("7", "z")
        calls = app.text("calls")
        assert "▾ checkout(rows=[(2, 3)" in calls
        assert "add(self=Cart(total=31), price=7, count=4) → 28" in calls
        await app.press("left", "left")
        assert "add(" not in app.text("calls")
        await app.press("X")
        assert "add(" in app.text("calls")
        await app.press("enter")  # where the time went: the call itself, or one that it made
        assert LINES[app.line - 1].strip() in ("cart = Cart()", "cost = price * count")


MANY = """\
def square(n):
    return n * n

def main():
    for n in range(1000):
        square(n)

main()
"""


async def test_very_many_calls_are_scrolled_through_at_once(
    tmp_path: Path, record: Callable[..., Any]
) -> None:
    script = tmp_path / "many.py"
    script.write_text(MANY)
    engine = open_engine(str(record(str(script)).trace))
    steps = [s for s in range(len(engine)) if engine.step(s).line == 2]
    async with replaying(engine, step=steps[700]) as app:
        await app.press("7")
        assert any("square(n=700)" in row for row in app.rows("calls"))
        await app.press("G")
        assert "square(n=999) → 998001" in app.rows("calls")[-1]
        await app.press("g", "j", "j")
        assert "square(n=0) → 0" in app.text("calls")
        await app.press("left")
        assert app.app.query_one("#calls", LineView).cursor == 1, "at main, which made the call"
        await app.press("left", "G")
        assert "square" not in app.text("calls")
    engine.close()


SLOW = """
def quick(n):
    return n

def slow():
    for n in range(20_000):
        last = n

def main():
    for n in range(5000):
        quick(n)
        if n == 4000:
            slow()

main()
"""


def test_of_any_number_of_calls_the_longest_is_found(
    tmp_path: Path, record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    engine = open_engine(str(record(str(tmp_path / "slow.py")).trace))
    tree = CallTree(engine.recording)
    told: list[str] = []
    main = tree.roots()[0].children()[0]
    longest = max(
        tree._longest(main, lambda: None, told.append), key=lambda each: each.duration_ns or 0
    )
    assert str(tree.compared) == ""
    monkeypatch.setattr(calltree, "COMPARED", 4000)
    assert tree.hottest(main.frame_id, lambda: None)[0].frame_id == main.frame_id
    word = str(tree.compared)
    assert word == "compared 4,000 of 5,001 calls, spread over all of them"
    engine.close()
    assert longest.function == "slow"
    assert told[1].startswith("comparing 5,001 calls")


@pytest.mark.parametrize("keys", [("7", "X"), ("X",)], ids=["pane there", "pane comes with it"])
async def test_where_the_time_went_is_unfolded_and_pointed_at(
    tmp_path: Path, record: Callable[..., Any], keys: tuple[str, ...]
) -> None:
    (tmp_path / "slow.py").write_text(SLOW)
    engine = open_engine(str(record(str(tmp_path / "slow.py")).trace))
    async with replaying(engine, step=len(engine) - 1) as app:
        await app.press(*keys)
        assert app.news.startswith("slow took the most time: ")
        pane = app.app.query_one("#calls", LineView)
        assert "slow()" in pane.render_line(pane.cursor - int(pane.scroll_offset.y)).text
    engine.close()


def test_a_column_of_which_hardly_a_cell_has_room_is_left_out() -> None:
    pane = TablePane()
    pane._widths = [4, 20, 20, 3, 20]
    assert pane._fitted(80) == [4, 20, 20, 3, 20]
    assert pane._fitted(31) == [4, 6, 6, 3, 6]
    assert pane._fitted(29) == [4, 8, 8, 3, 0], "the others get the room of the last one"


async def test_watches_follow_the_moment(replay: Replay) -> None:
    async with replay("return cart.total") as app:
        await app.press("w")
        await app.type("cart.total")
        assert app.rows("watches")[0].split()[:2] == ["cart.total", "68"]
        await app.press("N", "N", "N")
        row = app.rows("watches")[0].split()
        assert row[:2] != ["cart.total", "68"]
        await app.press("8", "delete")
        assert "cart.total" not in app.text("watches")


async def test_breakpoints_are_listed_with_their_hits(replay: Replay) -> None:
    async with replay("cart = Cart()") as app:
        await app.press("B")
        await app.pilot.press(*"add", "left_parenthesis", "right_parenthesis", "space", *"if")
        await app.pilot.press(
            "space", *"price", "space", "greater_than_sign", "space", "6", "enter"
        )
        await app.settle()
        assert "◉ function add if price > 6" in app.text("watches")
        assert "5 times" in app.text("watches")
        await app.press("c")
        assert "price = 7" in app.text("source")
        await app.press("8", "space")
        assert "○ function add" in app.text("watches")


async def test_hits_of_exceptions_and_changes_are_counted(replay: Replay) -> None:
    async with replay("return cart.total") as app:
        for text in ("change cart.total", "raise ZeroDivisionError", "raise KeyError"):
            await app.press("B")
            await app.pilot.press(
                *(c.replace(" ", "space").replace(".", "full_stop") for c in text)
            )
            await app.press("enter")
        rows = {
            row.split("◉")[1].split("  ")[0].strip(): row
            for row in app.rows("watches")
            if "◉" in row
        }
        assert rows["change of cart.total"].endswith("5 times"), "set to nothing, then four sales"
        assert rows["exception ZeroDivisionError"].endswith("1 time")
        assert rows["exception KeyError"].endswith("0 times")


async def test_marks_are_kept_for_the_next_session(replay: Replay) -> None:
    async with replay("cost = price * count", 2) as app:
        marked = app.step
        await app.press("m", "a", "semicolon")
        await app.pilot.press(*"here", "enter")
        await app.settle()
        await app.press("M")
        assert "here" in app.text("marks")
    async with replay("cart = Cart()") as app:
        await app.press("apostrophe", "a")
        assert app.step == marked
        await app.press("M", "g", "delete")
        assert "here" not in app.text("marks")


async def test_a_notebook_is_written_only_where_something_is_kept_and_over_no_other_file(
    replay: Replay, trace: Path
) -> None:
    notebook = trace.with_suffix(".md")
    async with replay("return cart.total") as app:
        await app.press("W")
        assert app.news.startswith("nothing is kept yet")
        assert not notebook.exists()
        notebook.write_text("# My own")
        await app.press("m", "a", "W")
        assert "is no notebook of escope" in app.news
        assert notebook.read_text() == "# My own"
        notebook.unlink()
        for _ in range(2):
            await app.press("W")
            assert app.news.startswith("1 moment is in ")
        assert notebook.read_text().startswith("# Notes on ")
    notebook.unlink()


async def test_a_mark_that_comes_right_after_a_move_marks_where_it_led(replay: Replay) -> None:
    async with replay(step=3) as app:
        await app.pilot.press("s", "s", "m", "k", "s")
        await app.settle()
        await app.press("M")
        rows = [row for row in app.rows("marks") if "k " in row]
        assert "@5" in rows[0]


async def test_threads_tell_where_they_are(replay: Replay) -> None:
    async with replay("cart = Cart()") as app:
        await app.press("9")
        rows = app.rows("threads")
        assert "MainThread" in rows[0]
        assert "here" in rows[0]
        assert "side" in rows[1]
        assert "ended" in rows[1]
        await app.press("j", "enter")
        assert "side" in str(app.app.source.border_subtitle)


WAITING = """\
import asyncio

async def inner(gate):
    await gate.wait()

async def outer(gate):
    await inner(gate)

def numbers():
    yield 1
    yield 2

async def main():
    gate = asyncio.Event()
    task = asyncio.create_task(outer(gate), name="patient")
    lazy = numbers()
    next(lazy)
    await asyncio.sleep(0)
    print("now")
    gate.set()
    await task

asyncio.run(main())
"""


async def test_what_waits_is_shown_as_stacks(tmp_path: Path, record: Callable[..., Any]) -> None:
    script = tmp_path / "waiting.py"
    script.write_text(WAITING)
    engine = open_engine(str(record(str(script)).trace))
    line = WAITING.splitlines().index('    print("now")') + 1
    step = next(s for s in range(len(engine)) if engine.step(s).line == line)
    async with replaying(engine, step=step) as app:
        await app.press("9")
        rows = [row.split()[1:] for row in app.rows("threads") if row]
        assert ["patient", "inner:4", "waiting"] in rows
        assert rows[rows.index(["patient", "inner:4", "waiting"]) + 1] == ["‹", "outer:7"]
        assert ["generator", "numbers:10"] in rows
        await app.press("j", "j", "enter")
        assert app.view.frame.function == "inner"
    engine.close()


async def test_the_focused_timeline_shows_its_lanes(replay: Replay) -> None:
    async with replay("cost = price * count", 2) as app:
        await app.press("b", "m", "q", "5")
        lanes = {row.split()[-1]: row for row in app.rows("timeline")}
        assert lanes["exceptions"].count("✖") == 1
        assert lanes["breakpoints"].count("●") + lanes["breakpoints"].count("╋") == 5
        assert lanes["marks"].count("╋") == 1
        assert lanes["output"].count("▪") == 3, "two lines, and the traceback"
        await app.press("1")
        assert len(app.rows("timeline")) <= 2


async def test_the_timeline_zooms_around_the_moment(replay: Replay) -> None:
    async with replay("cost = price * count", 2) as app:
        await app.press("5", "plus")
        assert "the timeline shows @" in app.news
        assert "4× @" in app.text("timeline")
        here = app.step
        await app.press("right")
        assert app.step == here + 1, "a column is less than a step"
        await app.press("underscore")
        assert "4×" not in app.text("timeline")


async def test_marked_lines_carry_the_letter(replay: Replay) -> None:
    async with replay("cart = Cart()") as app:
        await app.press("m", "q", "n")
        line = next(row for row in app.rows("source") if "cart = Cart()" in row)
        assert line.startswith(" q")


def test_columns_are_expressions_and_perhaps_a_condition() -> None:
    assert parse_columns("a, b[0].c if a > 3") == (("a", "b[0].c"), "a > 3")
    assert parse_columns("if x") == ((), "x")
    assert parse_columns("f(a, b), c") == (("f(a, b)", "c"), "")
    with pytest.raises(EscopeError):
        parse_columns("a +")


async def test_breakpoints_are_read_as_people_write_them(replay: Replay) -> None:
    async with replay("cart = Cart()") as app:
        files = app.app.session.engine.files

        def parsed(text: str) -> tuple[str, object, str]:
            stop = parse_stop(text, app.view, files)
            return stop.kind, stop.name or stop.line, stop.condition

        assert parsed("41") == (LINE, 41, "")
        assert parsed("cart.py:9 if price > 3") == (LINE, 9, "price > 3")
        assert parsed("Cart.add()") == (FUNCTION, "Cart.add", "")
        assert parsed("raise KeyError") == (EXCEPTION, "KeyError", "")
        assert parsed("change cart.total") == (DATA, "cart.total", "")
        for text in ("nothing.py:3", "what is this", "41 42"):
            with pytest.raises(EscopeError):
                parsed(text)


def test_notes_become_markdown_with_recorded_text_as_code() -> None:
    marks = [Marked("n7", 7, "too late", "f:3", "x = `a`"), Marked("a", 2, "", "g:1", "")]
    assert markdown("t.esr", marks) == [
        "# Notes on `t.esr`",
        "",
        "## `t.esr@2` · `g:1`",
        "",
        "## `t.esr@7` · `f:3`",
        "",
        "`` x = `a` ``",
        "",
        "too late",
        "",
    ]


def test_what_is_cut_keeps_the_number_that_tells_it_from_others() -> None:
    assert _short("consumer-12", 8) == "cons…-12"
    assert _short("Depot.consume:18", 9) == "Depot…:18"
    assert _short("‹ Depot.consume:18", 9) == "‹ Dep…:18"
    assert _short("<module>:31", 8) == "<mod…:31"
    assert _short("31.5555-1234", 8) == "31.5555…"
    assert _short("worker-1", 8) == "worker-1"
    assert _short("w-1234567", 6) == "w-123…"
