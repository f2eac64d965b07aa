"""Handlers that pass exceptions on unseen: a frame that they leave stands where it raised.

CPython's own handlers that only look on, those of `with`, have the instruction that raised kept
on the stack (`lasti` in the table of handlers) and end by `RERAISE 2`, which puts the frame back
there. A bare `except:` that ends by `raise` does neither: `frame.f_lineno` is then its own line.
So the rewriter's handlers, which stand on no line of the source, are made like those of `with`.

The table is described in CPython's InternalDocs/exception_handling.md. A handler that does not look
exactly as expected stays as it was compiled.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Final

    Entry = tuple[int, int, int, int, bool]
    """First and last byte (exclusive) that are guarded, the handler, depth of the stack, lasti."""

NUMBERS: Final = {
    (3, 11): (9, 1, 35, 130, 119, 120, 89),
    (3, 12): (9, 1, 35, 130, 119, 120, 89),
    (3, 13): (30, 32, 33, 101, 102, 61, 31),
    (3, 14): (27, 31, 32, 104, 105, 59, 29),
    (3, 15): (25, 29, 30, 103, 104, 57, 27),
}
"""The opcodes below, by version: `opcode` is Python code, which the program may not find loaded."""
NAMES: Final = ("NOP", "POP_TOP", "PUSH_EXC_INFO", "RAISE_VARARGS", "RERAISE", "COPY", "POP_EXCEPT")

_CODE = type((lambda: None).__code__)
_UNIT = 2
_RESTORES = 2
"""What RERAISE is given where the instruction that raised lies two below the exception."""


def stand_where_it_raised(code: CodeType) -> CodeType:
    """`code`, and all code within, with the rewriter's handlers made like those of `with`."""
    constants = list(code.co_consts)
    for index, constant in enumerate(constants):
        if isinstance(constant, _CODE):
            constants[index] = stand_where_it_raised(constant)
    if any(new is not old for new, old in zip(constants, code.co_consts, strict=True)):
        code = code.replace(co_consts=tuple(constants))
    numbers = NUMBERS.get(sys.version_info[:2])
    if not code.co_exceptiontable or numbers is None:
        return code
    entries = list(read_table(code.co_exceptiontable))
    made = bytearray(code.co_code)
    lineless = _lineless(code)
    found = False
    for handler in {entry[2] for entry in entries if not entry[4]}:
        after = _end(made, entries, lineless, handler, numbers)
        if after:
            entries = _deepen(entries, handler, after, _look_on(made, handler, after, numbers))
            found = True
    if not found:
        return code
    return code.replace(
        co_code=bytes(made),
        co_exceptiontable=write_table(entries),
        co_stacksize=code.co_stacksize + 2,
    )


def _end(
    code: bytearray,
    entries: list[Entry],
    lineless: set[int],
    handler: int,
    numbers: tuple[int, ...],
) -> int:
    """Where a handler of the rewriter's ends and cleaning up begins; 0 for other handlers."""
    _, _, push, _, reraise, copy, leave = numbers
    if code[handler] != push:
        return 0
    end = next((target for first, _, target, _, _ in entries if first == handler), 0)
    cleanup = bytes((copy, 3, leave, 0, reraise, 1))
    if end <= handler or code[end : end + len(cleanup)] != cleanup:
        return 0
    if not lineless.issuperset(range(handler, end, _UNIT)):
        return 0
    if any(
        first < end and handler < last and not handler <= first < last <= end
        for first, last, *_ in entries
    ):
        return 0
    return end if _ways_out(code, handler, end, numbers) else 0


def _ways_out(code: bytearray, handler: int, end: int, numbers: tuple[int, ...]) -> list[int]:
    """Where a handler passes the exception on: one place, or copies of it."""
    _, pop, _, raise_, reraise, *_ = numbers
    wanted = raise_ if code[handler + _UNIT] == pop else reraise
    return [
        place
        for place in range(handler + 2 * _UNIT, end, _UNIT)
        if code[place] == wanted and not code[place + 1]
    ]


def _look_on(code: bytearray, handler: int, end: int, numbers: tuple[int, ...]) -> int:
    """Make a handler end by `RERAISE 2`; how many more values lie below those of its statements."""
    nop, pop, _, _, reraise, *_ = numbers
    for place in _ways_out(code, handler, end, numbers):
        code[place : place + _UNIT] = bytes((reraise, _RESTORES))
    if code[handler + _UNIT] != pop:
        return 1
    code[handler + _UNIT] = nop  # RERAISE takes the exception, where `raise` looked it up
    return 2


def _deepen(entries: list[Entry], handler: int, end: int, more: int) -> list[Entry]:
    """The table for a handler below whose values lies the instruction that raised."""
    made = []
    for first, last, target, depth, lasti in entries:
        if target == handler:
            lasti = True
        elif handler <= first < end:
            depth += 1 if target == end else more
        made.append((first, last, target, depth, lasti))
    return made


def _lineless(code: CodeType) -> set[int]:
    """The bytes of the code that stand on no line."""
    return {
        place
        for first, last, line in code.co_lines()
        if line is None
        for place in range(first, last, _UNIT)
    }


def read_table(table: bytes) -> list[Entry]:
    """The entries of a `co_exceptiontable`."""
    place = 0

    def number() -> int:
        nonlocal place
        value = table[place] & 63
        while table[place] & 64:
            place += 1
            value = value << 6 | table[place] & 63
        place += 1
        return value

    entries = []
    while place < len(table):
        first, size, target, rest = number(), number(), number(), number()
        first, last = first * _UNIT, (first + size) * _UNIT
        entries.append((first, last, target * _UNIT, rest >> 1, bool(rest & 1)))
    return entries


def write_table(entries: list[Entry]) -> bytes:
    """A `co_exceptiontable` with these entries."""
    table = bytearray()
    for first, last, target, depth, lasti in entries:
        start = len(table)
        for value in (first // _UNIT, (last - first) // _UNIT, target // _UNIT, depth << 1 | lasti):
            digits = [value & 63]
            while value := value >> 6:
                digits.append(value & 63 | 64)
            table += bytes(reversed(digits))
        table[start] |= 128
    return bytes(table)
