"""Names and texts that a recorded program chose never become code of the test that is made."""

from __future__ import annotations

import ast
import contextlib
from pathlib import Path

import pytest

from escope_tui.errors import EscopeError
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
