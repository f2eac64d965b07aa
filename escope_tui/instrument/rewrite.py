"""Parse, rewrite, compile: what happens when the cache has nothing."""

from __future__ import annotations

import sys

from escope_tui.instrument.bind import match_cells
from escope_tui.instrument.cache import Unit
from escope_tui.instrument.functions import Rewriter
from escope_tui.instrument.scope import Options
from escope_tui.instrument.text import decode, json_text
from escope_tui.instrument.unwinding import stand_where_it_raised

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Sequence
    from types import CodeType
    from typing import Any
else:
    from escope_tui.instrument import tree as ast

_RECURSION = 12_000


def rewrite(
    source: bytes | str,
    path: str,
    *,
    iterations: bool = True,
    prelude: Sequence[ast.stmt] = (),
    then: Callable[[Any], None] | None = None,
) -> Unit:
    """A module's rewritten code and tables; its plain code and a reason when that fails.

    The statements of `prelude` run before the module's first one, and stay as they are. `then`
    is given the whole tree, rewritten or not, before it is compiled.
    """
    reason = ""
    package = path.endswith("__init__.py")
    for guards in (True, False):
        try:
            return _rewrite(source, path, Options(guards, iterations, package), prelude, then)
        except RecursionError:
            reason = "nested too deeply"
            break
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
    tree: Any = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    put_first(tree, prelude)
    if then is not None:
        then(tree)
    code = compile(tree, path, "exec", dont_inherit=True)
    return Unit(code, (), (), b"", f"not recorded: {reason}")


def put_first(tree: ast.Module, prelude: Sequence[ast.stmt]) -> None:
    """Put statements after a module's docstring and its imports from `__future__`."""
    place = 0
    for statement in tree.body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())) if place == 0:
                place = 1
            case ast.ImportFrom(module="__future__", level=0):
                place += 1
            case _:
                break
    tree.body[place:place] = prelude


def _rewrite(
    source: bytes | str,
    path: str,
    options: Options,
    prelude: Sequence[ast.stmt],
    then: Callable[[Any], None] | None,
) -> Unit:
    limit = sys.getrecursionlimit()
    tree: Any = compile(source, path, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    sys.setrecursionlimit(max(limit, _RECURSION))
    try:
        rewriter = Rewriter(tree, options)
        rewriter.module()
    finally:
        sys.setrecursionlimit(limit)
    put_first(tree, prelude)
    if then is not None:
        then(tree)
    code: CodeType = compile(tree, path, "exec", dont_inherit=True)
    tables = rewriter.tables
    match_cells(code, tables.frames, tables.sites)
    code = stand_where_it_raised(code)
    functions = tuple(frame.row() for frame in tables.frames)
    sites = tuple(tables.sites)
    told = tuple((*row, read) for row, read in zip(sites, tables.operands, strict=True))
    rest: dict[str, Any] = {"source": decode(source), "functions": functions, "sites": sites}
    table = json_text(rest).encode("utf-8", "surrogatepass")
    return Unit(code, functions, told, table[1:], "")
