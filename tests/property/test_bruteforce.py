"""Answers, held against what follows from the lines of `escope steps --json` alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.bruteforce import disagreements
from tests.helpers.programs import PROGRAMS

SAMPLES = sorted((Path(__file__).parents[2] / "recordings").glob("*.esr"))
QUICK = {
    "heap_recursion",
    "heap_statement_order",
    "lang_classes",
    "lang_comprehension_scope",
    "lang_except_star",
    "lang_generators",
    "lang_scopes",
    "lang_targets",
    "lang_try",
    "lang_walrus",
    "lang_with",
}
"""Programs that have shown a fault; the others take part with `--slow`."""


def _mark(path: Path) -> Any:
    marks = () if path.stem in QUICK else (pytest.mark.slow,)
    return pytest.param(path, id=path.stem, marks=marks)


@pytest.mark.parametrize("program", [_mark(path) for path in PROGRAMS])
def test_answers_follow_from_the_steps(record: Callable[..., Any], program: Path) -> None:
    done = record(str(program))
    with done.open() as rec:
        assert list(disagreements(done.trace, rec)) == []


@pytest.mark.parametrize("sample", [pytest.param(path, id=path.stem) for path in SAMPLES])
def test_answers_about_the_samples_follow_from_their_steps(sample: Path) -> None:
    import escope_tui as escope

    with escope.open(str(sample)) as rec:
        assert list(disagreements(sample, rec)) == []
