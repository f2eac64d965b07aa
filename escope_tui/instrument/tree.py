"""What the rewriter needs of `ast`, without importing `ast`.

The rewriter works inside recorded programs, where it must not import any module of the standard
library that is written in Python: the program would see it, or get it half done.
"""

from __future__ import annotations

from _ast import *  # noqa: F403
from _ast import AST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def iter_child_nodes(node: AST) -> Iterator[AST]:
    """The nodes that stand directly below a node, in the order of its fields."""
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, AST):
            yield value
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, AST):
                    yield item


def walk(node: AST) -> Iterator[AST]:
    """A node and all that stand below it, level by level."""
    reached = [node]
    for one in reached:  # which grows meanwhile
        reached.extend(iter_child_nodes(one))
        yield one
