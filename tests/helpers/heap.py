"""Records a program and finds its variables at a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import escope_tui as escope


def record_program(program: str | Path, folder: Path, *, code: int = 0) -> Any:
    """The recording of a program, given as its text or its path; it has to end with `code`."""
    if isinstance(program, str):
        script = folder / "program.py"
        script.write_text(program, encoding="utf-8")
    else:
        script = program
    trace = folder / f"{script.stem}.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-o", str(trace), str(script)]
    env = {**os.environ, "ESCOPE_HOME": str(folder / "home")}
    done = subprocess.run(command, env=env, capture_output=True, check=False, timeout=300)
    assert done.returncode == code, done.stderr.decode(errors="replace")
    return escope.open(str(trace))


def step_at(rec: Any, text: str, nth: int = 0) -> int:
    """The n-th step whose line begins with a text."""
    sources: dict[str, list[str]] = {}
    found = []
    for step in rec:
        lines = sources.get(step.file)
        if lines is None:
            lines = sources[step.file] = rec.source(step.file).split("\n")
        if lines[step.line - 1].strip().startswith(text):
            found.append(int(step.index))
    return found[nth]


def variables(rec: Any, text: str, nth: int = 0) -> dict[str, Any]:
    """The variables at that step."""
    return dict(rec.locals(step_at(rec, text, nth)))
