"""The test suites of well-known packages give the same results while escope records them."""

from __future__ import annotations

import os
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
    tests: list[str] = field(default_factory=lambda: ["tests"])
    arguments: list[str] = field(default_factory=list)
    needs: list[str] = field(default_factory=list)
    """What its tests import besides."""
    known: dict[str, str] = field(default_factory=dict)
    """Pattern of test ids to the reason why they end differently."""


PACKAGES = {
    "attrs": Package("attrs", ["attr", "attrs", "tests"]),
    "boltons": Package("boltons", ["boltons", "tests", "test_*"], source="."),
    "cachetools": Package("cachetools", ["cachetools", "tests", "test_*"]),
    "click": Package("click", ["click", "tests", "test_*"]),
    "jinja2": Package("jinja2", ["jinja2", "tests", "test_*"], needs=["markupsafe", "trio"]),
    "marshmallow": Package(
        "marshmallow",
        ["marshmallow", "tests", "test_*"],
        needs=["simplejson"],
        known={r"test_invalid_datetime_deserialization\[": "has the time of day in its id"},
    ),
    "mistune": Package("mistune", ["mistune", "tests", "test_*"]),
    "more-itertools": Package("more-itertools", ["more_itertools", "tests", "test_*"], source="."),
    "networkx": Package(
        "networkx",
        ["networkx"],
        source=".",
        tests=["networkx/classes", "networkx/algorithms/tree", "networkx/algorithms/flow"],
    ),
    "packaging": Package("packaging", ["packaging", "tests", "test_*"], needs=["pretend"]),
    "pyparsing": Package("pyparsing", ["pyparsing", "tests", "test_*"], source="."),
    "sqlparse": Package("sqlparse", ["sqlparse", "tests", "test_*"], source="."),
    "tomlkit": Package("tomlkit", ["tomlkit", "tests", "test_*"], source=".", needs=["pyyaml"]),
    "toolz": Package("toolz", ["toolz", "tlz"], source=".", tests=["toolz/tests"]),
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


def install(package: Package, folder: Path) -> list[str]:
    """Install what the tests need into a folder of their own; the folders for the module path."""
    if not package.needs:
        return []
    target = folder / f"{package.name}-needs"
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(target)]
    done = subprocess.run([*command, *package.needs], capture_output=True, timeout=300, check=False)
    if done.returncode:
        pytest.skip(f"{package.needs} cannot be had: {done.stderr.decode()[-200:]}")
    return [str(target)]


@pytest.mark.slow
@pytest.mark.timeout(2000)
@pytest.mark.parametrize("name", sorted(PACKAGES))
def test_a_package_passes_and_fails_the_same_tests(name: str, sources: Path) -> None:
    package = PACKAGES[name]
    folder = fetch(package, sources)
    path = os.pathsep.join([str(folder / package.source), *install(package, sources)])
    arguments = [*package.arguments, *package.tests]
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
    assert suites.steps(folder) > len(recorded.outcomes), "hardly anything was recorded"
    assert recorded.code == plain.code, text
