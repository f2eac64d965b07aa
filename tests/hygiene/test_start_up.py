"""Start-up is a feature: what is imported, and how long it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from escope_tui.cli import COMMANDS

HEAVY = ("textual", "rich", "zstandard", "asyncio", "sqlite_utils", "prompt_toolkit", "pydoc")


def loaded_after(*words: str) -> set[str]:
    """The modules that a command line of escope imports."""
    code = (
        "import sys\n"
        "from escope_tui.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit:\n    pass\n"
        "print('\\n' + ' '.join(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60
    )
    assert not done.stderr
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(word: str) -> None:
    loaded = loaded_after(word)
    assert not loaded.intersection(HEAVY)
    assert not any(name.startswith("escope_tui._speedups.") for name in loaded)
    assert "escope_tui.launcher" not in loaded


@pytest.mark.parametrize("command", ["record", "doctor"])
def test_the_help_of_a_command_loads_no_other_command(command: str) -> None:
    loaded = loaded_after(command, "--help")
    others = {f"escope_tui.cli.{name}" for name in COMMANDS if name != command}
    assert not loaded.intersection(others)
    assert not loaded.intersection(HEAVY)


def processor_time(*words: str) -> float:
    """The least seconds of processor time that this Python needs with these words, of five runs."""
    best = 1000.0
    for _ in range(5):
        child = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0
        best = min(best, used.ru_utime + used.ru_stime)
    return best


@pytest.mark.parametrize("word", ["--help", "--version"])
def test_help_and_version_are_there_at_once(word: str) -> None:
    assert processor_time("-m", "escope_tui", word) < 3 * processor_time("-c", "pass")


def test_the_package_itself_imports_next_to_nothing() -> None:
    code = "import sys; a = set(sys.modules); import escope_tui; print(*set(sys.modules) - a)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"escope_tui", "__future__"}


LAUNCHER_NEEDS = {
    "__future__",
    "_signal",
    "escope_tui",
    "escope_tui._speedups",
    "escope_tui._speedups.ring",
    "escope_tui.cli",
    "escope_tui.cli.record",
    "escope_tui.env",
    "escope_tui.errors",
    "escope_tui.instrument",
    "escope_tui.instrument.cache",
    "escope_tui.instrument.text",
    "escope_tui.launcher",
    "escope_tui.launcher.bundle",
    "escope_tui.launcher.main_code",
    "escope_tui.launcher.places",
    "escope_tui.launcher.program",
    "escope_tui.launcher.record",
    "escope_tui.launcher.spawn",
}
"""What a launcher imports, beyond what Python starts with, before the program is started."""


def test_the_launcher_imports_next_to_nothing_before_the_program_starts(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text("x = 1\n")
    code = (
        "import os, sys\n"
        "before, spawn = set(sys.modules), os.posix_spawn\n"
        "def note(*args, **more):\n"
        "    print(*(set(sys.modules) - before))\n"
        "    return spawn(*args, **more)\n"
        "os.posix_spawn = note\n"
        "from escope_tui.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    command = [sys.executable, "-c", code, "record", "-q", str(script)]
    for _ in range(2):  # the second time the rewritten code is in the cache
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    names = {name for name in done.stdout.split() if not name.startswith("_cython_")}
    assert names - {"cython_runtime"} <= LAUNCHER_NEEDS


AUDIT = """
import sys
opened = []
def audit(event, args):
    if event == "open" and isinstance(args[0], str):
        opened.append(args[0])
sys.addaudithook(audit)
sys.opened_by_then = opened
"""


def test_the_target_opens_no_file_for_the_recorders_sake(tmp_path: Path) -> None:
    pytest.importorskip("escope_tui._speedups.capture")
    (tmp_path / "sitecustomize.py").write_text(AUDIT)
    script = tmp_path / "program.py"
    script.write_text("import sys\nprint(*sys.opened_by_then, sep='\\n')\n")
    command = [sys.executable, "-m", "escope_tui", "record", "-q", str(script)]
    found = os.pathsep.join((str(tmp_path), *sys.path))
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": found}
    )
    opened = done.stdout.splitlines()
    assert any("/proc/self/fd/" in name for name in opened)
    assert [name for name in opened if "escope_tui" in name] == []


def test_the_bundle_holds_what_the_target_loads() -> None:
    from escope_tui.launcher import bundle

    code = (
        "import marshal, sys\n"
        "from escope_tui.launcher import bundle\n"
        "apart = type(sys)('escope_tui.recorder.apart')\n"
        "entries = marshal.loads(bundle.bundle(sys.argv[1]))\n"
        "exec(entries[apart.__name__][1], vars(apart))\n"
        "apart.begin(entries, apart)\n"
        "for name in entries: apart.load(name)\n"
        "print(*apart._modules)\n"
    )
    command = [sys.executable, "-c", code, os.devnull]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == {*bundle.MODULES, *bundle.COMPILED}


def test_a_quick_command_line_is_read_as_argparse_reads_it() -> None:
    from escope_tui.cli import new_parser, record

    parser = new_parser("record")
    record.configure(parser)
    options = ["-o a", "--output b", "-q", "--quiet", "--force", "--include x", "--exclude y*", ""]
    programs = ["s.py -o x", "-m mod --force", "-mmod", "-c code -q", "-", "- a", "-cx"]
    lines = [f"{a} {b} {p}".split() for a in options for b in options for p in programs]
    for words in lines:
        given = record.quick(words)
        assert given is not None
        assert vars(given) == vars(record.split(parser, words))
    for words in (["-h"], ["--nosuch", "s.py"], ["-o"], ["-qo", "x", "s.py"], ["-o", "-q", "s.py"]):
        assert record.quick(words) is None
    for words in (["--output=x", "s.py"], ["--", "s.py"], ["-ox", "s.py"]):
        assert record.quick(words) is None


def test_doctor_finds_nothing_to_repair_and_speaks_json() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "escope_tui", "doctor", "--json"], capture_output=True, text=True
    )
    report = json.loads(done.stdout)
    names = {finding["name"] for finding in report["findings"]}
    assert {"python", "core: capture", "terminal", "recordings", "cache"} <= names
    assert report["ok"] == (done.returncode == 0)
    for finding in report["findings"]:
        assert finding["verdict"] == "ok" or finding["cure"]


def test_doctor_names_the_cure_for_a_place_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("ESCOPE_HOME", str(tmp_path / "file"))
    done = subprocess.run(
        [sys.executable, "-m", "escope_tui", "doctor"], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "fail  recordings" in done.stdout
    assert "ESCOPE_HOME" in done.stdout


def test_an_unknown_command_names_the_nearest_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "escope_tui", "recrod", "x.py"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "did you mean `escope record`?" in done.stderr
    assert "Traceback" not in done.stderr
