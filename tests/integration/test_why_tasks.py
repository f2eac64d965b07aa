"""Causes behind an `await` of coroutines that an event loop ran as tasks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import escope_tui as escope
from escope_tui.model.causes import Cause
from escope_tui.query.recording import Recording
from tests.helpers.rerecord import chunked

GATHERED = """\
import asyncio
async def work(n):
    await asyncio.sleep(0)
    return n * 10
async def main(rows):
    a, b = await asyncio.gather(work(rows[0]), work(2))
    c = await asyncio.wait_for(work(3), 5)
    more = await asyncio.gather(*[work(each) for each in rows])
    return a + b + c + sum(more)
total = asyncio.run(main([1, 4]))
"""
MIXED = """\
import asyncio
async def work(n):
    await asyncio.sleep(0)
    return n * 10
async def main():
    early = asyncio.create_task(work(7))
    found = await asyncio.gather(work(8), asyncio.sleep(0))
    return found[0] + await early
total = asyncio.run(main())
"""


@pytest.fixture(scope="module", params=[20, 65_536], ids=["many chunks", "one chunk"])
def gathered(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Recording]:
    trace = chunked(GATHERED, tmp_path_factory.mktemp("gathered"), steps=request.param)
    with escope.open(trace) as rec:
        yield rec


def hops(cause: Cause) -> list[tuple[str, str, int | None]]:
    """Target, kind and line of each hop."""
    return [(each.target, each.kind, each.line) for each in cause]


def test_what_gathered_coroutines_returned_is_followed_into_them(gathered: Recording) -> None:
    cause = gathered.why("total")
    found = hops(cause)
    assert ("a", "call result", 6) in found
    assert ("c", "call result", 7) in found
    assert ("more", "call result", 8) in found
    assert ("work()", "return", 4) in found


def test_an_argument_of_a_task_was_passed_by_the_statement_that_waits(gathered: Recording) -> None:
    """Not by the one that ran the event loop."""
    lines = {
        int(str(each.value.python())): each.line
        for each in gathered.why("total", depth=12)
        if each.target == "n" and each.value is not None
    }
    assert (lines[2], lines[3]) == (6, 7)


def test_a_task_of_an_earlier_statement_is_not_taken_for_one_that_is_awaited(
    tmp_path: Path,
) -> None:
    with escope.open(chunked(MIXED, tmp_path, steps=65_536)) as rec:
        child = next(c for c in rec.calls("work") if c.args["n"].python() == 7)
        passed = rec.why("n", child.enter)
        assert passed.kind == "parameter"
        assert "not known" in passed.note
        found = [each for each in rec.why("total") if each.target == "found[0]"]
        assert all("work" not in read.name for each in found for read in each.reads)
