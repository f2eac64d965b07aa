"""Long lists and busy chunks: what is shown is decoded, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.cli import steps as steps_command
from escope_tui.query.recording import Recording
from tests.helpers.rerecord import rerecorded

GROWS = """
def grow(n):
    xs = []
    table = {{}}
    for i in range(n):
        xs.append(i)
        if i % 10 == 0:
            table[i] = xs
            xs[i // 2] = -i
    return xs
grow({count})
"""


APPENDS = """
def grow(n):
    xs = []
    for i in range(n):
        xs.append(i)
grow({count})
"""


def growing(folder: Path, count: int, program: str = GROWS, **packing: int) -> Path:
    """The recording of a list that grows."""
    script = folder / f"grows{count}.py"
    script.write_text(program.format(count=count))
    return rerecorded(script, folder, **packing)


@pytest.fixture(scope="module")
def long_list(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of 20,000, in one chunk or two."""
    return growing(tmp_path_factory.mktemp("big"), 20_000)


@pytest.fixture
def rec(long_list: Path) -> Iterator[Recording]:
    """Its recording, opened afresh."""
    with escope.open(str(long_list)) as opened:
        yield opened


def members_made(rec: Recording) -> int:
    """How many members of objects were decoded since the recording was opened."""
    return int(rec.scanner.work[1])  # type: ignore[attr-defined]


def at_the_end(rec: Recording) -> Any:
    """The list when it is longest."""
    return rec.locals(len(rec) - 1)["xs"]


def test_showing_twenty_of_many_decodes_about_as_many(rec: Recording) -> None:
    value = at_the_end(rec)
    before = members_made(rec)
    shown = list(value.children(10_000, 10_020))
    assert [label for label, _ in shown[:2]] == ["[10000]", "[10001]"]
    assert members_made(rec) - before < 150


def test_stretches_join_to_the_whole(rec: Recording) -> None:
    value = at_the_end(rec)
    whole = [(label, child.data) for label, child in value.children()]
    pieces = [
        (label, child.data)
        for start in range(0, value.child_count, 777)
        for label, child in value.children(start, start + 777)
    ]
    assert pieces == whole
    assert len(whole) == value.child_count >= 19_999


def test_the_summary_of_a_long_list_decodes_its_head_only(rec: Recording) -> None:
    value = at_the_end(rec)
    before = members_made(rec)
    assert value.summary().startswith("[0, 1, 2, 3, 4, -10, 6,")
    assert members_made(rec) - before < 150


def test_one_item_far_inside_is_read_alone(rec: Recording) -> None:
    value = at_the_end(rec)
    before = members_made(rec)
    item = value.item(-1)
    assert item is not None
    assert item.data == 19_999
    assert members_made(rec) - before < 150


def test_printing_all_steps_costs_in_proportion_to_their_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    costs = {}
    for count in (1_000, 4_000):
        with escope.open(str(growing(tmp_path, count, APPENDS))) as rec:
            steps_command._print_json(rec, 0, len(rec) - 1)
            costs[count] = members_made(rec)
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        appended = [row for row in rows if "xs" in row["changed"]]
        assert len(appended) >= count
    assert costs[4_000] < 4.5 * costs[1_000]


def test_each_append_and_store_shows_as_a_change(tmp_path: Path) -> None:
    with escope.open(str(growing(tmp_path, 900, chunk_steps=300))) as rec:
        grown = 0
        for step in rec:
            before = rec.locals(step.index - 1).get("xs") if step.index else None
            now = rec.locals(step.index).get("xs")
            names = {change.name for change in rec.changes(step.index)}
            if before is None or now is None:
                continue
            differs = before.python() != now.python()
            grown += differs
            assert ("xs" in names) == differs, step
        assert grown > 900


def test_contents_are_the_same_walking_back(tmp_path: Path) -> None:
    with escope.open(str(growing(tmp_path, 900, chunk_steps=300))) as rec:
        forward = [xs_at(rec, step) for step in range(len(rec))]
    with escope.open(str(growing(tmp_path, 900, chunk_steps=300))) as rec:
        backward = [xs_at(rec, step) for step in reversed(range(len(rec)))]
    assert backward == forward[::-1]
    assert forward[-1][-1] == 899


def xs_at(rec: Recording, step: int) -> Any:
    """The list at a step as plain data."""
    value = rec.locals(step).get("xs")
    return None if value is None else value.python()


def test_the_events_of_one_step_are_found_without_reading_the_chunk(rec: Recording) -> None:
    end = len(rec) - 1
    rec.events(end)
    looked = rec.scanner.work[0]  # type: ignore[attr-defined]
    for step in range(end - 1000, end):
        rec.events(step)
    assert rec.scanner.work[0] - looked < 20_000  # type: ignore[attr-defined]


def test_events_by_the_step_are_those_of_the_whole(record: Callable[..., Any]) -> None:
    done = record("tests/programs/lang_generators.py")
    with escope.open(str(done.trace)) as rec:
        one_by_one = [event for step in range(len(rec)) for event in rec.events(step)]
        kinds = 0x1FFF
        whole = [
            (raw[0], raw[1]) for raw in rec.raw_events(0, len(rec), kinds) if not raw[1] & 4096
        ]
        assert len(one_by_one) == len(whole) > 100
        assert [event.step for event in one_by_one] == [step for step, _ in whole]


UNWINDS = """
import sys
sys.setrecursionlimit(2600)
seen = []
def fall(n):
    try:
        return fall(n + 1)
    finally:
        seen.append(n)
try:
    fall(0)
except RecursionError:
    print(len(seen))
"""


def test_a_chunk_that_is_full_of_changes_is_followed_by_another(
    record: Callable[..., Any],
) -> None:
    # Each frame that the exception leaves has the list examined item by item.
    done = record("-c", UNWINDS)

    assert done.stdout == b"2599\n"
    with escope.open(str(done.trace)) as rec:
        assert rec.stack(len(rec) - 1)[0].locals["seen"].size == 2599


MILLION = """
def work(n):
    xs = list(range(1_000_000))
    table = dict.fromkeys(range(99_900), 0)
    for i in range(n):
        at = 99_000 - i
        xs[at] = -i
        xs.append(i)
        table[at] = -i
        table[-at] = i
    return len(xs)
work(20)
"""


def test_stores_and_appends_to_a_million_items_are_recorded_exactly(tmp_path: Path) -> None:
    script = tmp_path / "million.py"
    script.write_text(MILLION)
    line = MILLION.splitlines().index("    for i in range(n):") + 1

    trace = rerecorded(script, tmp_path)

    with escope.open(str(trace)) as rec:
        turns = [step.index for step in rec.steps() if step.line == line][1:]
        assert len(turns) == 20
        for i, step in enumerate(turns):
            seen: Any = rec.locals(step)
            xs, table, at = seen["xs"], seen["table"], 99_000 - i
            assert (xs.size, table.size) == (1_000_001 + i, 99_901 + i)
            assert [xs.item(at).data, xs.item(xs.size - 1).data] == [-i, i]
            assert [table.item(at).data, table.item(-at).data] == [-i, i]
        assert xs.item(99_000).data == 0, "the first store is forgotten by the last"
        assert xs.truncated


NUMBERED = """
def work(n):
    table = {i: 0 for i in range(n)}
    table[n - 1] = "stored"
    table[n] = "added"
    k = n - 2
    table.pop(k)
    return len(table)
work(150_000)
"""


def test_stores_far_inside_a_dict_of_150_000_numbers_are_shown(tmp_path: Path) -> None:
    script = tmp_path / "numbered.py"
    script.write_text(NUMBERED)

    trace = rerecorded(script, tmp_path)

    with escope.open(str(trace)) as rec:
        last = next(step.index for step in rec.steps() if step.line == 8)
        table: Any = rec.locals(last)["table"]
        assert not table.uncertain
        assert table.size == 150_000
        assert [table.item(149_999).data, table.item(150_000).data] == ["stored", "added"]
