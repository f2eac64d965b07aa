"""The hot paths do not grow: instructions, counted by valgrind, against the kept figures."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
VERSION = "{}.{}".format(*sys.version_info)
KEPT: dict[str, dict[str, int]] = json.loads((BENCHMARKS / "counts.json").read_text())
MOST = 1.15
"""How much a figure may grow."""


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed")
@pytest.mark.skipif(VERSION not in KEPT, reason="no figures are kept for this Python")
@pytest.mark.timeout(900)
def test_no_hot_path_executes_15_percent_more_instructions_than_the_kept_figure() -> None:
    command = [sys.executable, str(BENCHMARKS / "counts.py"), "--json"]

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    kept = KEPT[VERSION]
    assert found.keys() == kept.keys()
    grown = {
        name: f"{kept[name]:,} -> {count:,}"
        for name, count in found.items()
        if count > MOST * kept[name]
    }
    assert not grown, "smaller is better: python benchmarks/counts.py --keep keeps new figures"
