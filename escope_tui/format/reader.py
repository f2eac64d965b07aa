"""Opening a recording: the footer alone, or a scan where it is missing."""

from __future__ import annotations

import copy
import json
import os
import struct
import threading
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from io import BufferedReader
from types import TracebackType
from typing import Any

from escope_tui._speedups.unpack import Index, parse_output
from escope_tui.errors import FormatError
from escope_tui.format import container
from escope_tui.format.directory import ChunkInfo, ThreadInfo, check_info, chunk_info
from escope_tui.format.sums import Sums, parse_sums

COUNT = struct.Struct("<I")
MAX_SECTIONS = 16
SUMS = 5
MAX_LOST_NAMES = 1 << 16


def _opened(path: str) -> BufferedReader:
    """The file, to be closed by whoever has it."""
    try:
        return open(path, "rb")
    except OSError as error:
        raise FormatError(f"cannot open {path}: {error.strerror}", slug="cannot-open") from error


class RecordingFile:
    """An opened recording: facts, tables, the directory of chunks. Chunks are read when needed."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = os.fspath(path)
        self.complete = False
        """False: there is no footer that can be used; the file was scanned."""
        self.problem = ""
        """Why it is not complete."""
        self.meta: dict[str, Any] = {}
        self.facts: dict[str, Any] = {}
        self.chunks: list[ChunkInfo] = []
        self.summaries: list[tuple[int, int]] = []
        """Offset and size of the block that sums up chunks 0 to 63, of the next 64, and so on."""
        self.modules: list[dict[str, Any]] = []
        self.types: dict[int, tuple[str, str]] = {}
        self.bases: dict[int, tuple[tuple[str, str], ...]] = {}
        """Module and name of the Python classes behind a type in its order of resolution."""
        self.threads: dict[int, ThreadInfo] = {}
        self.n_sites = 0
        self.cache: Any = None
        """Decoded chunks, shared by all cursors and scanners of this file."""
        self.tables: Any = None
        """The codec's tables of the modules, which all readers of the file share."""
        self.unread: set[int] = set()
        """Chunks of which the output could not be read."""
        self._hits: dict[int, int] | None = None
        self._spare_names = MAX_LOST_NAMES
        self._lock = threading.Lock()
        self._file = _opened(self.path)
        try:
            self.size = os.fstat(self._file.fileno()).st_size
            try:
                self.version = container.check_header(self._file.read(container.HEADER.size))
            except FormatError as error:
                error.message = f"{self.path}: {error.message}"
                raise
            self._load()
        except FormatError:
            self._file.close()
            raise
        except OSError as error:
            self._file.close()
            raise FormatError(
                f"cannot read {self.path}: {error.strerror}", slug="cannot-open"
            ) from error
        self.steps = 0
        for info in self.chunks:
            self.steps = max(self.steps, info.first_step + info.n_steps)
        self.exceptions = sum(info.n_exceptions for info in self.chunks)
        self._firsts = [info.first_step for info in self.chunks]
        self._sites = [int(module["first_site"]) for module in self.modules]

    def __enter__(self) -> RecordingFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def again(self) -> RecordingFile:
        """Another reader of the same file, which shares the tables with this one."""
        found = copy.copy(self)
        found.cache, found._lock = None, threading.Lock()
        found._file = _opened(self.path)
        now, then = os.fstat(found._file.fileno()), os.fstat(self._file.fileno())
        if not os.path.samestat(now, then):
            found._file.close()
            raise FormatError(f"{self.path} is another file now", hint="Open the recording again.")
        return found

    def close(self) -> None:
        """Closes the file."""
        self.cache = None
        self._file.close()

    # ---- opening --------------------------------------------------------------------------------

    def _load(self) -> None:
        try:
            footer = self._footer()
        except FormatError as error:
            self.problem = error.message
            self._recover()
            return
        self.complete = True
        for kind, offset, _ in footer["tables"]:
            block = self._block(offset)
            if block.kind != kind:
                raise FormatError("the footer points at the wrong place", slug="bad-footer")
            self._take_table(kind, self._plain(block, container.MAX_JSON))
        self.meta = {**self.meta, **footer["meta"]}
        self.facts = footer["facts"]
        self._hits = {int(site): int(n) for site, n in footer["hits"]}
        self.chunks = footer["chunks"]
        self.summaries = footer["summaries"]

    def _footer(self) -> dict[str, Any]:
        """The footer, checked."""
        size = container.TRAILER.size
        if self.size < size + container.HEADER.size:
            raise FormatError("the recording was not finished", slug="no-footer")
        self._file.seek(self.size - size)
        offset = container.read_trailer(self._file.read(size))
        if offset < 0:
            raise FormatError("the recording was not finished: it has no footer", slug="no-footer")
        block = self._block(offset)
        if block.kind != container.FOOTER:
            raise FormatError("the footer is not where it should be", slug="bad-footer")
        footer = load_json(self._plain(block, container.MAX_JSON))
        try:
            chunks = [ChunkInfo(*(int(x) for x in row)) for row in footer["chunks"]]
            tables = [(int(a), int(b), int(c)) for a, b, c in footer["tables"]]
            good = isinstance(footer["meta"], dict) and isinstance(footer["facts"], dict)
            hits = [(int(a), int(b)) for a, b in footer["hits"]]
            summaries = [(int(a), int(b)) for a, b in footer["summaries"]]
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError("the footer makes no sense", slug="bad-footer") from error
        step = 0
        for number, info in enumerate(chunks):
            check_info(info)
            if info.number != number or info.first_step != step or info.offset > self.size:
                good = False
            step += info.n_steps
        if not good or len(summaries) != -(-len(chunks) // container.GROUP):
            raise FormatError("the footer makes no sense", slug="bad-footer")
        return {
            **footer,
            "chunks": chunks,
            "tables": tables,
            "hits": hits,
            "summaries": summaries,
        }

    def _recover(self) -> None:
        """Takes every whole block that a scan finds, as far as the tables allow to read them."""
        for block in container.scan(self._file, self.size):
            try:
                if block.kind in (container.META, container.MODULE, container.TABLES):
                    self._take_table(block.kind, self._plain(block, container.MAX_JSON))
                elif block.kind == container.CHUNK:
                    self._read(block)
                    index = self._section(block, 0)
                    self._take_chunk(block, index)
            except FormatError as error:
                self.problem += f"; lost a block at {block.offset}: {error.message}"

    def _take_chunk(self, block: container.Block, index: bytes) -> None:
        info = chunk_info(len(self.chunks), block.offset, block.end - block.offset, index)
        last = self.chunks[-1] if self.chunks else None
        if info.first_step < (last.first_step + last.n_steps if last else 0):
            raise FormatError("chunks are out of order", slug="bad-chunk")
        if Index(info.number, index).highest_site() >= self.n_sites:
            raise FormatError("its module table is lost", slug="bad-chunk")
        self.chunks.append(info)

    def _take_table(self, kind: int, data: bytes) -> None:
        table = load_json(data)
        try:
            if kind == container.META:
                self.meta.update(table)
            elif kind == container.MODULE:
                if table.get("module", len(self.modules)) != len(self.modules):
                    raise FormatError("a module table is lost", slug="bad-table")
                for key in ("functions", "sites"):
                    if not isinstance(table[key], list):
                        raise TypeError(key)
                table.pop("listed", None)
                share_arguments(table["sites"])
                table["first_site"] = self.n_sites
                self.n_sites += len(table["sites"])
                self.modules.append(table)
            else:
                for number, module, name, *bases in table["types"]:
                    self.types[int(number)] = (str(module), str(name))
                    if bases:
                        self.bases[int(number)] = tuple((str(m), str(n)) for m, n in bases[0])
                for index, native, name in table["threads"]:
                    self.threads[int(index)] = ThreadInfo(int(index), int(native), str(name))
                for module, slot, name in table.get("names", ()):
                    self._take_name(int(module), int(slot), str(name))
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise FormatError("a table makes no sense", slug="bad-table") from error

    def _take_name(self, module: int, slot: int, name: str) -> None:
        """A module variable that the module's own table does not list."""
        if module < 0:
            raise IndexError(module)
        table = self.modules[module]
        if not table["functions"]:
            table["functions"].append(["<module>", "<module>", "module", 0, 0, [], 0, []])
        names = table["functions"][0][5]
        table.setdefault("listed", len(names))
        missing = slot - len(names)  # their table is lost
        if not 0 <= missing <= self._spare_names:
            raise ValueError("a name has the wrong slot")
        self._spare_names -= missing
        names.extend(["?"] * missing)
        names.append(name)

    # ---- reading --------------------------------------------------------------------------------

    def _bytes(self, offset: int, size: int) -> bytes:
        """Some bytes of the file, for all threads."""
        with self._lock:
            if self._file.closed:
                raise FormatError("the recording is closed", hint="Open it again to ask it more.")
            self._file.seek(offset)
            return self._file.read(size)

    def _block(self, offset: int) -> container.Block:
        head = self._bytes(offset, container.BLOCK.size)
        block = container.parse_block(head, offset, self.size)
        if block is None:
            raise FormatError(f"there is no whole block at {offset}", slug="bad-block")
        return block

    def _read(self, block: container.Block) -> bytes:
        """The payload, its checksum checked."""
        data = self._bytes(block.start, block.length)
        if len(data) != block.length or zlib.crc32(data) != block.crc:
            raise FormatError(
                f"the checksum of the block at {block.offset} is wrong",
                slug="bad-checksum",
                hint="The file is damaged.",
            )
        return data

    def _plain(self, block: container.Block, limit: int) -> bytes:
        return container.unpack(self._read(block), block.codec, limit)

    def _sections(self, block: container.Block) -> list[tuple[int, int, int]]:
        """(offset, packed size, unpacked size) of a chunk's sections."""
        head = self._bytes(block.start, COUNT.size + MAX_SECTIONS * container.SECTION.size)
        if len(head) < COUNT.size:
            raise FormatError("a chunk is too short", slug="bad-chunk")
        (count,) = COUNT.unpack_from(head)
        start = COUNT.size + count * container.SECTION.size
        if not 4 <= count <= MAX_SECTIONS or block.length < start or len(head) < start:
            raise FormatError("a chunk has an odd number of sections", slug="bad-chunk")
        found: list[tuple[int, int, int]] = []
        for number in range(count):
            packed, plain = container.SECTION.unpack_from(
                head, COUNT.size + number * container.SECTION.size
            )
            if plain > container.MAX_RAW or start + packed > block.length:
                raise FormatError("a chunk's sections do not fit into it", slug="bad-chunk")
            found.append((start, packed, plain))
            start += packed
        return found

    def _section(self, block: container.Block, number: int) -> bytes:
        """One section, read alone: the checksum of the whole chunk is not looked at."""
        start, packed, plain = self._sections(block)[number]
        data = self._bytes(block.start + start, packed)
        return container.unpack(data, container.ZSTD, container.MAX_RAW, plain)

    def _chunk_block(self, number: int) -> container.Block:
        block = self._block(self.chunks[number].offset)
        if block.kind != container.CHUNK:
            raise FormatError("the directory of chunks is wrong", slug="bad-footer")
        return block

    def whole(self, number: int) -> bool:
        """Whether a chunk's bytes are those that were written."""
        try:
            self._read(self._chunk_block(number))
        except FormatError:
            return False
        return True

    def damage(self) -> Iterator[tuple[int, int]]:
        """The stretches of steps that are damaged: the first one and the one after the last."""
        begun = end = -1
        for info in self.chunks:
            if not info.n_steps or self.whole(info.number):
                continue
            if info.first_step != end:
                if end >= 0:
                    yield begun, end
                begun = info.first_step
            end = info.first_step + info.n_steps
        if end >= 0:
            yield begun, end

    def load_chunk(self, number: int) -> tuple[bytes, bytes, bytes, bytes | None]:
        """The main, string, output and time sections of a chunk, the checksum checked.

        A recording of format version 1 has no times of its own: None.
        """
        block = self._chunk_block(number)
        data = self._read(block)
        parts = [
            container.unpack(data[at : at + packed], container.ZSTD, container.MAX_RAW, plain)
            for at, packed, plain in self._sections(block)[1:5]
        ]
        return parts[0], parts[1], parts[2], parts[3] if len(parts) > 3 else None

    def load_index(self, number: int) -> bytes:
        """The index section of a chunk."""
        return self._section(self._chunk_block(number), 0)

    def load_sums(self, number: int) -> Sums | None:
        """What a chunk sums up of itself, the checksum checked; None: it has no such section."""
        block = self._chunk_block(number)
        if len(self._sections(block)) <= SUMS:
            return None
        self._read(block)
        functions = sum(len(module["functions"]) for module in self.modules)
        return parse_sums(self._section(block, SUMS), functions, self.n_sites)

    def load_summary(self, number: int) -> bytes:
        """What a block that sums up 64 chunks says."""
        block = self._block(self.summaries[number][0])
        if block.kind != container.SUMMARY:
            raise FormatError("the footer points at the wrong place", slug="bad-footer")
        return self._plain(block, container.MAX_RAW)

    # ---- questions ------------------------------------------------------------------------------

    @property
    def exit_status(self) -> int | None:
        """Status of the program's end event; None: not seen."""
        status = self.facts.get("exit_status")
        return status if isinstance(status, int) else None

    def site(self, site: int) -> tuple[int, list[Any]]:
        """The module index and the list of a site."""
        module = bisect_right(self._sites, site) - 1
        if module < 0 or site >= self.n_sites:
            raise KeyError(site)
        return module, self.modules[module]["sites"][site - self._sites[module]]

    def site_hits(self) -> dict[int, int]:
        """How often each site was hit in the whole recording."""
        if self._hits is None:
            total: dict[int, int] = {}
            for info in self.chunks:
                for site, n in Index(info.number, self.load_index(info.number)).site_hits().items():
                    total[site] = total.get(site, 0) + n
            self._hits = total
        return self._hits

    def chunk_of(self, step: int) -> int:
        """Number of the chunk that holds the step."""
        if not 0 <= step < self.steps:
            raise IndexError(f"step {step} is outside 0..{self.steps - 1}")
        number = bisect_right(self._firsts, step) - 1
        while number > 0 and self.chunks[number].n_steps == 0:
            number -= 1
        return number

    def output(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int, bytes]]:
        """(step, stream, bytes) of what the program wrote while start <= step < stop. Chunks that
        are damaged are left out: `unread` tells which.
        """
        for step, stream, text, _, _ in self.pieces(start, stop):
            yield step, stream, text

    def pieces(
        self, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[int, int, bytes, int, int]]:
        """As `output`, with the chunk that each piece stands in, and its place there."""
        for info in self.chunks:
            if not info.n_outputs or info.first_step + info.n_steps < start:
                continue
            if stop is not None and info.first_step - 1 >= stop:
                break
            try:
                data = self._section(self._chunk_block(info.number), 3)
                written = parse_output(data, info.first_step, info.number)
            except FormatError:
                self.unread.add(info.number)
                continue
            for place, (step, stream, text) in enumerate(written):
                if max(step, 0) >= start and (stop is None or step < stop):
                    yield step, stream, text, info.number, place


def share_arguments(rows: list[Any]) -> None:
    """Makes sites whose argument lists are equal hold one list, most of a large table, and one
    number where first and last line are one.
    """
    known: dict[str, Any] = {}
    for row in rows:
        if isinstance(row, list) and len(row) == 7 and isinstance(row[6], list):
            row[6] = known.setdefault(repr(row[6]), row[6])
            if row[2] == row[3] and type(row[2]) is type(row[3]):
                row[3] = row[2]


def load_json(data: bytes) -> dict[str, Any]:
    """A JSON object."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FormatError("a table is not JSON", slug="bad-table") from error
    if not isinstance(value, dict):
        raise FormatError("a table is not an object", slug="bad-table")
    return value
