"""Walking back visits the states that walking forward visited; two recordings are alike."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from tests.helpers.moments import Names, digest, moment
from tests.helpers.programs import PROGRAMS

MANY = 300
"""Above this number of steps, a stretch at each end and a sample between are walked."""

MUCH = 3_000_000
"""About how much text the moments of one walk come to; of big ones fewer are looked at."""

NOT_ALIKE = {
    "heap_address_reuse.py": "it keeps addresses",
    "heap_unfinished.py": "what copying keeps in mind has addresses as keys",
    "lang_threads.py": "threads take turns as they please",
    "lang_pool.py": "threads take turns as they please",
    "heap_given_outside.py": "Thread objects hold the identifiers that the system gave them",
    "heap_other_threads.py": "Thread objects hold the identifiers that the system gave them",
    "heap_threads.py": "Thread objects hold the identifiers that the system gave them",
    "heap_unittest_many.py": "what unittest writes tells how long the tests took",
}
"""Programs whose values may differ between two runs, with the reason."""

if sys.version_info >= (3, 15):
    NOT_ALIKE["heap_finalizers.py"] = "the collector tells its callbacks how long it took"


def places(rec: Any, seed: int) -> list[int]:
    """Choose the steps to look at."""
    count = len(rec)
    many = min(MANY, max(60, MUCH // len(moment(rec, count - 1))))
    if count <= many:
        return list(range(count))
    chance = random.Random(seed)
    third = many // 3
    middle = chance.sample(range(third, count - third), third)
    return sorted({*range(third), *middle, *range(count - third, count)})


@pytest.mark.parametrize("script", PROGRAMS, ids=lambda p: p.stem)
def test_back_is_forward_mirrored(
    script: Path, record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    trace = record(str(script)).trace
    with escope.open(str(trace)) as rec:
        steps = places(rec, 1)
        assert steps
        forward = {i: digest(moment(rec, i)) for i in steps}
    with escope.open(str(trace)) as rec:
        for i in reversed(steps):
            assert digest(moment(rec, i)) == forward[i], f"step {i}, walking back"
    with escope.open(str(trace)) as rec:
        chance = random.Random(2)
        for i in chance.sample(steps, min(len(steps), 150)):
            assert digest(moment(rec, i)) == forward[i], f"step {i}, jumped to"


@pytest.mark.parametrize("script", PROGRAMS, ids=lambda p: p.stem)
def test_two_recordings_of_a_program_are_alike(
    script: Path, record: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    if script.name in NOT_ALIKE:
        pytest.skip(NOT_ALIKE[script.name])
    monkeypatch.setenv("PYTHONHASHSEED", "0")
    first, second = record(str(script)), record(str(script))
    assert (first.stdout, first.code) == (second.stdout, second.code)
    with first.open() as one, second.open() as two:
        assert len(one) == len(two)
        names, others = Names(), Names()
        for i in places(one, 3):
            assert moment(one, i, names) == moment(two, i, others), f"step {i}"
