"""The last look at a written test: it calls nothing that the writer of tests does not call."""

from __future__ import annotations

import ast
import builtins
import re
from typing import Final

from ..errors import EscopeError
from .rebuild import FROM_TEXT, SEQUENCES, WRITTEN, refusal

_TYPES = (
    *("list", "dict", "set", "frozenset", "tuple", "collections.deque", "object", "BaseException"),
    *("str", "bytes", "bytearray", "int", "float", "complex"),
)
_FIXED: Final = frozenset(
    {
        *("make", "plain", "list", "set", "frozenset", "bytearray", "range", "slice"),
        *("float", "complex", "object"),
        *(f"{each}.__new__" for each in _TYPES),
        *("object.__setattr__", "dict.__setitem__", "monkeypatch.setattr", "pytest.raises"),
        *("set.update", "list.extend", "collections.deque.extend", "collections.deque"),
        *("collections.defaultdict", "collections.OrderedDict", "collections.Counter"),
        *("array.array", "types.SimpleNamespace", "argparse.Namespace", "functools.partial"),
        *("fractions.Fraction", "asyncio.run", "math.isnan", "itertools.islice", "inspect.unwrap"),
        *SEQUENCES,
        *(f"{module}.{each}" for module, names in FROM_TEXT.items() for each in names),
        *(f"{module}.{each}" for module, names in WRITTEN.items() for each in names),
    }
)
_FILLS = re.compile(r"(value|expected)_[0-9]+\.append")
_TESTED = re.compile(r"module(\.\w+)+")


def check_written(text: str, expected: str | None) -> None:
    """Raises an error (`cannot-rebuild`) if a written test function is not Python, or would import
    or call what no test needs. What the user expects (`expected`, Python) may call anything.
    """
    try:
        tree = ast.parse(text)
        wanted = None if expected is None else ast.dump(ast.parse(expected, mode="eval").body)
        stack: list[ast.AST] = [tree]
        while stack:
            node = stack.pop()
            if isinstance(node, ast.Import | ast.ImportFrom | ast.Lambda | ast.ClassDef):
                raise _refused(ast.unparse(node))
            if isinstance(node, ast.Call) and not _is_known(node.func):
                raise _refused(ast.unparse(node.func))
            inner = ast.iter_child_nodes(node)
            stack += [each for each in inner if wanted is None or ast.dump(each) != wanted]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise refusal(f"the test would be no Python ({error})") from error


def _refused(what: str) -> EscopeError:
    return refusal(f"the test would run {what}, which the recording may not ask for")


def _is_known(called: ast.expr) -> bool:
    if isinstance(called, ast.Call):
        return ast.unparse(called.func) == "inspect.unwrap"
    name = ast.unparse(called)
    own = getattr(builtins, name, None)
    if isinstance(own, type) and issubclass(own, BaseException):
        return True
    return name in _FIXED or bool(_FILLS.fullmatch(name) or _TESTED.fullmatch(name))
