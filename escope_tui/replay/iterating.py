"""Whether a comprehension of a caller still runs, as far as its source tells."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .syntax import Syntax
from .tables import Function, Site

MAKERS = frozenset({"__init__", "__new__", "__post_init__"})
"""What the call of a class calls."""


def called_inside(syntax: Syntax, site: Site, called: Function) -> bool:
    """Whether a call that stands in the comprehension of a site, and nowhere else in its statement,
    may be the one that entered a function. False where that cannot be told: a decorator, another
    name for the function, an operator.
    """
    found = syntax.comprehension(site)
    if found is None:
        return False
    comprehension, statement = found
    name = called.name
    if name in MAKERS:
        name = called.qualname.rpartition(f".{name}")[0].rpartition(".")[2]
    first = comprehension.generators[0].iter
    inside = set(_called(comprehension, first))
    return name in inside and name not in set(_called(statement, comprehension))


def _called(node: ast.AST, but: ast.AST) -> Iterator[str]:
    """The names of what an expression calls, and of the attributes that it reads; not those in one
    part of it.
    """
    for child in ast.iter_child_nodes(node):
        if child is but:
            continue
        if isinstance(child, ast.Attribute):
            yield child.attr
        elif isinstance(child, ast.Call) and isinstance(child.func, ast.Name):
            yield child.func.id
        yield from _called(child, but)
