"""Which names an expression can mean where it is asked."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import NotFoundError
from ..model.text import one_line
from .evaluator import parse
from .functions import BUILTINS
from .near import suggestion

if TYPE_CHECKING:
    from .recording import Replay


def check_names(tree: ast.expr, known: set[str], where: str) -> None:
    """Refuse an expression about names that can never be bound where it is asked."""
    bound = {
        each.arg if isinstance(each, ast.arg) else each.id
        for each in ast.walk(tree)
        if isinstance(each, ast.arg)
        or (isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))
    }
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and each.id not in known | bound | BUILTINS.keys():
            raise NotFoundError(
                f"{one_line(each.id, 40)} is no variable of {where}",
                hint=suggestion(each.id, known),
            )


def check_condition(rec: Replay, condition: str, sites: Iterable[int]) -> None:
    """Refuse a condition that makes no sense, or about names that no function has in which one of
    the sites is: it would never hold.
    """
    if not condition.strip():
        return
    tree = parse(condition)
    known: set[str] = set()
    for module, place in {rec.program.site(each)[1:3] for each in sites}:
        known.update(rec.program.function(module, place).variables)
        known.update(rec.program.function(module, 0).variables)
    if known:
        check_names(tree, known, "the function that runs there or its module")
