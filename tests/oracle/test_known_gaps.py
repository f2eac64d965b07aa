"""What a recording still shows wrongly: stated here, so that a repair is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import Target, compare

GAPS = {
    "what a finalizer that is not recorded changes": """
log = []


class Noisy:
    exec("def __del__(self):\\n    log.append(1)")


def f():
    a = Noisy()
    a = None
    b = 1
    return b


f()
""",
    "what a library keeps and changes in a later call that is not given it": """
def run():
    import warnings
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.warn("late")
        n = len(seen)
        m = n
    return m


run()
""",
}


@pytest.mark.parametrize("gap", GAPS)
def test_a_known_gap_is_still_there(gap: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(GAPS[gap], encoding="utf-8")
    report = compare(gap, Target([str(script)], moment=True), tmp_path)
    print(report.text())
    assert report.pairs
    assert not report.problems
    assert report.wrong, "this gap is closed: move the program to tests/programs"
