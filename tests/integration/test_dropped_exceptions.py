"""Exceptions that left a call and that the caller's `with` or `finally` dropped; those that end a
program without a word.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import escope_tui as escope
from escope_tui.cli import main
from escope_tui.session.session import describe
from tests.helpers.rerecord import chunked

HEAD = """
from contextlib import suppress
def fails(k):
    raise KeyError(k)
class Thing:
    def __init__(self, k):
        fails(k)
"""
DROPPED = {
    "by a with": """
def caller():
    with suppress(KeyError):
        fails(1)
    return 2  # here
caller()
""",
    "by a with in the midst of its block": """
def caller():
    with suppress(KeyError):
        one = fails(1)
        one + 1
    return 2  # here
caller()
""",
    "by a with at the end of the function": """
def caller():
    with suppress(KeyError):
        fails(1)  # here
caller()
""",
    "by a finally that returns": """
def caller():
    try:
        return fails(1)
    finally:
        return 2  # here
caller()
""",
    "by a finally in a loop": """
def caller():
    for k in range(1):
        try:
            fails(k)
        finally:
            continue  # here
caller()
""",
    "by a with around the making of an object": """
def caller():
    with suppress(KeyError):
        Thing(1)
    return 2  # here
caller()
""",
    "by a with of the module": """
with suppress(KeyError):
    fails(1)
done = True  # here
""",
    "by a with of a coroutine": """
import asyncio
async def late():
    await asyncio.sleep(0)
    fails(1)
async def caller():
    with suppress(KeyError):
        await late()
    return 2  # here
asyncio.run(caller())
""",
}
NOT_DROPPED = {
    "by what is not recorded": """
import concurrent.futures
def caller():
    with suppress(ValueError):
        future = concurrent.futures.Future()
        future.add_done_callback(lambda f: fails(1))
        future.set_result(2)
        return 3
import logging
logging.disable()
caller()
""",
    "by a decorator": """
from contextlib import ContextDecorator
class Quiet(ContextDecorator):
    def __enter__(self):
        return self
    def __exit__(self, *told):
        return True
@Quiet()
def decorated(k):
    fails(k)
def caller():
    with suppress(ValueError):
        decorated(1)
    return 2
caller()
""",
    "by nobody, as a generator is closed": """
def numbers():
    while True:
        yield 1
def caller():
    with suppress(ValueError):
        one = next(numbers())
    return one
caller()
""",
    "by the with of another's caller": """
class Quiet(dict):
    def __missing__(self, key):
        fails(key)
def caller():
    with suppress(ValueError):
        return getattr(Quiet(), "get")(1)
caller()
try:
    fails(1)
except KeyError:
    pass
""",
}


@pytest.mark.parametrize("how", DROPPED)
@pytest.mark.parametrize("steps", [4, 1000])
def test_an_exception_that_the_caller_dropped_is_swallowed_there(
    how: str, steps: int, tmp_path: Path
) -> None:
    source = HEAD + DROPPED[how]
    line = next(n for n, row in enumerate(source.splitlines(), 1) if row.endswith("# here"))
    with escope.open(chunked(source, tmp_path, steps=steps)) as rec:
        (error,) = rec.exceptions()
        assert error.fate == "swallowed"
        assert error.swallowed is not None
        assert error.swallowed.line == line
        assert error.swallowed.function in ("caller", "<module>")


@pytest.mark.parametrize(
    ("how", "cli", "app"),
    [
        ("by a with", "swallowed before caller, program.py:12", "before line 12"),
        (
            "by a with at the end of the function",
            "swallowed in caller, program.py:11",
            "around line 11",
        ),
    ],
)
def test_it_is_said_to_be_swallowed_before_a_statement_only_where_that_came_later(
    how: str, cli: str, app: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trace = chunked(HEAD + DROPPED[how], tmp_path)
    assert main(["exceptions", trace]) == 0
    assert cli in capsys.readouterr().out
    with escope.open(trace) as rec:
        (error,) = rec.exceptions()
        assert f"dropped by a finally or with {app} " in describe(error)


@pytest.mark.parametrize("how", NOT_DROPPED)
def test_an_exception_that_others_caught_is_not_the_callers(how: str, tmp_path: Path) -> None:
    with escope.open(chunked(HEAD + NOT_DROPPED[how], tmp_path)) as rec:
        fates = {each.fate for each in rec.exceptions()}
        assert fates <= {"left", "caught"}
        assert fates


@pytest.mark.parametrize("statement", ["raise SystemExit(3)", "raise SystemExit", "fails()"])
def test_an_exit_ends_the_program_wherever_it_is_raised(statement: str, tmp_path: Path) -> None:
    source = f"def fails():\n    raise SystemExit(0)\n{statement}\n"
    with escope.open(chunked(source, tmp_path)) as rec:
        (error,) = rec.exceptions()
        assert (error.type_name, error.fate) == ("SystemExit", "uncaught")


def test_an_exit_that_the_module_dropped_is_swallowed(tmp_path: Path) -> None:
    source = (
        "from contextlib import suppress\nwith suppress(SystemExit):\n    raise SystemExit(3)\n"
    )
    with escope.open(chunked(source, tmp_path)) as rec:
        (error,) = rec.exceptions()
        assert error.fate == "swallowed"
