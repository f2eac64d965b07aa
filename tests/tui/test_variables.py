"""The variables pane: a tree of any size, other formats, filters, pins, aliases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from escope_tui.model.values import Contents, Value, value_of
from escope_tui.session.engine import open_engine
from escope_tui.session.formats import formats_of, lines_of, plot, sparkline
from escope_tui.session.sourcetext import SourceText
from escope_tui.session.tree import Node, Tree
from tests.helpers.driving import replaying
from tests.helpers.fakerecording import FakeRecording

PROGRAM = """\
LIMIT = 3
OTHER = 4

def outer():
    seen = [1]
    def inner(rows):
        total = len(rows) * LIMIT
        seen.append(total)
        again = rows
        return total
    return inner([{"sku": "A1", "qty": 2}, {"sku": "B2", "qty": 30}])

outer()
"""


@pytest.fixture
def rec() -> FakeRecording:
    return FakeRecording.of(PROGRAM)


def step_at(rec: FakeRecording, line: int) -> int:
    return next(m.step.index for m in rec.moments if m.step.line == line)


class CountedItems(list[int]):
    """A sequence that tells how many of its members were looked at."""

    looked = 0

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        found = super().__getitem__(index)
        CountedItems.looked += len(found) if isinstance(index, slice) else 1
        return found


def test_of_a_million_members_only_those_that_are_seen_are_asked_for() -> None:
    items = CountedItems(range(1_000_000))
    value = Value("", contents=Contents("list", "list", size=1_000_000, items=items))
    tree = Tree([Node(("local", "xs"), "xs", 0, value)], {("local", "xs")})
    assert tree.count == 1_000_001
    assert [tree.at(row).label for row in range(500_000, 500_003)] == [
        "[499999]",
        "[500000]",
        "[500001]",
    ]
    assert tree.find(("local", "xs", "[777]")) == 778
    assert CountedItems.looked < 20


def test_rows_of_unfolded_members_follow_their_container() -> None:
    value = value_of([[1, 2], 3, {"a": [4]}, 5])
    top = ("local", "x")
    opened = {top, (*top, "[0]"), (*top, "[2]"), (*top, "[2]", "['a']")}
    tree = Tree([Node(top, "x", 0, value, key="x")], opened)
    assert [(n.label, n.depth, n.key) for n in tree] == [
        ("x", 0, "x"),
        ("[0]", 1, "x[0]"),
        ("[0]", 2, "x[0][0]"),
        ("[1]", 2, "x[0][1]"),
        ("[1]", 1, "x[1]"),
        ("[2]", 1, "x[2]"),
        ("['a']", 2, "x[2]['a']"),
        ("[0]", 3, "x[2]['a'][0]"),
        ("[3]", 1, "x[3]"),
    ]
    for row, node in enumerate(tree):
        assert tree.find(node.path) == row


async def test_scopes_are_told_apart(rec: FakeRecording) -> None:
    async with replaying(rec, step=step_at(rec, 8)) as app:
        rows = [row.strip() for row in app.rows("variables")]
        assert rows.index("▾ Closure") > next(i for i, r in enumerate(rows) if "total" in r)
        assert any(row.startswith("▸ seen") for row in rows[rows.index("▾ Closure") :])
        used = rows[rows.index("▾ Globals in use") + 1]
        assert used.split() == ["LIMIT", "3"]
        assert "▸ Other globals" in rows
        assert not any("OTHER" in row for row in rows)


async def test_two_names_of_one_object_are_told(rec: FakeRecording) -> None:
    async with replaying(rec, size=(200, 40), step=step_at(rec, 10)) as app:
        rows = next(row for row in app.rows("variables") if row.startswith(" ▸ rows"))
        assert rows.rstrip().endswith("= again")


async def test_a_row_shows_other_formats(rec: FakeRecording) -> None:
    async with replaying(rec, size=(200, 40), step=step_at(rec, 7)) as app:
        await app.press("2", "g", "r")
        assert "rows as table" in app.news
        assert [row.split() for row in app.rows("variables")[1:4]] == [
            ["sku", "qty"],
            ["0", "'A1'", "2"],
            ["1", "'B2'", "30"],
        ]
        await app.press("r")
        assert '"sku": "A1",' in app.text("variables")
        await app.press("r")
        assert "sku" not in app.rows("variables")[1]


async def test_typing_filters_the_rows(rec: FakeRecording) -> None:
    async with replaying(rec, step=step_at(rec, 10)) as app:
        await app.press("2", "ampersand", "t", "o", "t")
        assert "total" in app.text("variables")
        assert "again" not in app.text("variables")
        await app.press("escape")
        assert "again" in app.text("variables")


@pytest.mark.parametrize("size", [(120, 36), (40, 10)])
async def test_from_the_source_the_variables_are_filtered(
    rec: FakeRecording, size: tuple[int, int]
) -> None:
    async with replaying(rec, size=size, step=step_at(rec, 10)) as app:
        here = app.step
        await app.press("1", "ampersand", "t", "o", "t", "enter")
        assert "total" in app.text("variables")
        assert "again" not in app.text("variables")
        assert (app.step, app.app.active) == (here, "variables")


async def test_a_pinned_value_is_compared_with_other_moments(rec: FakeRecording) -> None:
    async with replaying(rec, size=(200, 40), step=step_at(rec, 8)) as app:
        await app.press("2", "g", "j", "K")
        assert "total is pinned" in app.news
        pinned = step_at(rec, 8)
        assert f"◆ total @{pinned:,}" in app.rows("variables")[0]
        await app.press("N")
        assert "not here now" in app.rows("variables")[0]
        await app.press("g", "K")
        assert "◆" not in app.text("variables")


def test_names_of_a_function_are_bound_or_used() -> None:
    source = SourceText("x.py", PROGRAM)
    bound, used = source.names(7) or (frozenset(), frozenset())
    assert bound == {"rows", "total", "again"}
    assert {"seen", "LIMIT", "len", "rows"} <= used


@pytest.mark.parametrize(
    ("value", "formats"),
    [
        (7, ["repr", "hex"]),
        (True, ["repr"]),
        ("a\nb", ["repr", "text", "hex"]),
        ([1, 2, 3], ["repr", "plot", "json"]),
        ([{"a": 1}], ["repr", "table", "json"]),
        (None, ["repr"]),
    ],
)
def test_values_have_the_formats_that_say_something(value: object, formats: list[str]) -> None:
    assert formats_of(value_of(value)) == formats


def test_formats_are_exact_and_safe() -> None:
    assert lines_of(value_of(255), "hex", 40) == ["0xff", "0b11111111"]
    assert lines_of(value_of(b"ab\x1b"), "hex", 40) == ["00000000  61 62 1b                 ab·"]
    assert lines_of(value_of("a\x1b]2;x\x07\nb"), "text", 40) == ["a\\x1b]2;x\\x07", "b"]
    assert lines_of(value_of({"k": [1, float("nan")]}), "json", 40)[2:4] == [
        "    1,",
        '    "nan"',
    ]


def test_numbers_are_drawn_between_their_extremes() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8) == "▁▂▃▄▅▆▇█"
    assert len(sparkline(range(1000), 30)) == 30
    assert sparkline([5, 5], 4) == "▁▁"
    rows = plot(list(range(100)), 40, 4)
    assert len(rows) == 4
    assert rows[0].lstrip().startswith("99 ┤")
    assert rows[-1].lstrip().startswith("0 ┤")


async def test_what_a_statement_reads_does_not_push_the_values_aside(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text("level = {'inner': {'deep': {}}}\nx = 1\ny = level['inner']['deep']['no']\n")
    engine = open_engine(str(record(str(program)).trace))
    async with replaying(engine, size=(80, 24), step=1) as app:
        before = next(row for row in app.rows("variables") if "level" in row)
        await app.press("s")
        rows = app.rows("variables")
        assert any("level['inner']" in row for row in rows), "what the failing statement reads"
        after = next(row for row in rows if row.strip(" ▸+").startswith("level "))
        assert after.index("{") == before.index("{")
    engine.close()
