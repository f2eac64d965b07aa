"""Where recordings go, what is refused, and what is said at the end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("escope_tui._speedups.capture")

Escope = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def escope(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Escope:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "escope_tui", *words]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
        )

    return run


@pytest.fixture
def script(tmp_path: Path) -> str:
    (tmp_path / "script.py").write_text("import sys\nx = 1\nsys.exit(int(sys.argv[1]))\n")
    return "script.py"


def test_the_last_lines_tell_what_was_recorded_and_how_to_replay_it(
    escope: Escope, script: str
) -> None:
    done = escope("record", "-o", "trace file.esr", script, "3")
    assert done.returncode == 3
    assert re.fullmatch(
        r"escope: recorded 3 steps in 1 process, [\d.]+ (bytes|kB), exit status 3\n"
        r" +escope replay 'trace file.esr'\n",
        done.stderr,
    )


def test_quiet_says_nothing(escope: Escope, script: str) -> None:
    assert escope("record", "-q", script, "0").stderr == ""


def test_without_a_name_the_file_goes_to_the_recordings_folder(escope: Escope, script: str) -> None:
    done = escope("record", script, "0")
    (path,) = Path(os.environ["ESCOPE_HOME"], "recordings").iterdir()
    assert re.fullmatch(r"script-\d{8}-\d{6}\.esr", path.name)
    assert path.name in done.stderr


def test_a_file_that_exists_is_kept_unless_forced(
    escope: Escope, script: str, tmp_path: Path
) -> None:
    trace = tmp_path / "trace.esr"
    trace.write_text("precious")
    refused = escope("record", "-o", "trace.esr", script, "0")
    assert refused.returncode == 1
    assert "exists already" in refused.stderr
    assert "--force" in refused.stderr
    assert trace.read_text() == "precious"
    assert escope("record", "--force", "-o", "trace.esr", script, "0").returncode == 0
    assert trace.read_bytes() != b"precious"


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["nosuch.py"], 2, "can't open file"),
        (["empty"], 1, "can't find '__main__' module"),
        (["-o", "no/place.esr", "script.py", "0"], 1, "can't write"),
        (["-o", "empty", "script.py", "0"], 1, "is a folder"),
        ([], 2, "no program"),
        (["-m"], 2, "-m needs a module"),
    ],
)
def test_what_cannot_be_recorded_costs_one_clear_line(
    escope: Escope, script: str, tmp_path: Path, words: list[str], code: int, message: str
) -> None:
    (tmp_path / "empty").mkdir()
    done = escope("record", *words)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr.splitlines()[0]
    assert len(done.stderr.splitlines()) <= 2
    assert not list(tmp_path.rglob("*.esr"))


def test_the_options_after_the_program_are_the_programs(escope: Escope, tmp_path: Path) -> None:
    (tmp_path / "echo.py").write_text("import sys\nprint(sys.argv[1:])\n")
    done = escope("record", "-q", "echo.py", "-o", "x", "--force", "--", "-h")
    assert done.stdout == "['-o', 'x', '--force', '--', '-h']\n"


def test_an_unknown_option_is_an_error_of_usage(escope: Escope, script: str) -> None:
    done = escope("record", "--nosuch", script)
    assert done.returncode == 2
    assert "--nosuch" in done.stderr


def test_a_program_with_nothing_to_record_leaves_no_file(escope: Escope, tmp_path: Path) -> None:
    done = escope("record", "-o", "trace.esr", "-m", "this")
    assert done.returncode == 0
    assert "nothing was recorded" in done.stderr
    assert "--include this" in done.stderr
    assert not (tmp_path / "trace.esr").exists()


def test_a_module_that_is_not_there_leaves_no_file(escope: Escope, tmp_path: Path) -> None:
    done = escope("record", "-o", "trace.esr", "-m", "nosuch.module")
    assert done.returncode == 1
    assert "No module named" in done.stderr
    assert not (tmp_path / "trace.esr").exists()


def test_recording_from_python_gives_the_path(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import escope_tui

    monkeypatch.chdir(tmp_path)
    path = escope_tui.record([script, "0"], output="trace.esr")
    assert path == str(tmp_path / "trace.esr")
    with escope_tui.open(path) as recording:
        assert len(recording) == 3
        assert recording.meta["command"] == ["script.py", "0"]
