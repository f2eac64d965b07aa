"""The test suites of well-known packages give the same results while escope records them."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.compat import suites


@dataclass
class Package:
    """A package whose source distribution holds its tests."""

    name: str
    include: list[str]
    source: str = "src"
    arguments: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    """Pattern of test ids to the reason why they end differently."""


PACKAGES = {
    "more-itertools": Package("more-itertools", ["more_itertools", "tests"], source="."),
    "attrs": Package("attrs", ["attr", "attrs", "tests"], arguments=["-p", "no:randomly"]),
    "click": Package("click", ["click", "tests", "test_*"]),
}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for source distributions."""
    return tmp_path_factory.mktemp("sources")


def fetch(package: Package, folder: Path) -> Path:
    """Download and unpack a source distribution."""
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps"]
    command += ["--no-binary", package.name, "-d", str(folder), package.name]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    stem = package.name.replace("-", "_")
    found = [p for p in folder.glob("*.tar.gz") if p.name.replace("-", "_").startswith(stem)]
    if not found:
        pytest.skip(f"{package.name} cannot be had: {done.stderr.decode()[-200:]}")
    with tarfile.open(found[0]) as archive:
        archive.extractall(folder, filter="data")
    return folder / found[0].name.removesuffix(".tar.gz")


@pytest.mark.slow
@pytest.mark.timeout(2000)
@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_package_passes_and_fails_the_same_tests(name: str, sources: Path) -> None:
    package = PACKAGES[name]
    folder = fetch(package, sources)
    path = str(folder / package.source)
    arguments = [*package.arguments, "tests"]
    plain = suites.pytest_suite(arguments, folder, [], recorded=False, path=path)
    assert plain.outcomes, plain.output
    recorded = suites.pytest_suite(arguments, folder, package.include, recorded=True, path=path)
    found = suites.differences(plain, recorded)
    left = {
        key: pair
        for key, pair in found.items()
        if not any(re.search(pattern, key) for pattern in package.known)
    }
    text = suites.report(plain, recorded, left)
    print(text)
    assert not left, text
    assert recorded.code == plain.code, text
