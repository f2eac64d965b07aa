"""What lies in the tree: files of a bearable length, nothing built, no place of one machine."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import escope_tui

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(escope_tui.__file__).resolve().parent
TOP_LEVEL = {
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "_speedups",
    "benchmarks",
    "docs",
    "escope_tui",
    "pyproject.toml",
    "recordings",
    "tests",
}


PLACE = re.compile(rb"/(?:home|Users)/(?!me\b|user\b|you\b)\w+|/root/\w|/work/\w")


def tracked() -> list[Path]:
    """The files that git knows, or those of the package and of the suite where there is no git."""
    if (ROOT / ".git").exists() and (git := shutil.which("git")):
        command = [git, "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found = [ROOT / name for name in done.stdout.split("\0") if name]
        return [path for path in found if path.is_file()]
    folders = [PACKAGE, *(ROOT / name for name in TOP_LEVEL)]
    return [
        path
        for folder in folders
        for path in ([folder] if folder.is_file() else folder.rglob("*"))
        if path.is_file()
        and path.suffix not in (".so", ".pyc", ".c")
        and not any(part.startswith(".") for part in path.relative_to(folder.parent).parts)
    ]


FILES = tracked()
TEXTS = [path for path in FILES if path.suffix not in (".esr", ".svg", ".raw", ".png")]


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT if path.is_relative_to(ROOT) else PACKAGE.parent))


def test_the_top_level_is_as_agreed() -> None:
    top = {path.relative_to(ROOT).parts[0] for path in FILES if path.is_relative_to(ROOT)}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


def test_no_source_is_longer_than_700_lines() -> None:
    long = {
        shown(path): count
        for path in TEXTS
        if path.suffix in (".py", ".pyx", ".pxi", ".pxd") and "programs" not in path.parts
        if (count := len(path.read_text("utf-8").splitlines())) > 700
    }
    assert long == {}


def test_nothing_that_was_built_is_in_the_tree() -> None:
    assert [shown(path) for path in FILES if path.suffix in (".so", ".pyc", ".o", ".whl")] == []


def test_no_place_of_somebodys_machine_is_in_the_tree() -> None:
    found = {shown(path): match[0] for path in FILES if (match := PLACE.search(path.read_bytes()))}
    found.pop("tests/hygiene/test_files.py", None)
    assert found == {}


def test_no_merge_mark_and_no_line_end_of_windows_is_in_the_tree() -> None:
    mark = re.compile(rb"^(<{7}|>{7}) |\r\n", re.MULTILINE)
    sources = [path for path in TEXTS if path.suffix in (".py", ".pyx", ".pxi", ".pxd", ".toml")]
    assert [
        shown(path)
        for path in sources
        if "programs" not in path.parts and mark.search(path.read_bytes())
    ] == []


@pytest.mark.parametrize("path", sorted((ROOT / "recordings").glob("*.py")), ids=lambda p: p.stem)
def test_every_sample_is_told_in_the_readme(path: Path) -> None:
    readme = (ROOT / "recordings" / "README.md").read_text("utf-8")
    assert f"## {path.name}" in readme
    assert path.with_suffix(".esr").is_file()


@pytest.mark.parametrize("path", sorted((ROOT / "recordings").glob("*.esr")), ids=lambda p: p.stem)
def test_every_sample_recording_opens_and_is_whole(path: Path) -> None:
    assert path.stat().st_size < 100_000
    with escope_tui.open(path) as recording:
        assert len(recording) > 10
        assert recording[0].file.endswith(f"{path.stem}.py")
        assert recording.locals(-1)
        assert not recording.gaps()
        told = [str(recording.meta), *recording.output(), *(step.file for step in recording)]
        assert [text for text in told if PLACE.search(str(text).encode())] == []
