"""What can be typed at the `:` prompt: a step, a percentage, a time, a line, a function."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import UsageError
from ..model.text import one_line
from .session import Arrival, Session

SYNTAX = "1234, +50, -50, 24%, 1.5s, 350ms, file.py:41, :41, function name, start, end"

_STEP = re.compile(r"@?(\d[\d,_]*)\Z")
_AWAY = re.compile(r"([+-])\s*(\d[\d,_]*)\Z")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%\Z")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|min)\Z")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)\Z")
_LINE = re.compile(r"(.*):(\d+)\Z")
_NAME = re.compile(r"[^\W\d][\w.<>]*\Z")
_UNITS = {"ns": 1, "us": 1e3, "µs": 1e3, "ms": 1e6, "s": 1e9, "m": 60e9, "min": 60e9}


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed answer."""

    kind: str
    """"step", "away", "percent", "time", "line", "function", "start" or "end"."""
    number: float = 0
    text: str = ""


def parse(text: str) -> Target:
    """Understands one line; raises `UsageError` with what would have been understood."""
    text = text.strip()
    if text.lower() in ("start", "end"):
        return Target(text.lower())
    token = text.rpartition(".esr@")[2] if ".esr@" in text else text
    if found := _STEP.match(token):
        return Target("step", _whole(found[1]))
    if found := _AWAY.match(text):
        return Target("away", _whole(found[2]) * (-1 if found[1] == "-" else 1))
    if found := _PERCENT.match(text):
        return Target("percent", float(found[1]))
    if found := _TIME.match(text):
        return Target("time", float(found[1]) * _UNITS[found[2]])
    if (found := _CLOCK.match(text)) and "." in found[3]:
        minutes = int(found[1] or 0) * 60 + int(found[2])
        return Target("time", (minutes * 60 + float(found[3])) * 1e9)
    if (found := _LINE.match(text)) and len(found[2]) < 10:
        return Target("line", int(found[2]), found[1].strip())
    if _NAME.match(text):
        return Target("function", text=text)
    raise UsageError(f"cannot go to {one_line(text, 40)!r}", hint=SYNTAX)


def _whole(digits: str) -> int:
    number = digits.replace(",", "").replace("_", "")
    return int(number[:18])


def go(session: Session, text: str, file: str | None) -> Arrival:
    """Where a typed line leads; `file` is the one that is shown, for a bare line number."""
    try:
        target = parse(text)
    except UsageError as error:
        return Arrival(None, f"{error.message}; try {error.hint}", "warning")
    last = len(session.engine) - 1
    match target.kind:
        case "start" | "end":
            return session.edge(target.kind == "end")
        case "step":
            return session.goto(int(target.number))
        case "away":
            return session.goto(session.here.step + int(target.number))
        case "percent":
            return session.goto(round(last * min(target.number, 100.0) / 100))
        case "time":
            return session.time(round(target.number))
        case "function":
            return session.function(target.text)
    return _line(session, target.text, int(target.number), file)


def _line(session: Session, name: str, line: int, file: str | None) -> Arrival:
    files = [file] if file and not name else session.engine.files(name)
    if not files:
        return Arrival(None, f"no recorded file ends in {one_line(name, 40)}", "warning")
    ahead = session.line(files[0], line, False)
    return ahead if ahead.moment is not None else session.line(files[0], line, True)
