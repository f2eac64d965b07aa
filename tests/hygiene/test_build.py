"""The build names every source, and the same version everywhere."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import escope_tui
from escope_tui import env

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "_speedups"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MODULES: list[dict[str, Any]] = PROJECT["tool"]["setuptools"]["ext-modules"]


installed = pytest.mark.skipif(
    not list(metadata.Distribution.discover(name="escope")),
    reason="runs from a checkout that is not installed",
)


def users(source: Path) -> set[str]:
    """The files of `_speedups` that a source includes or cimports, however deep."""
    found: set[str] = set()
    todo = [source]
    while todo:
        current = todo.pop()
        names = [f"{current.stem}.pxd"]
        for line in current.read_text("utf-8").splitlines():
            if match := re.match(r'\s*include\s+"([^"]+)"', line):
                names.append(match[1])
            elif match := re.match(r"\s*(?:from\s+(\w+)\s+cimport|cimport\s+(\w+))", line):
                names.append(f"{match[1] or match[2]}.pxd")
            elif match := re.match(r'\s*(?:#include|cdef extern from)\s+"(\w+\.h)"', line):
                names.append(match[1])
        for name in names:
            path = SOURCES / name
            if path.exists() and path != source and f"_speedups/{name}" not in found:
                found.add(f"_speedups/{name}")
                todo.append(path)
    return found


def test_every_cython_source_is_built() -> None:
    built = {module["sources"][0] for module in MODULES}
    assert built == {f"_speedups/{path.name}" for path in SOURCES.glob("*.pyx")}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module["name"])
def test_a_change_of_a_shared_source_rebuilds_its_users(module: dict[str, Any]) -> None:
    assert set(module.get("depends", [])) == users(ROOT / module["sources"][0])


def test_every_shared_source_is_used() -> None:
    there = {f"_speedups/{p.name}" for p in SOURCES.iterdir() if p.suffix in (".pxd", ".pxi", ".h")}
    assert there == {name for module in MODULES for name in module.get("depends", [])}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module["name"])
def test_every_compiled_module_has_a_stub(module: dict[str, Any]) -> None:
    name = module["name"].rpartition(".")[2]
    assert (Path(escope_tui.__file__).parent / "_speedups" / f"{name}.pyi").exists()


@installed
def test_the_version_is_the_same_everywhere() -> None:
    assert metadata.version("escope") == escope_tui.__version__
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    assert "## [Unreleased]" in changelog
    assert not released or released[0] == escope_tui.__version__


def test_the_supported_pythons_are_the_same_everywhere() -> None:
    oldest, newest = env.OLDEST_PYTHON, env.NEWEST_PYTHON
    project = PROJECT["project"]
    assert project["requires-python"] == f">={oldest[0]}.{oldest[1]}"
    named = [
        line.rpartition(" ")[2] for line in project["classifiers"] if re.search(r":: 3\.\d+$", line)
    ]
    assert named == [f"3.{minor}" for minor in range(oldest[1], newest[1] + 1)]
    assert f"CPython 3.{oldest[1]} to 3.{newest[1]}" in (ROOT / "README.md").read_text("utf-8")


@installed
def test_the_command_is_installed() -> None:
    (entry,) = (e for e in metadata.entry_points(group="console_scripts") if e.name == "escope")
    assert entry.value == "escope_tui.cli:main"
