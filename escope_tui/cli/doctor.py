"""``escope doctor``: what this machine can do, and what to do about each failure."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from escope_tui import env
from escope_tui.errors import CoreError

Verdict = Literal["ok", "note", "fail"]

CORES = ("capture", "boot", "ring", "pack", "unpack")
"""The compiled modules, in the order in which a recording needs them."""

REBUILD = "reinstall escope where a C compiler is at hand; in a source tree: make build-ext"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    verdict: Verdict
    what: str
    cure: str = ""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: Namespace) -> int:
    """Prints what was found; the exit code is 1 if something fails."""
    findings = list(examine())
    failed = any(finding.verdict == "fail" for finding in findings)
    if args.json:
        import json

        report = {"ok": not failed, "findings": [asdict(finding) for finding in findings]}
        sys.stdout.write(json.dumps(report, indent=2) + "\n")
    else:
        sys.stdout.write(text(findings))
    return int(failed)


def text(findings: list[Finding]) -> str:
    """The findings as a page for people."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{finding.verdict:<5} {finding.name:<{width}}  {finding.what}")
        if finding.cure:
            lines.append(f"      {'':<{width}}  -> {finding.cure}")
    failures = sum(finding.verdict == "fail" for finding in findings)
    lines.append("")
    lines.append("escope can record here" if not failures else f"{failures} to repair")
    return "\n".join(lines) + "\n"


def examine() -> Iterator[Finding]:
    """Looks at everything, one finding after the other."""
    yield _version()
    yield _interpreter()
    yield from map(_core, CORES)
    yield _ring()
    yield from map(_package, ("zstandard", "textual"))
    yield _terminal()
    yield _colours()
    yield _encoding()
    yield from _places()


def _version() -> Finding:
    from escope_tui import __version__

    return Finding("escope", "ok", f"{__version__} in {env.PACKAGE_FOLDER}")


def _interpreter() -> Finding:
    name = f"{sys.implementation.name} {env.python_version()} at {sys.executable}"
    version = sys.version_info[:2]
    oldest, newest = (".".join(map(str, v)) for v in (env.OLDEST_PYTHON, env.NEWEST_PYTHON))
    if not env.IS_CPYTHON:
        return Finding("python", "fail", name, "escope records CPython alone")
    if version < env.OLDEST_PYTHON:
        return Finding("python", "fail", name, f"use CPython {oldest} to {newest}")
    if env.free_threaded():
        return Finding("python", "fail", f"{name}, free-threaded", "use a build with the GIL")
    if version > env.NEWEST_PYTHON:
        return Finding("python", "note", name, f"escope was tried on {oldest} to {newest}")
    return Finding("python", "ok", name)


def _core(name: str) -> Finding:
    from importlib import import_module

    from escope_tui import _speedups

    label = f"core: {name}"
    try:
        module = import_module(f"escope_tui._speedups.{name}")
    except (ImportError, CoreError) as error:
        return Finding(label, "fail", str(error), REBUILD)
    found = getattr(module, "ABI", None)
    wanted = _speedups.ABI
    where = os.path.basename(module.__file__ or "")
    if found is None or found != wanted:
        return Finding(label, "fail", f"ABI {found}, not {wanted}, in {where}", REBUILD)
    return Finding(label, "ok", f"ABI {found}, {where}")


def _ring() -> Finding:
    from escope_tui.launcher.spawn import memory_file

    try:
        from escope_tui._speedups.ring import HEADER_SIZE, Ring

        size = 1 << 16
        fd = memory_file("escope-doctor", HEADER_SIZE + size)
        try:
            Ring(fd, size).close()
        finally:
            os.close(fd)
    except (ImportError, OSError, MemoryError, ValueError) as error:
        cure = "allow memory files (memfd_create) and shared mappings for this user"
        return Finding("shared memory", "fail", str(error), cure)
    return Finding("shared memory", "ok", "the ring can be mapped")


def _package(name: str) -> Finding:
    from importlib import metadata, util

    if util.find_spec(name) is None:
        return Finding(name, "fail", "not installed", f"{sys.executable} -m pip install {name}")
    try:
        return Finding(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Finding(name, "ok", "version unknown")


def _terminal() -> Finding:
    import shutil

    term = os.environ.get("TERM", "")
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        cure = "run `escope replay` in a terminal; without one it prints a summary"
        return Finding("terminal", "note", "input or output is not a terminal", cure)
    if term in ("", "dumb"):
        return Finding("terminal", "note", f"TERM={term!r}", "use a terminal with cursor control")
    columns, lines = shutil.get_terminal_size()
    size = f"{term}, {columns}x{lines}"
    if columns < 80 or lines < 24:
        return Finding("terminal", "note", size, "80x24 or more shows all panes")
    return Finding("terminal", "ok", size)


def _colours() -> Finding:
    if os.environ.get("NO_COLOR"):
        return Finding("colours", "ok", "none: NO_COLOR is set")
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return Finding("colours", "ok", "16 million")
    if "256" in os.environ.get("TERM", ""):
        return Finding("colours", "ok", "256")
    return Finding("colours", "note", "16", "set COLORTERM=truecolor if the terminal can do it")


def _encoding() -> Finding:
    encoding = sys.stdout.encoding or "none"
    if encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return Finding("encoding", "ok", encoding)
    return Finding("encoding", "note", encoding, "set LC_ALL=C.UTF-8 or PYTHONUTF8=1")


def _places() -> Iterator[Finding]:
    from escope_tui.launcher import places

    for name, folder in (
        ("recordings", places.recordings_folder()),
        ("cache", places.cache_folder()),
    ):
        there = folder
        while not os.path.lexists(there):
            there = os.path.dirname(there)
        if not (os.path.isdir(there) and os.access(there, os.W_OK | os.X_OK)):
            cure = f"make {folder!r} writable, or set ESCOPE_HOME to a folder that is"
            yield Finding(name, "fail", f"{folder} can't be written", cure)
            continue
        free = _free(there)
        if free < 100_000_000:
            cure = "make room, or set ESCOPE_HOME to another disk"
            yield Finding(name, "note", f"{folder}, {free // 1_000_000} MB free", cure)
        else:
            yield Finding(name, "ok", f"{folder}, {free // 1_000_000:,} MB free")


def _free(folder: str) -> int:
    facts = os.statvfs(folder)
    return facts.f_bavail * facts.f_frsize
