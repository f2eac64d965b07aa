"""Modules load rewritten through their own loaders, and nothing else about imports changes."""

from __future__ import annotations

import fnmatch
import json
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from escope_tui import _speedups
from escope_tui.instrument import cache
from escope_tui.instrument.compile import compile_source
from escope_tui.instrument.plan import Plan, matches
from escope_tui.instrument.text import quote
from tests.helpers.fakecore import FakeCore

ROOT = Path(__file__).resolve().parent.parent.parent

HOOKED = """
import sys
sys.path.insert(0, {root!r})
from escope_tui.instrument import hook
from escope_tui.instrument.plan import Plan, matches
from tests.helpers.fakecore import FakeCore
core = FakeCore()
hook.install(Plan(({folder!r},), {include!r}), core, {cache!r})
before = set(sys.modules)
sys.path[0] = {folder!r}
def recorded():
    return sorted(entry[1] for entry in core.modules)
"""

PLAIN = """
import sys
sys.path.insert(0, {folder!r})
"""


def run(
    folder: Path, code: str, *, hooked: bool = True, include: tuple[str, ...] = (), store: str = ""
) -> subprocess.CompletedProcess[str]:
    head = (HOOKED if hooked else PLAIN).format(
        root=str(ROOT), folder=str(folder), include=include, cache=store or None
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(code)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A folder with a module, a package and a namespace package."""
    folder = tmp_path / "project"
    (folder / "pkg" / "sub").mkdir(parents=True)
    (folder / "space" / "part").mkdir(parents=True)
    (folder / "one.py").write_text("value = 1\n\n\ndef f(x):\n    return x + value\n")
    (folder / "pkg" / "__init__.py").write_text("from .sub import deep\n")
    (folder / "pkg" / "sub" / "__init__.py").write_text("def deep():\n    return 'deep'\n")
    (folder / "pkg" / "__main__.py").write_text("print('main', __name__, __spec__.name)\n")
    (folder / "pkg" / "data.txt").write_text("data")
    (folder / "space" / "part" / "leaf.py").write_text("x = [i for i in range(3)]\n")
    (folder / "broken.py").write_text("x = 1\ndef f(:\n")
    (folder / "raising.py").write_text("import one\n1 / 0\n")
    return folder


FACES = """
import importlib, importlib.util, inspect, pkgutil, importlib.resources
import one, pkg, space.part.leaf
for m in (one, pkg, pkg.sub, space.part.leaf):
    print(type(m.__loader__).__name__, m.__spec__.loader is m.__loader__, m.__file__)
    print(getattr(m, "__cached__", None), m.__spec__.cached)
    print(sorted(vars(m)), m.__spec__.origin, m.__spec__.submodule_search_locations)
print(one.f(2), pkg.deep(), space.part.leaf.x)
print(inspect.getsource(one.f), [m.name for m in pkgutil.iter_modules(pkg.__path__)])
print(importlib.resources.files("pkg").joinpath("data.txt").read_text())
print(one.__loader__.get_source("one") == open(one.__file__).read())
one.value = 5
print(importlib.reload(one).value, one.f(1))
print(one.f.__code__.co_filename == one.__file__, one.f.__module__, repr(one))
"""


def test_modules_look_as_they_do_plain(package: Path) -> None:
    plain = run(package, FACES, hooked=False)
    hooked = run(package, FACES)

    assert plain.returncode == 0, plain.stderr
    assert (hooked.stdout, hooked.stderr) == (plain.stdout, plain.stderr)


def test_wanted_modules_are_registered_at_every_load(package: Path) -> None:
    done = run(
        package,
        """
        import importlib, json, one, pkg, space.part.leaf
        importlib.reload(one)
        print(recorded())
        """,
    )

    assert done.stdout.strip() == "['one', 'one', 'pkg', 'pkg.sub', 'space.part.leaf']", done.stderr


def test_no_bytecode_is_written_or_read_for_rewritten_modules(package: Path) -> None:
    run(package, "import one", hooked=False)
    assert list((package / "__pycache__").glob("one.*"))
    done = run(package, "import one, pkg; print(recorded(), one.f(1))")

    assert done.stdout.split()[0] == "['one',", done.stderr
    assert not (package / "pkg" / "__pycache__").exists()
    again = run(package, "import one; print(one.f.__code__.co_consts)", hooked=False)
    assert again.stdout == "(None,)\n"


@pytest.mark.parametrize("name", ["broken", "raising", "missing", "pkg.missing"])
def test_a_failing_import_is_printed_as_plain(package: Path, name: str) -> None:
    plain = run(package, f"import {name}", hooked=False)
    hooked = run(package, f"import {name}")
    # the -c code of the two differs in length only
    plain_lines = [line for line in plain.stderr.splitlines() if '"<string>"' not in line]
    hooked_lines = [line for line in hooked.stderr.splitlines() if '"<string>"' not in line]

    assert plain.returncode == 1
    if name != "raising":
        assert hooked_lines == plain_lines
    assert hooked_lines[-1] == plain_lines[-1]
    assert "escope" not in hooked.stderr


def test_zip_imports_are_recorded(tmp_path: Path) -> None:
    archive = tmp_path / "lib.zip"
    with zipfile.ZipFile(archive, "w") as stream:
        stream.writestr("zipped.py", "def f(x):\n    return x * 2\n")
    done = run(
        tmp_path,
        f"""
        sys.path.insert(0, {str(archive)!r})
        import inspect, zipped
        print(recorded(), zipped.f(4), type(zipped.__loader__).__name__)
        print(inspect.getsource(zipped.f))
        """,
    )

    assert "['zipped'] 8 zipimporter" in done.stdout, done.stderr
    assert "return x * 2" in done.stdout


def test_runpy_runs_rewritten_modules(package: Path) -> None:
    done = run(
        package,
        """
        import runpy
        print(runpy.run_module("one", run_name="other")["__name__"])
        runpy.run_module("pkg", run_name="__main__", alter_sys=True)
        print(recorded())
        """,
    )

    assert done.stdout.splitlines() == [
        "other",
        "main __main__ pkg.__main__",
        "['one', 'pkg', 'pkg.__main__', 'pkg.sub']",
    ], done.stderr


def test_a_warm_cache_needs_no_ast_and_gives_the_same(package: Path, tmp_path: Path) -> None:
    store = str(tmp_path / "cache")
    code = """
    import one
    print(one.f(1), core.modules == core.modules, len(core.modules[0][3]), len(core.blobs[0][1]))
    print("ast" in set(sys.modules) - before or "escope_tui.instrument.rewrite" in sys.modules)
    """
    cold = run(package, code, store=store)
    warm = run(package, code, store=store)

    assert cold.stdout.splitlines()[1] == "True", cold.stderr
    assert warm.stdout.splitlines()[1] == "False", warm.stderr
    assert warm.stdout.splitlines()[0] == cold.stdout.splitlines()[0]


def test_a_damaged_cache_is_a_miss(package: Path, tmp_path: Path) -> None:
    store = tmp_path / "cache"
    code = "import one; print(recorded(), one.f(1))"
    first = run(package, code, store=str(store))
    files = [path for path in store.rglob("*") if path.is_file()]
    assert files
    for damage in (b"", b"escope-code\n", files[0].read_bytes()[:-9], os.urandom(300)):
        for path in files:
            path.write_bytes(damage)
        assert run(package, code, store=str(store)).stdout == first.stdout


def test_code_that_was_rewritten_for_another_core_is_not_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    here = cache.key(b"x = 1", "/x.py", "b")
    monkeypatch.setattr(_speedups, "ABI", _speedups.ABI + 1)

    assert cache.key(b"x = 1", "/x.py", "b") != here


def test_a_cache_that_cannot_be_written_is_no_error(package: Path) -> None:
    done = run(package, "import one; print(one.f(1))", store="/dev/null/nowhere")

    assert done.stdout == "2\n", done.stderr


def test_tracers_see_the_import_system_only(package: Path) -> None:
    code = """
    seen = set()
    def trace(frame, event, arg):
        seen.add(frame.f_globals.get("__name__", ""))
    sys.settrace(trace)
    import one
    sys.settrace(None)
    print(sorted(n for n in seen if "escope" in n and "fakecore" not in n), "one" in seen)
    """
    assert run(package, code).stdout == "[] True\n"


def test_installed_packages_are_included_by_name(package: Path) -> None:
    code = "import colorsys, json.decoder; colorsys.rgb_to_hsv(1, 2, 3); print(recorded())"

    assert run(package, code).stdout == "[]\n"
    assert run(package, code, include=("colorsys",)).stdout == "['colorsys']\n"
    both = run(package, "import colorsys, json; print(recorded())", include=("json*", "color*"))
    assert both.stdout == "['colorsys', 'json', 'json.decoder', 'json.encoder', 'json.scanner']\n"


def test_a_plan_chooses_by_roots_names_and_paths(tmp_path: Path) -> None:
    mine = tmp_path / "app"
    venv = mine / "venv" / "lib" / "site-packages" / "lib.py"
    plan = Plan((str(mine),), ("lib", "*/generated/*.py"), ("app.secret", "*/hidden.py"))

    assert plan.wants(str(mine / "main.py"), "main")
    assert plan.wants(str(mine / "deep" / "er.py"), "deep.er")
    assert plan.wants(str(venv), "lib")
    assert plan.wants(str(venv), "lib.part")
    assert not plan.wants(str(venv), "library")
    assert not plan.wants(str(venv), "other")
    assert not plan.wants(str(mine / "x.py"), "app.secret")
    assert not plan.wants(str(mine / "x.py"), "app.secret.part")
    assert not plan.wants(str(mine / "hidden.py"), "hidden")
    assert plan.wants("/elsewhere/generated/x.py", "x")
    assert not plan.wants(os.__file__, "os")
    assert not plan.wants(str(tmp_path / "application" / "x.py"), "x")
    assert not Plan((str(ROOT),), ("escope_tui",)).wants(cache.__file__, cache.__name__)


def test_the_table_of_a_module_is_emitted_as_json() -> None:
    core = FakeCore()
    source = "def f(x):\n    return 'é\\ud800'\n"
    compile_source(source, '/a "b"\\é/\U0001f600.py', "mod", core=core)
    kind, data = core.blobs[0]
    table = json.loads(data)

    assert kind == 1
    assert table["module"] == 0
    assert table["path"] == '/a "b"\\é/\U0001f600.py'
    assert table["source"] == source
    assert json.loads(json.dumps([row[:7] for row in core.modules[0][3]])) == table["sites"]
    assert json.loads(json.dumps(core.modules[0][2])) == table["functions"]


@pytest.mark.parametrize(
    "glob", ["*", "a*", "*b", "a?c", "[a-c]*", "[!a]*", "a[]b]", "a.*.c", "**", ""]
)
def test_globs_match_as_fnmatch_does(glob: str) -> None:
    for text in ("", "a", "ab", "abc", "a.b.c", "b", "a]", "xyz", "a*", "a.c"):
        assert matches(text, glob) == fnmatch.fnmatchcase(text, glob), text


@pytest.mark.parametrize("text", ["", 'a"\\\n\x00', "é\U0001f600\ud800", "\u2028"])
def test_quoted_text_is_json(text: str) -> None:
    assert json.loads(quote(text)) == text


def test_what_cannot_be_rewritten_runs_plain_with_a_reason() -> None:
    core = FakeCore()
    source = "x = " + "+".join(["1"] * 5) + "\n"
    from escope_tui.instrument import compile as module
    from escope_tui.instrument import functions

    class Broken(functions.Rewriter):
        def module(self) -> None:
            raise LookupError("why")

    from escope_tui.instrument import rewrite

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rewrite, "Rewriter", Broken)
        code = compile_source(source, "broken.py", "broken", core=core)
    namespace: dict[str, object] = {}
    exec(code, namespace)

    assert namespace["x"] == 5
    assert module.notes.pop() == ("broken.py", "not recorded: LookupError: why")
    assert core.modules == []


def test_too_many_nested_blocks_lose_their_guards_only() -> None:
    head = "def f(log):\n"
    body = ""
    for depth in range(1, 20):
        body += "    " * depth + "for _ in (1,):\n"
    body += "    " * 20 + "log.append(1)\n"
    core = FakeCore()
    namespace: dict[str, object] = {}
    exec(
        compile_source(head + body + "    return log\nx = f([])\n", "n.py", "n", core=core),
        namespace,
    )

    assert namespace["x"] == [1]
    assert len(core.modules) == 1
