"""A module of very many lines: what the questions need of it stays small."""

from __future__ import annotations

import ast
import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.errors import FormatError
from escope_tui.query.recording import Recording, open_again
from escope_tui.replay.syntax import WHOLE

FUNCTION = '''
@keep
def rule_{n}(order):
    """Rule {n}:
in its own words.
    """
    amount = order * {n}
    try:
        if amount > 3:
            amount -= 1
        else:
            amount += 1
    finally:
        amount *= 2
    return amount
'''
PROGRAM = "def keep(function):\n    return function\n" + "".join(
    FUNCTION.format(n=n) for n in range(WHOLE // 10)
)
PROGRAM += "print(rule_7(1), rule_400(2))\n"


LINES = PROGRAM.splitlines()


@pytest.fixture
def rec(record: Callable[..., Any], tmp_path: Path) -> Iterator[Recording]:
    path = tmp_path / "rules.py"
    path.write_text(PROGRAM, "utf-8")
    with record(str(path)).open() as found:
        yield found


def step_of(rec: Recording, function: str, text: str) -> int:
    """The first step of a function whose line has a text."""
    own = (step for step in rec if step.function == function)
    return next(step.index for step in own if text in LINES[step.line - 1])


def test_a_statement_is_found_without_the_tree_of_the_whole_module(rec: Recording) -> None:
    site = rec.program.site(rec.site_of(step_of(rec, "rule_400", "amount -= 1")))
    node = rec.syntax.statement(site)
    assert isinstance(node, ast.AugAssign)
    assert node.lineno == site.line
    parents = rec.syntax.parents(site.module)
    kinds: list[str] = []
    at: ast.AST = node
    while at in parents:
        at = parents[at]
        kinds.append(type(at).__name__)
    assert kinds == ["If", "Try", "FunctionDef", "Module"]
    assert len(parents) < 200


def test_statements_of_the_module_itself_are_found_in_the_whole(rec: Recording) -> None:
    last = next(s.index for s in rec if s.line == PROGRAM.count("\n"))
    node = rec.syntax.statement(rec.program.site(rec.site_of(last)))
    assert isinstance(node, ast.Expr)
    assert isinstance(rec.syntax.parents(0)[node], ast.Module)


def test_a_second_handle_shares_the_tables_and_decodes_for_itself(rec: Recording) -> None:
    with open_again(rec) as other:
        assert other.file.modules is rec.file.modules
        assert other.program is rec.program
        assert other.syntax is rec.syntax
        assert other.scanner is not rec.scanner
        assert [step.line for step in other] == [step.line for step in rec]
    assert len(list(rec)) == len(rec)


def test_a_second_handle_on_a_file_that_was_replaced_is_refused(rec: Recording) -> None:
    shutil.copy(rec.path, rec.path + ".new")
    os.replace(rec.path + ".new", rec.path)
    with pytest.raises(FormatError, match="another file now"):
        open_again(rec)


def test_a_variable_of_a_long_module_can_still_be_asked_why(rec: Recording) -> None:
    cause = rec.why("amount", at=step_of(rec, "rule_400", "return amount"))
    assert cause is not None
    assert cause.source == "amount *= 2"


def test_the_exceptions_of_a_long_module_are_told_without_the_tree_of_the_whole(
    record: Callable[..., Any], tmp_path: Path
) -> None:
    path = tmp_path / "rules.py"
    path.write_text(PROGRAM + "rule_9(None)\n", "utf-8")
    with record(str(path)).open() as rec:
        assert [each.type_name for each in rec.exceptions()] == ["TypeError"]
        assert len(rec.syntax.parents(0)) < 200


class GivenOut(ctypes.Structure):
    """What `mallinfo2` of glibc tells."""

    _fields_ = (
        ("others", ctypes.c_size_t * 4),
        ("mapped", ctypes.c_size_t),
        ("more", ctypes.c_size_t * 2),
        ("used", ctypes.c_size_t),
        ("last", ctypes.c_size_t * 2),
    )


def allocated() -> int:
    """Bytes that the C library has given out."""
    read = ctypes.CDLL(None).mallinfo2
    read.restype = GivenOut
    found = read()
    return int(found.mapped + found.used)


needs_glibc = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"),
    reason="counts what glibc has given out",
)


@needs_glibc
def test_a_chunk_that_is_decoded_keeps_nothing_of_what_its_values_were_predicted_from(
    rec: Recording,
) -> None:
    rec.step_info(len(rec) - 1)
    before = allocated()
    rec.state.cursor(len(rec))
    freed = before - allocated()
    assert freed > 20 * len(rec.file.modules[0]["sites"])


@needs_glibc
def test_another_handle_shares_the_tables_of_all_sites(rec: Recording) -> None:
    before = allocated()
    anew = escope.open(rec.path)
    whole = allocated() - before
    before = allocated()
    other = open_again(rec)
    grown = allocated() - before
    other.close()
    anew.close()
    assert grown < whole // 3  # the file's buffer alone is 128 KiB on 3.14


def test_sites_that_write_alike_share_what_says_so(rec: Recording) -> None:
    arguments = [row[6] for row in rec.file.modules[0]["sites"]]
    assert len({id(each) for each in arguments}) == len({repr(each) for each in arguments})
    assert len(arguments) > 4 * len({id(each) for each in arguments})


def test_the_variables_of_a_module_are_shown_without_its_sites_being_read_one_by_one(
    rec: Recording,
) -> None:
    assert len(rec.globals(len(rec) - 1)) > WHOLE // 20
    assert len(rec.program._sites) < len(rec.file.modules[0]["sites"]) // 10
