"""What the footer, or a scan, knows of each chunk; threads; the head of a chunk's index."""

from __future__ import annotations

from typing import NamedTuple

from escope_tui.errors import FormatError

MAX_STEPS = 1 << 23
HEAD_FIELDS = 11


class ChunkInfo(NamedTuple):
    """One chunk of steps, and where it stands."""

    number: int
    offset: int
    size: int
    first_step: int
    n_steps: int
    first_ns: int
    last_ns: int
    first_frame: int
    """Id of the first frame that the chunk could enter."""
    next_frame: int
    flags: int
    """1 exceptions, 2 output, 4 gap, 8 thread switches, 16 yields, 32 tasks, 64 end, 128 deaths."""
    n_exceptions: int
    n_outputs: int
    process: int
    ordinal: int
    """Number in the process's stream, from 1: stays the same when other chunks are lost."""


class ThreadInfo:
    """A thread of the program."""

    __slots__ = ("index", "name", "native_id")

    def __init__(self, index: int, native_id: int, name: str) -> None:
        self.index = index
        self.native_id = native_id
        self.name = name


def varints(data: bytes, count: int) -> list[int]:
    """The first `count` varints."""
    found: list[int] = []
    value = shift = 0
    for byte in data[: count * 10]:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
            if shift > 63:
                break
            continue
        found.append(value)
        if len(found) == count:
            return found
        value = shift = 0
    raise FormatError("a chunk's index is damaged", slug="bad-chunk")


def chunk_info(number: int, offset: int, size: int, index: bytes) -> ChunkInfo:
    """What the head of a chunk's index says."""
    process, first, n, ns0, ns1, frame0, frame1, flags, exceptions, outputs, ordinal = varints(
        index, HEAD_FIELDS
    )
    info = ChunkInfo(
        number,
        offset,
        size,
        first,
        n,
        ns0,
        ns1,
        frame0,
        frame1,
        flags,
        exceptions,
        outputs,
        process,
        ordinal,
    )
    check_info(info)
    return info


def check_info(info: ChunkInfo) -> None:
    """FormatError when the numbers cannot be."""
    if min(info) < 0 or info.n_steps > MAX_STEPS or max(info) >= 1 << 63:
        raise FormatError("a chunk's index makes no sense", slug="bad-chunk")
