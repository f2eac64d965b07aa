"""The rewriter's handlers are made like those of `with`."""

from __future__ import annotations

import opcode
import sys
from types import CodeType

import pytest

from escope_tui.instrument import unwinding
from escope_tui.instrument.rewrite import rewrite

FUNCTIONS = {
    "plain": "def f(x):\n    y = x\n    return g(y)\n",
    "unsure": "def f(x):\n    if x:\n        y = []\n        y.append(x)\n    return g(x)\n",
    "with": "def f(x):\n    with x as y:\n        y.append(1)\n        return g(x)\n",
    "finally": "def f(x):\n    try:\n        x.append(1)\n    finally:\n        g(x)\n",
    "generator": "def f(x):\n    for y in x:\n        yield g(y)\n",
    "coroutine": "async def f(x):\n    async with x as y:\n        return await g(y)\n",
    "many_names": "def f(x):\n" + "".join(f"    n{i} = g{i}(x, {i})\n" for i in range(300)),
}


def function_of(code: CodeType) -> CodeType:
    return next(constant for constant in code.co_consts if isinstance(constant, CodeType))


def test_the_opcodes_are_those_of_this_interpreter() -> None:
    known = tuple(opcode.opmap[name] for name in unwinding.NAMES)
    assert unwinding.NUMBERS[sys.version_info[:2]] == known


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_table_of_handlers_is_written_as_it_was_read(name: str) -> None:
    table = function_of(rewrite(FUNCTIONS[name], "f.py").code).co_exceptiontable
    entries = unwinding.read_table(table)
    assert table
    assert unwinding.write_table(entries) == table


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_handler_of_the_rewriters_keeps_where_the_frame_raised(name: str) -> None:
    code = function_of(rewrite(FUNCTIONS[name], "f.py").code)
    push, pop, leave = (opcode.opmap[n] for n in ("PUSH_EXC_INFO", "POP_TOP", "POP_EXCEPT"))
    ignores = bytes((push, 0, pop, 0, leave, 0))  # within them, around what may fail
    lines = {at: line for first, last, line in code.co_lines() for at in range(first, last, 2)}
    found = [
        lasti
        for _, _, target, _, lasti in unwinding.read_table(code.co_exceptiontable)
        if code.co_code[target] == push
        and lines[target] is lines[target + 2] is None
        and code.co_code[target : target + len(ignores)] != ignores
    ]
    assert found
    assert all(found)


def test_handlers_of_the_program_stay_as_they_were_compiled() -> None:
    source = (
        "def f(x):\n    try:\n        g(x)\n    except:\n        raise\n    finally:\n        h()\n"
    )
    code = compile(source, "f.py", "exec")
    assert unwinding.stand_where_it_raised(code) is code
