"""Imports go one way, and cost what they may cost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HEAVY = {"asyncio", "litellm", "prompt_toolkit", "rich", "sqlite_utils", "textual", "zstandard"}
INSIDE_THE_PROGRAM = (
    "escope_tui.recorder.boot",
    "escope_tui.recorder.runner",
    "escope_tui.recorder.stage",
    "escope_tui.instrument.compile",
    "escope_tui.instrument.hook",
    "escope_tui._speedups.boot",
    "escope_tui._speedups.capture",
)


def modules_after(statement: str) -> set[str]:
    """The names in `sys.modules` of a new interpreter that has run one statement."""
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys; print(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return set(done.stdout.split())


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


@pytest.mark.parametrize("module", INSIDE_THE_PROGRAM)
def test_what_loads_inside_the_program_reaches_only_the_standard_library(module: str) -> None:
    before = packages(modules_after("pass"))
    after = packages(modules_after(f"import {module}"))
    ours = {"escope_tui", "cython_runtime"}
    foreign = {name for name in after - before - ours if name not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("_cython")} == set()
    assert not after & (HEAVY - before)


def test_layers_are_kept() -> None:
    pytest.importorskip("importlinter")
    if not (ROOT / "escope_tui").is_dir():
        pytest.skip("the package is installed; the linter reads a checkout")
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
