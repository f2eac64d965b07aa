"""Where a code object holds loops that the compiler put into it for an expression.

Comprehensions (PEP 709, Python 3.12): a list, set or dict comprehension has no frame of its own
then. Its iterations are line events of the frame around it, and its variables are locals of that
frame, or hidden ones of a module or class body, while it runs. The compiler saves what it may
overwrite by `LOAD_FAST_AND_CLEAR`, an instruction that it uses for nothing else; the loop that
follows is the comprehension's. A comprehension that binds no name (`for xs[0] in ...`) saves
nothing and is not found.

Calls of `any`, `all`, `tuple` and the like on a generator expression (Python 3.14): the loop that
drives the generator is in the frame around it. Unlike that of a `for` statement it stores nothing.
"""

from __future__ import annotations

import dis
import types
from dataclasses import dataclass

_SAVE = "LOAD_FAST_AND_CLEAR"
_LOOPS = frozenset({"FOR_ITER", "GET_ANEXT"})
_USES = frozenset({"TO_BOOL", "POP_JUMP_IF_TRUE", "POP_JUMP_IF_FALSE", "LIST_APPEND", "SET_ADD"})
"""What the loop of a call does first with the generator's value."""


@dataclass(frozen=True)
class Span:
    """The instructions of one loop; of a comprehension without its outermost iterable."""

    first: int
    """Offset of the first instruction."""
    last: int
    """Offset of its last instruction."""
    names: frozenset[str]
    """What it binds."""


def spans(code: types.CodeType) -> tuple[Span, ...]:
    """Return the loops inside a code object that belong to expressions, outer ones first."""
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
        elif instructions[index].opname == "FOR_ITER" and instructions[index + 1].opname in _USES:
            last = _jump_to(instructions, index)
            found.append(Span(instructions[index].offset, last, frozenset()))
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


def _jump_to(instructions: list[dis.Instruction], index: int) -> int:
    """Return the offset of the jump back to a loop's head."""
    head = instructions[index].offset
    back = (i for i in instructions[index:] if i.opname.startswith("JUMP_BACKWARD"))
    return next(i.offset for i in back if i.argval == head)
