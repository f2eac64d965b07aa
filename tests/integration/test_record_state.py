"""The state of the interpreter, as a recorded program finds it, is the one of plain Python."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("escope_tui._speedups.capture")

SNAPSHOT = '''
"""Prints the state of the interpreter, before and after modules of its own are imported."""
import sys

def names(things):
    return [getattr(thing, "__name__", type(thing).__name__) for thing in things]

def signals():
    import _signal
    return [(number, str(_signal.getsignal(number))) for number in range(1, 32)]

def state():
    yield "modules", list(sys.modules)
    yield "odd modules", [name for name, it in sys.modules.items() if it.__name__ != name]
    yield "path", sys.path
    yield "importers", sorted((k, type(v).__name__) for k, v in sys.path_importer_cache.items())
    yield "finders", names(sys.meta_path)
    yield "path hooks", names(sys.path_hooks)
    yield "names in sys", sorted(vars(sys))
    builtin = __builtins__ if isinstance(__builtins__, dict) else vars(__builtins__)
    yield "builtins", sorted((name, repr(type(value))) for name, value in builtin.items())
    yield "__import__", repr(builtin["__import__"])
    hooks = "excepthook displayhook unraisablehook breakpointhook"
    yield "hooks", [repr(getattr(sys, name)) for name in hooks.split()]
    yield "flags", sys.flags, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode
    yield "argv", sys.argv, sys.orig_argv, sys.executable, sys.prefix
    yield "limits", sys.getrecursionlimit(), sys.getswitchinterval()
    yield "tracers", sys.gettrace(), sys.getprofile(), sys.get_asyncgen_hooks()
    if "monitoring" in vars(sys):
        yield "tools", [sys.monitoring.get_tool(number) for number in range(6)]
    yield "globals", sorted((name, repr(type(value))) for name, value in globals().items())
    if "warnings" in sys.modules:
        yield "filters", [str(item) for item in sys.modules["warnings"].filters]
    if "linecache" in sys.modules:
        yield "lines", sorted(map(str, sys.modules["linecache"].cache))
    import gc
    yield "gc", gc.isenabled(), gc.get_threshold(), gc.get_freeze_count(), gc.get_debug()
    yield "garbage", gc.callbacks, gc.garbage
    import posix
    yield "files", sorted(posix.listdir("/proc/self/fd")), len(posix.listdir("/proc/self/task"))
    yield "process", posix.getcwd(), posix.getpgrp() == posix.getpid(), posix.umask(0o77)
    yield "environment", sorted(posix.environ.items())
    yield "signals", signals()
    import _locale
    yield "locale", _locale.setlocale(_locale.LC_ALL, None)
    import _thread
    yield "threads", _thread._count(), _thread.stack_size()
    gc.collect()
    yield "subclasses of dict", sorted(map(str, dict.__subclasses__()))
    yield "subclasses of Exception", sorted(map(str, Exception.__subclasses__()))
    yield "types", sorted(str(it) for it in object.__subclasses__() if "_ast" in it.__module__)

def show(when):
    for name, *facts in state():
        print(when, name, *facts)

show("at first")
import helper_one
import helper_two.inner
import helper_zipped
show("with modules of its own")
import ast, collections, dataclasses, json, tokenize, warnings, zipimport, importlib.util
print(helper_one.deque is collections.deque, isinstance(ast.parse("x"), ast.Module))
print(ast.dump(ast.parse("x + 1"), indent=1), ast.unparse(ast.parse("x = [1]")))
print(ast.NodeTransformer.__module__, json.loads("[1]"), tokenize.detect_encoding.__module__)
print(type(collections.OrderedDict()) is collections.OrderedDict, sys.modules["ast"] is ast)
show("with the library")
'''.lstrip()

HELPER = """
from collections import deque
def f(x):
    try:
        return [y for y in range(x) if y % 2]
    except ValueError as error:
        raise
class A:
    def __init__(self):
        self.x = f(10)
match A().x:
    case [1, *rest]:
        print(rest)
print(sum(n for n in rest), deque(rest))
"""

KINDS = {
    "script": ["program.py", "a"],
    "module": ["-m", "program", "a"],
    "package": ["-m", "package", "a"],
    "command": ["-c", SNAPSHOT, "a"],
    "stdin": ["-", "a"],
    "folder": ["folder", "a"],
    "zip": ["app.pyz", "a"],
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the same program in many shapes, and modules for it to import."""
    folder = tmp_path / "place"
    for name in ("", "package", "folder", "helper_two", "modules"):
        (folder / name).mkdir()
    (folder / "helper_one.py").write_text(HELPER)
    (folder / "helper_two" / "__init__.py").write_text("")
    (folder / "helper_two" / "inner.py").write_text(f"# coding: latin-1\n{HELPER}", "latin-1")
    with zipfile.ZipFile(folder / "helpers.zip", "w") as file:
        file.writestr("helper_zipped.py", HELPER)
    (folder / "program.py").write_text(SNAPSHOT)
    (folder / "package" / "__init__.py").write_text("")
    (folder / "package" / "__main__.py").write_text(SNAPSHOT)
    (folder / "folder" / "__main__.py").write_text(SNAPSHOT)
    with zipfile.ZipFile(folder / "app.pyz", "w") as file:
        file.writestr("__main__.py", SNAPSHOT)
    monkeypatch.chdir(folder)
    root = Path(__file__).resolve().parents[2]
    found = os.pathsep.join(map(str, (root, folder / "helpers.zip", folder)))
    monkeypatch.setenv("PYTHONPATH", found)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    return folder


def shown(*words: str, options: tuple[str, ...] = (), recorded: bool) -> list[str]:
    """The lines that the program prints, plain or recorded."""
    command = [sys.executable, *options]
    if recorded:
        command += ["-m", "escope_tui", "record", "-q", "--force", "-o", "../trace.esr"]
    done = subprocess.run(
        [*command, *words], input=SNAPSHOT, capture_output=True, text=True, timeout=120
    )
    assert not done.stderr
    assert done.returncode == 0
    return done.stdout.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_the_interpreters_state_is_pythons_own(place: Path, kind: str) -> None:
    words = KINDS[kind]

    plain = shown(*words, recorded=False)
    missed = shown(*words, recorded=True)
    cached = shown(*words, recorded=True)

    assert plain[-1].startswith("with the library")
    assert missed == plain
    assert cached == plain


@pytest.mark.parametrize("options", ["-O", "-I", "-P -s", "-X dev", "-W error -b"])
def test_the_interpreters_state_with_its_options(place: Path, options: str) -> None:
    if "-I" in options or "-P" in options:
        (place / "program.py").write_text(
            f"import sys\nsys.path += {[str(place), str(place / 'helpers.zip')]}\n{SNAPSHOT}"
        )
    given = tuple(options.split())
    plain = shown("program.py", options=given, recorded=False)
    try:
        recorded = shown("program.py", options=given, recorded=True)
    except AssertionError:
        if "-I" not in options:
            raise
        pytest.skip("escope is found through PYTHONPATH here")
    assert recorded == plain


@pytest.mark.parametrize("coding", ["latin-1", "cp1252", "iso8859-15", "utf-8-sig", "euc-jp"])
def test_the_codecs_of_a_source_are_loaded_as_by_python(place: Path, coding: str) -> None:
    (place / "coded.py").write_text(f"# coding: {coding}\nimport sys; print(list(sys.modules))\n")

    plain = shown("coded.py", recorded=False)

    assert shown("coded.py", recorded=True) == plain
    assert shown("coded.py", recorded=True) == plain


def test_threads_that_import_meanwhile_keep_their_modules(place: Path) -> None:
    (place / "many.py").write_text(
        "import importlib, sys, threading\n"
        "names = 'json argparse decimal fractions csv calendar difflib tomllib'.split()\n"
        "found = {}\n"
        "def load():\n"
        "    for name in names:\n"
        "        found[name] = importlib.import_module(name)\n"
        "thread = threading.Thread(target=load)\n"
        "thread.start()\n"
        "import helper_one, helper_two.inner, helper_zipped\n"
        "thread.join()\n"
        "print([sys.modules.get(name) is found[name] for name in names])\n"
    )

    assert shown("many.py", recorded=True)[-1] == str([True] * 8)
