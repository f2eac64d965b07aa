"""Each construct program does the same rewritten as plain, and its sites tell the truth."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
RUNNER = TESTS / "helpers" / "run_rewritten.py"
PROGRAMS = sorted((TESTS / "programs").glob("lang_*.py"))

UNCHECKED = {
    "lang_recursion.py": "the checker's own calls meet the recursion limit",
    "lang_threads.py": "threads end in their own time",
    "lang_pool.py": "threads take turns as they please",
}
PYTHON_STAND_IN = {
    "lang_recursion.py": "sites written in Python count against the recursion limit",
}


def _needs(path: Path) -> tuple[int, int]:
    found = re.search(r"_py3(\d+)\.py$", path.name)
    return (3, int(found[1])) if found else (3, 11)


def _run(mode: str, path: Path, *options: str) -> tuple[int, str, str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    command = [sys.executable, *options, str(RUNNER), mode, str(path)]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=120, check=False)
    stderr = done.stderr.decode("utf-8", "replace")
    return done.returncode, done.stdout.decode("utf-8", "replace"), stderr


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_construct_program_does_the_same_rewritten(path: Path) -> None:
    if sys.version_info < _needs(path):
        pytest.skip("newer syntax")
    if path.name in PYTHON_STAND_IN:
        pytest.skip(PYTHON_STAND_IN[path.name])

    plain = _run("plain", path)
    rewritten = _run("rewritten", path)

    assert plain[0] == 0, plain[2]
    assert rewritten == plain


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_the_sites_of_a_construct_program_tell_the_truth(path: Path) -> None:
    if sys.version_info < _needs(path):
        pytest.skip("newer syntax")
    if path.name in UNCHECKED:
        pytest.skip(UNCHECKED[path.name])

    code, _, stderr = _run("checked", path)

    assert [line for line in stderr.splitlines() if line.startswith("PROBLEM")] == []
    assert code == 0, stderr


@pytest.mark.parametrize("options", [("-O",), ("-OO",), ("-W", "error")], ids=" ".join)
@pytest.mark.parametrize("name", ["lang_asserts", "lang_functions", "lang_classes", "lang_match"])
def test_interpreter_options_act_as_they_do_plain(name: str, options: tuple[str, ...]) -> None:
    path = TESTS / "programs" / f"{name}.py"

    assert _run("rewritten", path, *options) == _run("plain", path, *options)


TRACEBACKS = {
    "a call chain": "def f(x):\n    return g(\n        x)\ndef g(y):\n    return y + 'a'\nf(1)\n",
    "in a comprehension": "def f(xs):\n    return [1 / x for x in xs]\nprint(f([1, 0]))\n",
    "in a class body": "class A:\n    x = 1\n    y = missing\n",
    "raised from": "try:\n    {}[1]\nexcept KeyError as e:\n    raise ValueError(e) from e\n",
    "in a with": "import threading\nwith threading.Lock() as held:\n    held.nothing()\n",
    "in a finally": "def f():\n    try:\n        return 1\n    finally:\n        1 / 0\nf()\n",
    "in a generator": "def g():\n    yield 1\n    raise ValueError('g')\nfor x in g():\n    pass\n",
    "in a lambda": "f = lambda a: a.b.c\nf(\n 1)\n",
    "an unbound local": "def f(c):\n    if c:\n        x = 1\n    return x\nf(0)\n",
    "an unbound argument": "def f(c):\n    if c:\n        x = [1]\n    c.append(x)\nf([])\n",
    "a failing assert": "def f(a, b):\n    assert (a ==\n            b), f'{a} {b}'\nf(1, 2)\n",
    "a bad unpack": "def f(a):\n    x, (y, z) = a\nf([1, [2]])\n",
    "a bad target": "def f(a, i):\n    a[i + 1].b, a[0] = 1, 2\nf([1, 2, 3], 0)\n",
    "a group": "raise ExceptionGroup('g', [ValueError(1)])\n",
    "in a match guard": "match [1]:\n    case [a] if a.b:\n        pass\n",
    "in a decorator": "def d(f):\n    raise TypeError('d')\n@d\ndef g():\n    pass\n",
    "an await": "import asyncio\nasync def f():\n    await None\nasyncio.run(f())\n",
    "a syntax error": "x = 1\nreturn x\n",
}


@pytest.mark.parametrize("source", TRACEBACKS.values(), ids=TRACEBACKS)
def test_an_uncaught_exception_is_printed_as_plain(source: str, tmp_path: Path) -> None:
    path = tmp_path / "program.py"
    path.write_text(source)
    runner = re.compile(r'  File "[^"]*(run_rewritten|fakecore|instrument/\w+)\.py".*\n(    .*\n)*')

    plain = _run("plain", path)
    rewritten = _run("rewritten", path)

    assert plain[0] == 1
    assert rewritten[:2] == plain[:2]
    assert runner.sub("", rewritten[2]) == runner.sub("", plain[2])
