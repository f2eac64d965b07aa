"""An id never stands for two objects, though memory is given to one object after another."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.heap import record_program

pytest.importorskip("escope_tui._speedups.capture")

PROGRAM = """
import contextvars, functools, types


def asynchronous(n):
    async def inner():
        yield n
    return inner()


def made(make):
    for n in range(60):
        one = make(n)
        here = 1
        one = None


for make in (
    lambda n: [n],
    lambda n: {n: n},
    lambda n: slice(n, None),
    lambda n: ValueError(n),
    lambda n: MemoryError(n),
    lambda n: [n].append,
    lambda n: types.SimpleNamespace(n=n),
    lambda n: contextvars.copy_context(),
    lambda n: functools.partial(int, n),
    lambda n: (lambda: n),
    lambda n: range(n, n + 5),
    lambda n: bytearray(n + 1),
    asynchronous,
):
    made(make)
"""


def test_objects_at_one_address_after_another_have_ids_of_their_own(tmp_path: Path) -> None:
    with record_program(PROGRAM, tmp_path) as rec:
        lines = PROGRAM.split("\n")
        ids = []
        for step in rec:
            if lines[step.line - 1].strip() == "here = 1":
                ids.append(rec.locals(step.index)["one"].object_id)
    assert len(ids) == 13 * 60
    assert None not in ids
    assert len(set(ids)) == len(ids)
