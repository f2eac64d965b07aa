"""escope's values against the reference recorder's, variable by variable."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.oracle import benchmarks
from tests.oracle.compare import Report, Target, compare

PROGRAMS = Path(__file__).resolve().parent.parent / "programs"
RACING = frozenset({"lang_threads.py", "heap_threads.py"})
"""Programs whose threads take turns as they like: what is seen differs between any two runs."""

LONG = frozenset({"heap_recursion.py", "lang_recursion.py", "lang_deep.py"})
"""Programs whose stacks of a thousand frames take a minute to compare."""

LONG_RUNS = frozenset({"go", "chaos", "fannkuch", "deltablue", "nbody", "hexiom", "pygments"})
"""Programs of pyperformance and packages that take more than a few seconds to compare."""

REASONS: dict[str, tuple[float, str]] = {}
"""Program to the least share of its pairs that agrees, and why not all. Others: all agree."""

STEP_REASONS: dict[str, tuple[int, str]] = {}
"""Program to the most lines of the reference that may have no step, and why."""


def target_of(script: Path) -> Target:
    """Read how a program wants to be compared from its first lines."""
    head = script.read_text(encoding="utf-8", errors="replace").split("\n", 3)[:3]
    return Target(
        [str(script)],
        moment=any("oracle: moment" in line for line in head),
        stack=not any("oracle: frame" in line for line in head),
        ignored=frozenset(
            name for line in head for name in line.partition("oracle: ignore")[2].split()
        ),
    )


def check(report: Report) -> None:
    """Fail with the report unless all agrees or the reason is written down."""
    text = report.text()
    print(text)
    assert not report.problems, text
    assert report.pairs, text
    share, _ = REASONS.get(report.name, (1.0, ""))
    assert report.agree + report.marked >= share * report.pairs, text
    missing, _ = STEP_REASONS.get(report.name, (0, ""))
    assert len(report.missing_steps) <= missing, text


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(p, marks=[pytest.mark.slow] if p.name in LONG else [], id=p.stem)
        for p in sorted(PROGRAMS.glob("*.py"))
        if p.name not in RACING
    ],
)
def test_each_construct_program_agrees(script: Path, tmp_path: Path) -> None:
    needed = re.search(r"_py3(\d+)$", script.stem)
    if needed and sys.version_info < (3, int(needed[1])):
        pytest.skip(f"needs Python 3.{needed[1]}")
    check(compare(script.name, target_of(script), tmp_path))


def test_a_graph_that_is_too_large_to_be_looked_at_is_marked(tmp_path: Path) -> None:
    script = PROGRAMS / "heap_allowance.py"
    report = compare(script.name, target_of(script), tmp_path)
    check(report)
    assert report.marked > report.pairs // 20, report.text()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in LONG_RUNS else [])
        for name in sorted(benchmarks.DRIVERS)
    ],
)
def test_each_benchmark_agrees(name: str, tmp_path: Path) -> None:
    driver = benchmarks.write(name, tmp_path / name)
    target = Target([str(driver)], every=7, max_values=1500, stack=False)
    check(compare(name, target, tmp_path))


PACKAGES = {
    "markdown_it": Target(
        ["markdown_it.cli.parse", "README.md"], module=True, include=["markdown_it"], every=11
    ),
    "pygments": Target(
        ["pygments", "-f", "html", "-l", "python", "code.py"],
        module=True,
        include=["pygments"],
        every=11,
    ),
    "pycodestyle": Target(
        ["pycodestyle", "--max-line-length=20", "code.py"],
        module=True,
        include=["pycodestyle"],
        every=11,
        ignored=frozenset({"_start_time"}),
    ),
    "tokenize_rt": Target(
        ["tokenize_rt", "code.py"], module=True, include=["tokenize_rt"], every=3
    ),
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in LONG_RUNS else [])
        for name in sorted(PACKAGES)
    ],
)
def test_each_package_agrees(name: str, tmp_path: Path) -> None:
    pytest.importorskip(name)
    (tmp_path / "README.md").write_text("# Title\n\n* a *b* **c**\n* [d](e)\n\n> f\n\n    g\n")
    (tmp_path / "code.py").write_text("import os\n\n\ndef f(x):\n    return x + 1  # why\n")
    target = PACKAGES[name]
    target.cwd, target.max_values, target.stack = str(tmp_path), 1500, False
    check(compare(name, target, tmp_path))
