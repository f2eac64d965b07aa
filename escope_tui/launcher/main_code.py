"""The file that Python is started on: the program's `__main__`, rewritten, as a .pyc in memory.

CPython itself then runs the program's code, so nothing of escope is on the stack below it:
tracebacks, `sys._getframe`, the depth of recursion, exit codes and what happens at Ctrl-C are
Python's own. The code begins with one call (the prelude) that sets the scene: see
``escope_tui.recorder.boot``.

For ``-m`` and for folders the file holds a stand-in for `runpy._run_module_as_main`, with the same
name, file name and line numbers, which calls the rest of the real `runpy`.
"""

from __future__ import annotations

import marshal
import os
import sys
from _frozen_importlib_external import MAGIC_NUMBER

from escope_tui.errors import ProgramError
from escope_tui.instrument import cache
from escope_tui.launcher.bundle import bundle
from escope_tui.launcher.program import Program

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from types import CodeType
    from typing import Any

    from escope_tui.instrument.cache import Unit

STAGE = """
import marshal, sys
modules = sys.modules.copy()
entries = marshal.loads(bundle)
apart = type(sys)("escope_tui.recorder.apart")
exec(entries[apart.__name__][1], vars(apart))
apart.begin(entries, apart)
apart.load("escope_tui.recorder.boot").begin(config, sys._getframe(1), modules)
"""
"""What the prelude executes, in a namespace of its own."""

PLACE_OF_CONFIG = b"escope: the configuration goes here"
PLACE_OF_BUNDLE = b"escope: the recorder's own code goes here"
"""They stand in the prelude's constants until these are known."""


class NotPython(Exception):
    """The program does not compile; Python itself tells why, better than anyone else."""


def main_path(program: Program) -> str:
    """The name that Python gives to the code of `__main__`."""
    if program.kind == "script":
        return os.path.join(os.getcwd(), program.what)  # not normalized: Python does not either
    return "<stdin>" if program.kind == "stdin" else "<string>"


def main_source(program: Program) -> bytes:
    """The source of a script, a command or standard input."""
    if program.kind == "stdin":
        return sys.stdin.buffer.read()
    if program.kind == "command":
        text = program.what + "\n"
        if sys.version_info >= (3, 14):
            import textwrap

            text = textwrap.dedent(text)
        return text.encode("utf-8", "surrogateescape")
    with open(program.what, "rb") as file:
        source = file.read()
    if source[:4] == MAGIC_NUMBER:
        raise ProgramError(
            f"{program.what!r} is compiled code without its source",
            hint="record the source file instead",
            exit_code=1,
        )
    return source


def prelude() -> list[ast.stmt]:
    """The statement that turns recording on, to be put before the first one of `__main__`."""
    import ast

    call = ast.Call(
        func=ast.Name("exec", ast.Load()),
        args=[
            ast.Constant(STAGE),
            ast.Dict(
                [ast.Constant("config"), ast.Constant("bundle")],
                [ast.Constant(PLACE_OF_CONFIG), ast.Constant(PLACE_OF_BUNDLE)],
            ),
        ],
        keywords=[],
    )
    statement = ast.Expr(call)
    for node in ast.walk(statement):
        node.lineno = node.end_lineno = 1  # type: ignore[attr-defined]
        node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
    return [statement]


def with_config(code: CodeType, config: dict[str, Any]) -> CodeType:
    """The code with what its prelude has to know."""
    known = {
        PLACE_OF_CONFIG: marshal.dumps(config),
        PLACE_OF_BUNDLE: bundle(config["cache"]),
    }
    constants = [
        known.get(constant, constant) if isinstance(constant, bytes) else constant
        for constant in code.co_consts
    ]
    return code.replace(co_consts=tuple(constants))


def check(source: bytes, path: str) -> bool:
    """Compiles the program as it is; tells whether that gave warnings.

    The filters are those that the program's interpreter starts with, whatever this process has
    made of its own: what `-W error` makes an error is one here too.
    """
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        warnings.simplefilter("default")
        warnings._processoptions(sys.warnoptions)  # type: ignore[attr-defined]
        try:
            compile(source, path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError) as error:
            raise NotPython from error
    return bool(caught)


def _calls(code: CodeType, name: str) -> int:
    """The line on which a function calls the global `name`."""
    import dis

    line = code.co_firstlineno
    for instruction in dis.get_instructions(code):
        positions = instruction.positions
        if instruction.argval == name and positions and positions.lineno:
            line = positions.lineno
    return line


def module_code(program: Program) -> CodeType:
    """The stand-in for `runpy._run_module_as_main`."""
    import ast
    import runpy

    real: CodeType = runpy._run_module_as_main.__code__  # type: ignore[attr-defined]
    details = "_get_module_details" if program.kind == "module" else "_get_main_module_details"
    arguments = f"{program.what!r}, " if program.kind == "module" else ""
    first, second = _calls(real, details), _calls(real, "_run_code")
    runner = "escope_runner"
    runpy_ = "__import__('runpy')"
    source = (
        f"try: {runner}.keep({runpy_}.{details}({arguments}{runpy_}._Error))\n"
        f"except {runpy_}._Error: raise {runner}.not_found()\n"
        f"except Exception:\n"
        f"    if not {runner}.once_more(): raise\n"
        f"if not {runner}.found: {runner}.keep({runpy_}.{details}({arguments}{runpy_}._Error))\n"
        f"{runpy_}._run_code(*{runner}.take())\n"
    )
    tree = ast.parse(source)
    for line, statement in zip((first, first, second), tree.body, strict=True):
        for node in ast.walk(statement):
            if hasattr(node, "lineno"):
                node.lineno = node.end_lineno = line  # type: ignore[attr-defined]
    tree.body[:0] = prelude()
    code = compile(tree, real.co_filename, "exec", dont_inherit=True)
    return code.replace(co_name=real.co_name, co_qualname=real.co_qualname)


def pyc(code: CodeType) -> bytes:
    """The bytes of a .pyc file that holds the code."""
    return MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def rewritten(source: bytes, path: str, folder: str) -> Unit:
    """A script's rewritten code with its prelude; plain code if it cannot be rewritten.

    What is in the cache was compiled once under the same options, so it is not compiled again to
    see whether it can be.
    """
    settings = (tuple(sys.flags), sys.warnoptions)
    key = cache.key(source, path, "main", STAGE, settings)
    unit = cache.load(folder, key)
    if unit is None:
        warned = check(source, path)
        import warnings

        from escope_tui.instrument.rewrite import rewrite

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the program's own process gives them
            unit = rewrite(source, path, prelude=prelude())
        unit.warned = warned
        cache.store(folder, key, unit)
    return unit


def recorded_code(unit: Unit, path: str, config: dict[str, Any]) -> CodeType:
    """The code of a script, with what its prelude has to know."""
    if unit.sites:
        config["main"] = (path, unit.functions, unit.sites, unit.table)
    else:
        config["notes"].append(f"{path}: {unit.reason}")
    return with_config(unit.code, config)
