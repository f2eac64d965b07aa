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


def test_the_target_holds_the_standard_library_and_little_of_it(tmp_path: Path) -> None:
    pytest.importorskip("escope_tui._speedups.capture")
    script = tmp_path / "program.py"
    script.write_text("import sys\nprint(' '.join(sys.modules))\n")
    plain = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    command = [sys.executable, "-m", "escope_tui", "record", "-q", str(script)]
    recorded = subprocess.run(command, capture_output=True, text=True)
    more = set(recorded.stdout.split()) - set(plain.stdout.split())
    assert more
    assert {name for name in more if not name.startswith("escope_tui")} == set()


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
