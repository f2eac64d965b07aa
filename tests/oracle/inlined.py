"""Where a code object holds comprehensions that the compiler put into it (PEP 709, Python 3.12).

A list, set or dict comprehension then has no frame of its own: its iterations are line events of
the frame around it, and its variables are locals of that frame, or hidden ones of a module or
class body, while it runs. The compiler saves what it may overwrite by `LOAD_FAST_AND_CLEAR`, an
instruction that it uses for nothing else; the loop that follows is the comprehension's.
A comprehension that binds no name (`for xs[0] in ...`) saves nothing and is not found.
"""

from __future__ import annotations

import dis
import types
from dataclasses import dataclass

_SAVE = "LOAD_FAST_AND_CLEAR"
_LOOPS = frozenset({"FOR_ITER", "GET_ANEXT"})


@dataclass(frozen=True)
class Span:
    """The instructions of one comprehension, without its outermost iterable."""

    first: int
    """Offset of the first instruction."""
    last: int
    """Offset of the instruction that ends the loop."""
    names: frozenset[str]
    """What it binds."""


def spans(code: types.CodeType) -> tuple[Span, ...]:
    """Return the comprehensions inside a code object, outer ones first."""
    found: list[Span] = []
    instructions = list(dis.get_instructions(code))
    index = 0
    while index < len(instructions):
        first = index
        names: set[str] = set()
        while instructions[index].opname == _SAVE:
            names.add(str(instructions[index].argval))
            index += 1
        if names:
            last = _end(instructions, index)
            found.append(Span(instructions[first].offset, last, frozenset(names)))
        index += 1
    return tuple(found)


def _end(instructions: list[dis.Instruction], index: int) -> int:
    while instructions[index].opname not in _LOOPS:
        index += 1
    if instructions[index].opname == "FOR_ITER":
        return int(instructions[index].argval)
    depth = 0
    while True:
        name = instructions[index].opname
        depth += (name == "GET_ANEXT") - (name == "END_ASYNC_FOR")
        if not depth:
            return instructions[index].offset
        index += 1
