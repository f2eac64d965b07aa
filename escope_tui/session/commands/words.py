"""Reading what stands behind a command's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from ...errors import NotFoundError, UsageError
from ...model.text import one_line
from .talk import Row, Talk, row

_NUMBER = re.compile(r"\d{1,9}\Z")
_PLACE = re.compile(r"(.*):(\d{1,9})\Z", re.DOTALL)
_IF = re.compile(r"(?:^|\s)if\s+", re.DOTALL)
_AT = re.compile(r"(?:.*\.esr)?@(\d[\d,_]{0,20})\Z")


def nothing(text: str, name: str) -> None:
    """Refuses an argument where none belongs."""
    if text:
        raise UsageError(f"{name} takes no argument: {one_line(text, 40)}")


def needed(text: str, what: str) -> str:
    """The argument; an error where there is none."""
    if not text:
        raise UsageError(f"{what} is missing")
    return text


def number(text: str, default: int | None = None) -> int:
    """A whole number."""
    plain = text.replace(",", "").replace("_", "")
    if not plain and default is not None:
        return default
    if not _NUMBER.match(plain):
        raise UsageError(f"{one_line(text, 40)!r} is not a number from 0 to 999,999,999")
    return int(plain)


def step(text: str) -> int | None:
    """A step as `@1234` or `1234`; None where the text is something else."""
    plain = text.replace(",", "").replace("_", "")
    found = _AT.match(plain)
    if found or _NUMBER.match(plain):
        return int(found[1] if found else plain)
    return None


def known_step(talk: Talk, text: str) -> int:
    """A step of this recording."""
    found = step(text)
    if found is None:
        raise UsageError(f"{one_line(text, 40)!r} is not a step", hint="a step is written @1234")
    if found > len(talk.engine):
        raise NotFoundError(
            f"there is no step {found:,}: the recording has steps 0 to {len(talk.engine) - 1:,}"
        )
    return found


def numbers(text: str, there: Iterable[int]) -> list[int]:
    """The numbers that are named, or all that there are."""
    return [number(each) for each in text.split()] or list(there)


def condition(text: str) -> tuple[str, str]:
    """What stands before an `if`, and the condition behind it."""
    found = _IF.search(text)
    if found is None:
        return text.strip(), ""
    return text[: found.start()].strip(), text[found.end() :].strip()


def line_place(talk: Talk, text: str) -> tuple[str, int] | None:
    """File and line of `41`, `:41` or `orders.py:41`; None where the text is something else."""
    if _NUMBER.match(text):
        return talk.frame.file, int(text)
    found = _PLACE.match(text)
    if found is None:
        return None
    name = found[1].strip()
    return (file(talk, name) if name else talk.frame.file), int(found[2])


def file(talk: Talk, name: str) -> str:
    """A recorded file by the end of its path."""
    files = talk.engine.files(name)
    if not files:
        raise NotFoundError(
            f"no recorded file ends in {one_line(name, 60)}", hint="`files` lists them"
        )
    return files[0]


def up_to(rows: Iterable[Row], limit: int | None, nothing: str) -> Iterable[Row]:
    """The rows, or a word on why there are none; a cut is shown."""
    there = False
    found = iter(rows)
    for each in found if limit is None else islice(found, limit):
        there = True
        yield each
    if not there:
        yield row((nothing, "note"))
    elif limit is not None and next(found, None) is not None:
        yield row((f"… more than {limit:,}", "note"))
