"""CPython's own tests give the same results while escope records them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.compat import suites

MODULES = (
    "test_grammar",
    "test_syntax",
    "test_scope",
    "test_generators",
    "test_genexps",
    "test_listcomps",
    "test_named_expressions",
    "test_coroutines",
    "test_asyncgen",
    "test_contextlib",
    "test_with",
    "test_patma",
    "test_exceptions",
    "test_except_star",
    "test_raise",
    "test_traceback",
    "test_inspect",
    "test_sys_settrace",
    "test_sys_setprofile",
    "test_weakref",
    "test_gc",
    "test_descr",
    "test_class",
    "test_dataclasses",
    "test_enum",
    "test_functools",
    "test_itertools",
    "test_decorators",
    "test_unpack_ex",
    "test_super",
    "test_property",
    "test_typing",
    "test_pickle",
    "test_copy",
    "test_threading",
    "test_monitoring",
)

_LINES = (
    "07_raise|13_genexp|20_async_for_loop|break_to_break|break_to_continue2|early_exit_with|"
    "implicit_return_in_class|no_line_event_after_creating_generator|return_through_finally"
)
_JUMPS = (
    "between_except_blocks_2|extended_args_unpack_ex_simple|forward_over_async_listcomp|"
    "forward_over_listcomp|or_pop|out_of_async_with_assignment|out_of_with_assignment"
)

KNOWN: dict[str, dict[str, str]] = {
    "test_exceptions": {
        r"PEP626Tests\.test_(lineno|missing_lineno)": (
            "asks a frame that has ended by an exception for its f_lineno, which is the line of"
            " the function's handler that escope put there; tb_lineno is as it was"
        ),
    },
    "test_inspect": {
        r"test_signature_bind_implicit_arg": "reads the constants of a code object by position",
    },
    "test_sys_settrace": {
        rf"TestCase\.test_({_LINES})$": "compares each line event of code that escope rewrote",
        rf"JumpTestCase\.test_jump_({_JUMPS})$": (
            "assigns f_lineno to leap over an assignment, whose value the next statement hands on"
        ),
    },
}
"""Module to {pattern of test ids: the reason why they end differently}."""


def unexplained(module: str, found: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Return the differences that no known reason covers."""
    patterns = [re.compile(pattern) for pattern in KNOWN.get(module, {})]
    return {name: pair for name, pair in found.items() if not any(p.search(name) for p in patterns)}


def exists(module: str) -> bool:
    """Tell whether this interpreter has the test module."""
    try:
        return importlib.util.find_spec(f"test.{module}") is not None
    except ImportError:
        return False


@pytest.mark.slow
@pytest.mark.timeout(2000)
@pytest.mark.parametrize("module", MODULES)
def test_a_module_of_cpython_ends_as_it_does_without_escope(module: str, tmp_path: Path) -> None:
    if not exists(module):
        pytest.skip(f"this interpreter has no test.{module}")
    plain = suites.unittest_modules([f"test.{module}"], tmp_path, recorded=False)
    assert plain.outcomes, plain.output
    recorded = suites.unittest_modules([f"test.{module}"], tmp_path, recorded=True)
    left = unexplained(module, suites.differences(plain, recorded))
    text = suites.report(plain, recorded, left)
    print(text)
    assert not left, text
    assert recorded.code == plain.code, text
