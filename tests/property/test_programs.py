"""Random programs: the oracle and the recording agree."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.oracle.compare import Target, compare

from .grammar import programs


def check(source: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "program.py")
        script.write_text(source, encoding="utf-8")
        report = compare("random program", Target([str(script)], timeout=60), Path(folder))
        assert report.clean, report.text() + "\n" + source


COMMON = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@settings(max_examples=5, suppress_health_check=COMMON)
@given(programs())
def test_random_programs_agree(source: str) -> None:
    check(source)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@settings(max_examples=250, suppress_health_check=COMMON)
@given(programs())
def test_many_random_programs_agree(source: str) -> None:
    check(source)
