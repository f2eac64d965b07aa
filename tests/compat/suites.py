"""Runs test suites plain and recorded, and tells where they differ."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

import escope_tui

SUITE = Path(__file__).with_name("suite.py")


@dataclass
class Result:
    """The outcome of each test of a suite."""

    outcomes: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    code: int = 0
    output: str = ""


def _run(command: list[str], folder: Path, timeout: float, env: dict[str, str]) -> Result:
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        # A shell starts background jobs with SIGINT ignored, and tests interrupt themselves.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    late = ""
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        late = f"no end within {timeout} s\n"
    text = (out[-2000:] + err[-3000:]).decode(errors="replace")
    return Result(code=-999 if late else process.returncode, output=late + text)


def _python(folder: Path, recorded: bool, include: list[str]) -> list[str]:
    command = [sys.executable]
    if recorded:
        command += ["-m", "escope_tui", "record", "--force", "-o", str(folder / "trace.esr")]
        for name in include:
            command += ["--include", name]
    return command


def unittest_modules(
    modules: list[str], folder: Path, *, recorded: bool, without: str = "", timeout: float = 900
) -> Result:
    """Run modules of the `test` package; `without`: a pattern of test ids to leave out."""
    out = folder / ("recorded.jsonl" if recorded else "plain.jsonl")
    command = _python(folder, recorded, ["test"])
    result = _run(
        [*command, str(SUITE), str(out), without or "(?!)", *modules], folder, timeout, {}
    )
    if out.exists():
        with out.open(encoding="utf-8") as lines:
            for line in lines:
                name, outcome, text = json.loads(line)
                name = re.sub(r" at 0x[0-9a-f]+", " at 0x...", name)  # as subtests have in theirs
                # One test may fail in several ways; the first one counts.
                if result.outcomes.get(name, "began") in ("began", "ok"):
                    result.outcomes[name] = outcome
                if text:
                    result.texts.setdefault(name, text)
    return result


def steps(folder: Path) -> int:
    """How many steps the recorded run of a suite left in its recording."""
    with escope_tui.open(str(folder / "trace.esr")) as recording:
        return len(recording)


def pytest_suite(
    arguments: list[str],
    folder: Path,
    include: list[str],
    *,
    recorded: bool,
    path: str = "",
    timeout: float = 900,
) -> Result:
    """Run a pytest suite."""
    out = folder / ("recorded.xml" if recorded else "plain.xml")
    command = _python(folder, recorded, include)
    command += ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += [f"--junitxml={out}", *arguments]
    paths = [part for part in (path, os.environ.get("PYTHONPATH", "")) if part]
    result = _run(command, folder, timeout, {"PYTHONPATH": os.pathsep.join(paths)})
    if out.exists():
        for case in ET.parse(out).getroot().iter("testcase"):
            name = f"{case.get('classname')}::{case.get('name')}"
            result.outcomes[name] = next(iter(child.tag for child in case), "ok")
            for child in case:
                result.texts[name] = (child.text or "")[-2000:]
    return result


def differences(plain: Result, recorded: Result) -> dict[str, tuple[str, str]]:
    """Return the tests that end differently: (plain, recorded)."""
    names = sorted({*plain.outcomes, *recorded.outcomes})
    found = {}
    for name in names:
        pair = plain.outcomes.get(name, "absent"), recorded.outcomes.get(name, "absent")
        if pair[0] != pair[1]:
            found[name] = pair
    return found


def report(plain: Result, recorded: Result, unexplained: dict[str, tuple[str, str]]) -> str:
    """Return a readable text of what differs."""
    lines = [
        f"plain: {len(plain.outcomes)} tests, exit {plain.code}",
        f"recorded: {len(recorded.outcomes)} tests, exit {recorded.code}",
    ]
    for name, (before, after) in list(unexplained.items())[:40]:
        lines.append(f"  {name}: {before} -> {after}")
        text = recorded.texts.get(name, "")
        lines += [f"      {line}" for line in text.splitlines()[-12:]]
    if not recorded.outcomes or recorded.code != plain.code:
        lines += [f"  | {line}" for line in recorded.output.splitlines()[-25:]]
    return "\n".join(lines)
