"""Names and texts that a recorded program chose never become code of the test that is made."""

from __future__ import annotations

import ast
import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

import escope_tui as escope
from escope_tui.errors import EscopeError
from escope_tui.query.fence import check_written
from escope_tui.query.rebuild import written
from tests.integration.test_made_tests import passes, recorded

SAME = "def same(x):\n    return x\n\n"


def test_attribute_names_are_quoted_where_they_are_no_names(tmp_path: Path) -> None:
    # given: namespaces whose attributes have the form of code, of keywords, of nothing at all
    program = SAME + (
        "import argparse, types\n"
        "same(types.SimpleNamespace(**{\"x=1), open('made', 'w'), dict(y\": 2}))\n"
        'same(argparse.Namespace(**{"class": 1, "a-b": 2, "plain": 3}))\n'
    )
    with recorded(program, tmp_path) as recording:
        texts = [recording.test_case(call) for call in recording.calls(function="same")]
    # then: the tests pass, and what was in the name has not run
    assert passes(texts, tmp_path).startswith("2 passed")
    assert not (tmp_path / "made").exists()


def test_a_name_with_a_line_break_stays_within_its_comment(tmp_path: Path) -> None:
    # given: a class with such an attribute, of a kind that cannot be made again
    program = (
        "class K:\n    limit = 1\n\n"
        "def read():\n    return K.limit\n\n"
        'def main():\n    setattr(K, "q\\n    print(1)\\n    #", list(range(9999)))\n    read()\n\n'
        "main()\n"
    )
    with recorded(program, tmp_path) as recording:
        text = recording.test_case(recording.calls(function="read")[-1])
    # then
    called = [ast.unparse(n.func) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
    assert "print" in text
    assert "print" not in called


@pytest.mark.parametrize(
    "made",
    [
        'collections.namedtuple("system", "command", module="os")("echo > made")',
        'enum.Flag("system", "A B", module="os")(8 - 5)',
    ],
)
def test_a_type_that_claims_the_name_of_a_function_does_not_call_it(
    made: str, tmp_path: Path
) -> None:
    with recorded(f"{SAME}import collections, enum\nsame({made})\n", tmp_path) as recording:
        call, text = recording.calls(function="same")[0], ""
        with contextlib.suppress(EscopeError):
            text = recording.test_case(call)
    nodes = list(ast.walk(ast.parse(text)))
    calls = {ast.unparse(node.func) for node in nodes if isinstance(node, ast.Call)}
    assert "os.system" not in calls


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("re.enum.sys.modules['os'].system('id')", "re"),
        ("re.compile(re.enum.sys.exit())", "re"),
        ("datetime.sys.exit(3)", "datetime"),
        ("decimal.Decimal(*[decimal.getcontext()])", "decimal"),
        ("decimal.Decimal((lambda: 1)())", "decimal"),
    ],
)
def test_a_recorded_text_that_does_more_than_make_a_value_is_not_taken(
    text: str, module: str
) -> None:
    assert written(text, module) == ""


def test_a_recorded_text_that_makes_a_value_is_taken_without_its_comments() -> None:
    assert written("Decimal('-1.5')  # and more", "decimal") == "decimal.Decimal('-1.5')"
    assert written("re.compile('a', re.I|re.M)", "re") == "re.compile('a', re.I | re.M)"
    zone = "datetime.timezone(datetime.timedelta(days=-1, seconds=5))"
    assert written(zone, "datetime") == zone


def test_a_path_keeps_its_line_breaks_and_backslashes(tmp_path: Path) -> None:
    program = SAME + 'import pathlib\nsame(pathlib.PurePosixPath("a\\nb\\\\x"))\n'
    with recorded(program, tmp_path) as recording:
        text = recording.test_case(recording.calls(function="same")[0])
    assert "pathlib.PurePosixPath('a\\nb\\\\x')" in text
    assert passes([text], tmp_path).startswith("1 passed")


@pytest.mark.parametrize(
    "line",
    [
        "__import__('os').system('id')",
        "assert module.f(os.system('id')) == 1",
        "import os",
        "assert module.f((lambda: 1)()) == 1",
        "assert module.f(type(1).mro()) == 1",
    ],
)
def test_a_written_test_that_calls_something_else_is_refused(line: str) -> None:
    with pytest.raises(EscopeError) as caught:
        check_written(f"def test_f():\n    {line}", None)
    assert "which the recording may not ask for" in caught.value.message


def test_what_the_user_expects_may_call_anything_and_have_a_comment(tmp_path: Path) -> None:
    with recorded(f"{SAME}same(3)\n", tmp_path) as recording:
        text = recording.test_case(recording.calls(function="same")[0], "sum([1, 2])  # both")
    assert passes([text], tmp_path).startswith("1 passed")


@pytest.mark.parametrize("name", ['q""".esr', "C:\\Users\\me.esr", 'q"'])
def test_a_recording_may_have_quotes_and_backslashes_in_its_name(name: str, tmp_path: Path) -> None:
    recorded(f"{SAME}same(3)\n", tmp_path).close()
    (tmp_path / "trace.esr").rename(tmp_path / name)
    with escope.open(str(tmp_path / name)) as recording:
        text = recording.test_case(recording.calls(function="same")[0])
    assert passes([text], tmp_path).startswith("1 passed")


@pytest.mark.parametrize("place", ["pkg/my-script.py", "my-pkg/script.py", "pkg/class.py"])
def test_a_script_in_a_package_that_no_import_can_name_is_loaded_by_its_path(
    place: str, tmp_path: Path
) -> None:
    script = tmp_path / place
    script.parent.mkdir()
    (script.parent / "__init__.py").touch()
    script.write_text(f"{SAME}if __name__ == '__main__':\n    same(3)\n")
    trace = str(tmp_path / "trace.esr")
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", trace, str(script)]
    subprocess.run(command, check=True)
    with escope.open(trace) as recording:
        text = recording.test_case(recording.calls(function="same")[0])
    assert passes([text], tmp_path).startswith("1 passed")


def test_packages_are_looked_for_up_to_the_topmost_folder_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def exists(path: str) -> bool:
        asked.append(path)
        assert len(asked) < 1000
        return True

    with recorded(f"{SAME}same(3)\n", tmp_path) as recording:
        call = recording.calls(function="same")[0]
        # given: every folder up to the topmost one is a package
        monkeypatch.setattr("os.path.exists", exists)
        text = recording.test_case(call)
    # then: each was asked once
    looked = [path for path in asked if path.endswith("__init__.py")]
    assert len(looked) == len(tmp_path.parts) - 1
    assert "load(" in text


def test_tuples_of_every_sort_are_made_without_a_call_of_their_class(tmp_path: Path) -> None:
    # given: tuples of the interpreter, of the standard library, and of a class of the program
    program = SAME + (
        "import os, time, urllib.parse\n"
        "class Row(tuple):\n    pass\n"
        "same(time.gmtime(0))\n"
        "same(os.terminal_size((80, 24)))\n"
        'same(urllib.parse.urlparse("http://a/b"))\n'
        "same(Row([1, 2]))\n"
    )
    with recorded(program, tmp_path) as recording:
        texts = [recording.test_case(call) for call in recording.calls(function="same")]
    assert passes(texts, tmp_path).startswith("4 passed")
