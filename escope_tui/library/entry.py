"""One recording as the catalogue knows it, read from the file's own footer."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from escope_tui.errors import EscopeError
from escope_tui.format.reader import RecordingFile
from escope_tui.model.text import safe_text

MAX_TEXT = 4000
"""Longer texts of a recording are cut: it may come from anywhere."""
EDGE = 4096
"""Bytes at each end of a file that, with its size, tell it from every other."""
MAX_NUMBER = 2**62


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A moment that a person gave a name."""

    name: str
    step: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One recording. Texts are safe to be shown; `path` is as the file system has it."""

    id: int
    path: str
    command: str
    program: str
    cwd: str
    git_commit: str
    git_branch: str
    python: str
    started: str
    """When the program was started, ISO 8601."""
    started_at: float
    """The same in seconds since 1970; the file's time where the recording does not say."""
    duration: float | None
    """Seconds."""
    exit_status: int | None
    exception: str
    """The exception that ended the program, with its message."""
    steps: int
    size: int
    """Bytes."""
    problem: str
    """Why the recording is not whole; empty if it is."""
    missing: bool
    """The file is not where it was."""
    note: str
    tags: tuple[str, ...]
    bookmarks: tuple[Bookmark, ...]

    @property
    def name(self) -> str:
        """The file's name."""
        return safe_text(os.path.basename(self.path))

    @property
    def kept(self) -> bool:
        """Somebody said something of it: it is not to be thrown away for its age or size."""
        return bool(self.tags or self.note or self.bookmarks)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**asdict(self), "path": safe_text(self.path), "name": self.name}


def identity(path: str) -> str:
    """What stays the same when a finished file is moved or renamed."""
    size = os.path.getsize(path)
    digest = hashlib.sha256(str(size).encode())
    with open(path, "rb") as file:
        digest.update(file.read(EDGE))
        file.seek(max(size - EDGE, 0))
        digest.update(file.read(EDGE))
    return digest.hexdigest()[:32]


def read_facts(path: str) -> dict[str, Any]:
    """The catalogue's columns for a file; raises `OSError` where it cannot be read at all."""
    status = os.stat(path)
    row: dict[str, Any] = {
        "identity": identity(path),
        "size": status.st_size,
        "mtime": status.st_mtime,
        "missing": 0,
    }
    try:
        with RecordingFile(path) as file:
            meta, problem, steps = file.meta, file.problem, file.steps
    except EscopeError as error:
        meta, problem, steps = {}, error.message, 0
    return row | _columns(meta, problem, steps, status.st_mtime)


def _columns(meta: dict[str, Any], problem: str, steps: int, mtime: float) -> dict[str, Any]:
    command = meta.get("command")
    program = meta.get("program")
    git = meta.get("git")
    started = _text(meta.get("started"))
    words = list(map(str, command[:200])) if isinstance(command, list) else []
    return {
        "command": _text(" ".join(words)),
        "program": _text(program.get("name") if isinstance(program, dict) else ""),
        "cwd": _text(meta.get("cwd")),
        "git_commit": _text(git.get("commit") if isinstance(git, dict) else ""),
        "git_branch": _text(git.get("branch") if isinstance(git, dict) else ""),
        "python": _text(meta.get("python")),
        "started": started,
        "started_at": _seconds(started, mtime),
        "duration": _number(meta.get("duration"), float),
        "exit_status": _number(meta.get("exit_status"), int),
        "exception": _exception(meta.get("exception")),
        "steps": min(steps, MAX_NUMBER),
        "problem": _text(problem or meta.get("problem")),
    }


def _text(value: object) -> str:
    return safe_text(str(value)[:MAX_TEXT]) if value else ""


def _number(value: object, kind: type[int] | type[float]) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return kind(value) if -MAX_NUMBER < value < MAX_NUMBER else None


def _exception(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    return f"{_text(value.get('type', '?'))}: {_text(value.get('message'))}".rstrip(": ")


def _seconds(started: str, mtime: float) -> float:
    try:
        return datetime.fromisoformat(started).timestamp()
    except (ValueError, OverflowError, OSError):
        return mtime
