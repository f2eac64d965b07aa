"""What a command line of Python says about the program, and the options of the interpreter."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from escope_tui.errors import ProgramError, UsageError
from escope_tui.launcher.program import (
    Program,
    first_path,
    home_folder,
    interpreter_options,
    parse_program,
)


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "script.py"
    path.write_text("x = 1\n")
    return path


def test_a_script_takes_the_words_after_it(script: Path) -> None:
    program = parse_program(["script.py", "-o", "x"])
    assert program == Program("script", "script.py", ("-o", "x"))
    assert program.words == ["script.py", "-o", "x"]
    assert program.name == "script"


@pytest.mark.parametrize(
    ("words", "program"),
    [
        (["-m", "pkg.mod", "a"], Program("module", "pkg.mod", ("a",))),
        (["-mpkg", "-c"], Program("module", "pkg", ("-c",))),
        (["-c", "print(1)", "-m"], Program("command", "print(1)", ("-m",))),
        (["-cx=1"], Program("command", "x=1")),
        (["-", "a"], Program("stdin", "-", ("a",))),
    ],
)
def test_modules_commands_and_standard_input(words: list[str], program: Program) -> None:
    assert parse_program(words) == program


@pytest.mark.parametrize("words", [[], ["-m"], ["-c"]])
def test_a_missing_program_is_an_error_of_usage(words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        parse_program(words)
    assert caught.value.exit_code == 2


def test_a_missing_script_gets_the_words_and_the_code_of_python(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match=r"can't open file .*\[Errno 2\] No such file") as caught:
        parse_program([str(tmp_path / "no.py")])
    assert caught.value.exit_code == 2


def test_a_folder_without_main_is_refused_as_python_does(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match="can't find '__main__' module") as caught:
        parse_program([str(tmp_path)])
    assert caught.value.exit_code == 1


def test_folders_and_zip_files_with_main_are_programs(tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("x = 1\n")
    archive = tmp_path / "app.pyz"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(tmp_path / "__main__.py", "__main__.py")
    for path in (tmp_path, archive):
        assert parse_program([str(path)]).kind == "folder"
        assert first_path(parse_program([str(path)])) == str(path)


def test_a_script_through_a_link_belongs_to_the_folder_of_the_real_file(script: Path) -> None:
    elsewhere = script.parent / "bin"
    elsewhere.mkdir()
    (elsewhere / "tool").symlink_to(script)
    program = parse_program(["bin/tool"])
    assert first_path(program) == home_folder(program) == str(script.parent.resolve())


def test_the_first_path_of_modules_and_commands(script: Path) -> None:
    assert first_path(Program("module", "x")) == os.getcwd()
    assert first_path(Program("command", "x")) == ""
    assert first_path(Program("stdin", "-")) == ""


@pytest.mark.parametrize(
    ("argv", "options"),
    [
        (["py", "-O", "-m", "escope_tui"], ["-O"]),
        (["py", "-Om", "escope_tui"], ["-O"]),
        (
            ["py", "-OOu", "-Wd", "-X", "dev", "-W", "error", "bin/escope", "-x"],
            ["-OOu", "-Wd", "-X", "dev", "-W", "error"],
        ),
        (["py", "-i", "-Xdev", "bin/escope"], ["-Xdev"]),
        (["py", "--check-hash-based-pycs", "always", "-s", "f"], None),
        (["py"], []),
        ([], []),
    ],
)
def test_the_options_of_the_interpreter_go_to_the_program(
    argv: list[str], options: list[str] | None
) -> None:
    expected = argv[1:-1] if options is None else options
    assert interpreter_options(argv) == expected
