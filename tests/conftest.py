"""Fixtures that record programs, and the `slow` mark."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

TESTS = Path(__file__).resolve().parent
PROGRAMS = TESTS / "programs"

# Last, so that an installed package is preferred to the source folder.
if str(TESTS.parent) not in sys.path:
    sys.path.append(str(TESTS.parent))


# The same examples in each run, however busy the machine is; ESCOPE_EXPLORE looks for new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("explore" if os.environ.get("ESCOPE_EXPLORE") else "same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the slow tests too")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than a few seconds; runs with --slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow") or os.environ.get("ESCOPE_SLOW"):
        return
    skip = pytest.mark.skip(reason="slow; give --slow or set ESCOPE_SLOW")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@dataclass
class Recorded:
    """A finished `escope record`."""

    trace: Path
    stdout: bytes
    stderr: bytes
    code: int

    def open(self) -> Any:
        """Open the recording."""
        import escope_tui as escope

        return escope.open(str(self.trace))


@pytest.fixture
def programs() -> Path:
    """The folder of target programs."""
    return PROGRAMS


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCOPE_HOME", str(tmp_path / "escope-home"))


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Recorded]:
    """Return a function that records `record("script.py", "arg", options=[...])`."""
    count = 0

    def run(*target: str, options: list[str] | None = None, **extra: Any) -> Recorded:
        nonlocal count
        count += 1
        trace = tmp_path / f"trace-{count}.esr"
        command = [sys.executable, "-m", "escope_tui", "record", "-o", str(trace)]
        command += [*(options or []), *target]
        extra.setdefault("timeout", 120)
        extra.setdefault("stdin", subprocess.DEVNULL)
        if "input" in extra:
            del extra["stdin"]
        done = subprocess.run(command, capture_output=True, check=False, **extra)
        return Recorded(trace, done.stdout, done.stderr, done.returncode)

    return run


@pytest.fixture
def plain() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Return a function that runs the same program without escope."""

    def run(*target: str, **extra: Any) -> subprocess.CompletedProcess[bytes]:
        extra.setdefault("timeout", 120)
        extra.setdefault("stdin", subprocess.DEVNULL)
        if "input" in extra:
            del extra["stdin"]
        return subprocess.run([sys.executable, *target], capture_output=True, check=False, **extra)

    return run
