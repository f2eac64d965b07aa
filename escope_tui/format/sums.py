"""What a chunk sums up of itself: the times of its functions, and which statements wrote its
output. See docs/format.md, Sums.
"""

from __future__ import annotations

from typing import NamedTuple

from escope_tui.errors import FormatError

MOST = 1 << 62
MOST_BYTES = 10


class Spent(NamedTuple):
    """What passed of a chunk's time in one function, in ns."""

    own: int
    total: int
    """While it was on the stack."""
    stays: bool
    """It is on the stack at the chunk's end."""


class Writer(NamedTuple):
    """The statement that wrote a piece of output."""

    back: int
    """So many steps before the newest step that had begun."""
    site: int
    thread: int
    frame: int


class Sums(NamedTuple):
    """The section of sums."""

    running: int
    """The function that goes on behind the chunk; -1: none."""
    spent: dict[int, Spent] | None
    """By global function number; None: the chunk does not tell."""
    writers: list[Writer | None]
    """One for each piece of output; None: that has to be looked up."""


class _Bytes:
    """Numbers read from bytes that nobody vouches for."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def byte(self) -> int:
        """The next byte."""
        if self.at >= len(self.data):
            raise FormatError("a chunk's sums end too early", slug="bad-sums")
        self.at += 1
        return self.data[self.at - 1]

    def number(self) -> int:
        """The next varint."""
        found = 0
        for place in range(MOST_BYTES):
            byte = self.byte()
            found |= (byte & 127) << 7 * place
            if byte < 128 and found < 2 * MOST:
                return found
        raise FormatError("a chunk's sums make no sense", slug="bad-sums")


def parse_sums(data: bytes, functions: int, sites: int) -> Sums:
    """Reads the section of a recording that has so many functions and sites."""
    source = _Bytes(data)
    spent = None
    running = -1
    if source.byte() & 1:
        running = source.number() - 1
        spent = _spent(source, functions)
        if running >= functions:
            raise FormatError("a chunk's sums name a function that is not there", slug="bad-sums")
    writers: list[Writer | None] = []
    while source.at < len(data):
        back = source.number()
        known = (source.number(), source.number(), source.number()) if back else None
        if known is not None and known[0] >= sites:
            raise FormatError("a chunk's sums name a statement that is not there", slug="bad-sums")
        writers.append(None if known is None else Writer(back - 1, *known))
    return Sums(running, spent, writers)


def _spent(source: _Bytes, functions: int) -> dict[int, Spent]:
    found: dict[int, Spent] = {}
    function = 0
    for _ in range(source.number()):
        function += source.number()
        own, total = source.number(), source.number()
        if function >= functions or function in found or own >= MOST or total >= 2 * MOST:
            raise FormatError("a chunk's sums make no sense", slug="bad-sums")
        found[function] = Spent(own, total >> 1, bool(total & 1))
    return found
