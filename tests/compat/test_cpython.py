"""CPython's own tests give the same results while escope records them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compat import suites
from tests.compat.known import LEFT_OUT, UNSUITED, unexplained
from tests.compat.modules import LANGUAGE, LIBRARY, QUICK, exists


def run(modules: list[str], folder: Path) -> None:
    """Run modules plain and recorded; they must end alike but for what is known."""
    names = [f"test.{module}" for module in modules]
    without = "|".join(LEFT_OUT)
    plain = suites.unittest_modules(names, folder, recorded=False, without=without)
    assert plain.outcomes, plain.output
    recorded = suites.unittest_modules(names, folder, recorded=True, without=without)
    left = unexplained(suites.differences(plain, recorded))
    text = suites.report(plain, recorded, left)
    print(text)
    assert not left, text
    assert suites.steps(folder) > len(recorded.outcomes), "hardly anything was recorded"
    assert recorded.code == plain.code, text


def test_the_language_tests_of_cpython_end_as_they_do_without_escope(tmp_path: Path) -> None:
    modules = [module for module in QUICK if exists(module)]
    if not modules:
        pytest.skip("this interpreter has no test package")
    run(modules, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(2000)
@pytest.mark.parametrize("module", [*LANGUAGE, *LIBRARY])
def test_a_module_of_cpython_ends_as_it_does_without_escope(module: str, tmp_path: Path) -> None:
    if not exists(module):
        pytest.skip(f"this interpreter has no test.{module}")
    if module in UNSUITED:
        pytest.skip(UNSUITED[module])
    run([module], tmp_path)
