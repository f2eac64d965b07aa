"""The container: header, blocks, trailer that points at the footer. See docs/format.md."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO, NamedTuple

import zstandard

from escope_tui.errors import FormatError

MAGIC = b"\x89ESR\r\n\x1a\n"
VERSION = 2
OLDEST = 2
HEADER = struct.Struct("<8sHHII")
"""magic, version, oldest version that can read it, flags (0), crc32 of what stands before."""

BLOCK_MAGIC = b"\xebBLK"
BLOCK = struct.Struct("<4sBBHQII")
"""magic, kind, codec, 0, payload length, crc32 of the payload, crc32 of this header before it."""

TRAILER = struct.Struct("<Q4xI8s")
"""offset of the footer block, crc32 of the offset, magic."""
TRAILER_MAGIC = b"ESREND\r\n"

META, MODULE, TABLES, CHUNK, SUMMARY, FOOTER = 1, 2, 3, 4, 5, 15
RAW, ZSTD = 0, 1

MAX_RAW = 256 << 20
"""No section unpacks to more."""
MAX_JSON = 128 << 20

SECTION = struct.Struct("<II")
"""packed size, unpacked size of one section of a chunk."""
SECTIONS = ("index", "main", "strings", "output")
GROUP = 64
"""Chunks that one summary is about."""


class Block(NamedTuple):
    """Where a block stands, and what its header says."""

    offset: int
    kind: int
    codec: int
    length: int
    crc: int

    @property
    def start(self) -> int:
        """Offset of the payload."""
        return self.offset + BLOCK.size

    @property
    def end(self) -> int:
        """Offset behind the payload."""
        return self.offset + BLOCK.size + self.length


def pack_header() -> bytes:
    """The file's first bytes."""
    head = HEADER.pack(MAGIC, VERSION, OLDEST, 0, 0)[:-4]
    return head + struct.pack("<I", zlib.crc32(head))


def check_header(data: bytes) -> int:
    """The version of a file that begins so; FormatError when it is none of ours."""
    if len(data) < HEADER.size or data[:8] != MAGIC:
        raise FormatError(
            "this is not a recording",
            slug="not-a-recording",
            hint="Recordings are made by `escope record`.",
        )
    _, version, oldest, _, crc = HEADER.unpack_from(data)
    if crc != zlib.crc32(data[: HEADER.size - 4]):
        raise FormatError("the recording's header is damaged", slug="bad-header")
    if oldest > VERSION:
        raise FormatError(
            f"the recording has format version {version}; this escope reads up to {VERSION}",
            slug="too-new",
            hint="Install a newer escope.",
        )
    return int(version)


def pack_block(kind: int, payload: bytes, codec: int = RAW) -> bytes:
    """A whole block."""
    head = BLOCK.pack(BLOCK_MAGIC, kind, codec, 0, len(payload), zlib.crc32(payload), 0)[:-4]
    return head + struct.pack("<I", zlib.crc32(head)) + payload


def pack_trailer(footer: int) -> bytes:
    """The file's last bytes."""
    return TRAILER.pack(footer, zlib.crc32(struct.pack("<Q", footer)), TRAILER_MAGIC)


def read_trailer(data: bytes) -> int:
    """Offset of the footer, or -1."""
    if len(data) != TRAILER.size:
        return -1
    offset, crc, magic = TRAILER.unpack(data)
    if magic != TRAILER_MAGIC or crc != zlib.crc32(struct.pack("<Q", offset)):
        return -1
    return int(offset)


def parse_block(head: bytes, offset: int, size: int) -> Block | None:
    """The block whose header these bytes are; None: they are none, or it is cut off."""
    if len(head) < BLOCK.size:
        return None
    magic, kind, codec, _, length, crc, own = BLOCK.unpack_from(head)
    if magic != BLOCK_MAGIC or own != zlib.crc32(head[: BLOCK.size - 4]):
        return None
    if length > size - offset - BLOCK.size:
        return None
    return Block(offset, kind, codec, length, crc)


def scan(file: BinaryIO, size: int) -> list[Block]:
    """All whole blocks, found without the footer; payloads are not checked."""
    found: list[Block] = []
    offset = HEADER.size
    while offset + BLOCK.size <= size:
        file.seek(offset)
        block = parse_block(file.read(BLOCK.size), offset, size)
        if block is not None:
            found.append(block)
            offset = block.end
            continue
        offset = find_magic(file, offset + 1, size)
        if offset < 0:
            break
    return found


def find_magic(file: BinaryIO, offset: int, size: int) -> int:
    """The next place where a block may begin, or -1."""
    step = 1 << 20
    while offset < size:
        file.seek(offset)
        data = file.read(step + 3)
        at = data.find(BLOCK_MAGIC)
        if at >= 0:
            return offset + at
        offset += step
    return -1


def unpack(data: bytes, codec: int, limit: int = MAX_RAW, size: int | None = None) -> bytes:
    """The plain bytes of a payload; never more than the limit, and exactly `size` when given."""
    if codec == RAW:
        plain = data
    elif codec == ZSTD:
        try:
            declared = zstandard.frame_content_size(data)
            if declared < 0 or declared > limit or (size is not None and declared != size):
                raise FormatError("a block declares a size that cannot be", slug="bad-block")
            plain = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompress(
                data, max_output_size=max(declared, 1)
            )
        except zstandard.ZstdError as error:
            raise FormatError(f"a block cannot be unpacked: {error}", slug="bad-block") from error
        if len(plain) != declared:
            raise FormatError("a block is not as long as it says", slug="bad-block")
    else:
        raise FormatError(f"a block is packed in an unknown way ({codec})", slug="bad-block")
    if len(plain) > limit or (size is not None and len(plain) != size):
        raise FormatError("a block is not as long as it says", slug="bad-block")
    return plain
