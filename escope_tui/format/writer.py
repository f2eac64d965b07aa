"""Writing a recording: raw ring bytes in, blocks out."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from typing import Any

import zstandard

from escope_tui._speedups.pack import Packer
from escope_tui._speedups.unpack import SummaryMaker
from escope_tui.errors import EscopeError, reason
from escope_tui.format import container
from escope_tui.format.directory import ChunkInfo, chunk_info
from escope_tui.format.recipes import Recipes, recipes_of

HURRIED_LEVEL = -1
"""Chunks that the program may have to wait for are compressed at this level of zstd."""


def dump_json(value: object) -> bytes:
    """Compact JSON; lone surrogates stay as escapes."""
    return json.dumps(value, separators=(",", ":")).encode()


class RecordingWriter:
    """Feeds the packer and writes each block as soon as it is closed.

    When something cannot be written the file is cut back to its last whole block and takes no more:
    a recording may end early, but has no holes.
    """

    def __init__(
        self,
        path: str,
        meta: dict[str, Any],
        *,
        level: int = 3,
        recipes: Recipes | None = None,
        **packing: int,
    ) -> None:
        """`recipes` makes those of a module (None: anew); `packing`: limits (chunk_steps ...)."""
        self.path = path
        self.meta = dict(meta)
        self.packer = Packer(recipes=recipes or recipes_of, **packing)
        self.chunks: list[ChunkInfo] = []
        self.tables: list[list[int]] = []
        self.summaries: list[list[int]] = []
        self.offset = 0
        self.problem = ""
        """Why the file takes no more; empty as long as it does."""
        self.hurried = False
        """Whether chunks are written with less effort, larger: the program is about to wait."""
        self._summary = SummaryMaker()
        self._zstd = zstandard.ZstdCompressor(level=level)
        self._hurried_zstd = zstandard.ZstdCompressor(level=HURRIED_LEVEL)
        self._file: FileIO | None = None

    @property
    def steps(self) -> int:
        """Steps that the file holds once it is finished."""
        if self.problem:
            return sum(info.n_steps for info in self.chunks)
        return int(self.packer.steps)

    @property
    def exit_status(self) -> int | None:
        """Status of the program's end event, once it came."""
        return self.packer.exit_status

    @property
    def blobs(self) -> list[tuple[int, bytes]]:
        """Blobs of the target that are not module tables."""
        return self.packer.blobs

    def feed(self, data: Any) -> int:
        """Takes in raw events; returns the bytes consumed: whole events only."""
        used = self.packer.feed(data)
        self._drain()
        return int(used)

    def flush(self) -> None:
        """Closes the open chunk, so that it is on disk."""
        self.packer.flush()
        self._drain()

    def set_meta(self, **facts: Any) -> None:
        """Adds facts that are known only at the end."""
        self.meta.update(facts)

    def finish(self) -> dict[str, Any]:
        """Closes the last chunk, writes the footer, closes the file; returns what was recorded."""
        if not self.problem:
            with suppress(EscopeError, OSError, MemoryError, ValueError):
                self.flush()
        if self.problem:
            self.meta.setdefault("problem", self.problem)
        for kind, blob in self.packer.blobs:
            if kind == 2:
                self._merge(blob)
        with self._breaking():
            if self._summary.n:
                self._sum_up()
            self._close()
        return {**self.facts(), "size": self.offset}

    def _close(self) -> None:
        """Writes the footer and closes the file."""
        footer = {
            "meta": self.meta,
            "facts": self.facts(),
            "tables": self.tables,
            "chunks": [list(info) for info in self.chunks],
            "summaries": self.summaries,
            "hits": [list(pair) for pair in sorted(self.packer.site_hits().items())],
        }
        at = self.offset
        packed = self._zstd.compress(dump_json(footer))
        self._write(container.pack_block(container.FOOTER, packed, container.ZSTD))
        self._write(container.pack_trailer(at))
        self.abort()

    def abort(self) -> None:
        """Closes the file as it is, without a footer."""
        if self._file is not None:
            self._file.close()

    def facts(self) -> dict[str, Any]:
        """Counts of the whole recording."""
        packer = self.packer
        return {
            "steps": self.steps,
            "frames": packer.next_frame - 1,
            "exceptions": packer.exceptions,
            "outputs": packer.outputs,
            "gaps": packer.gaps,
            "threads": packer.threads,
            "processes": 1,
            "chunks": len(self.chunks),
            "exit_status": packer.exit_status,
        }

    def _merge(self, blob: bytes) -> None:
        try:
            more = json.loads(blob)
        except ValueError:
            return
        if isinstance(more, dict):
            self.meta = {**more, **self.meta}

    def _begin(self) -> None:
        self._file = open(self.path, "wb", buffering=0)  # noqa: SIM115  (closed by finish or abort)
        self._write(container.pack_header())
        self._table(container.META, dump_json(self.meta))

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        """What fails inside leaves whole blocks in the file, and nothing comes after them."""
        try:
            yield
        except Exception as error:
            self.problem = self.problem or reason(error)
            if self._file is not None:
                with suppress(OSError):
                    self._file.truncate(self.offset)
                    self._file.seek(self.offset)
            raise

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]
        self.offset += len(data)

    def _table(self, kind: int, data: bytes) -> None:
        block = container.pack_block(kind, self._zstd.compress(data), container.ZSTD)
        at = self.offset
        self._write(block)
        self.tables.append([kind, at, len(block)])

    def _drain(self) -> None:
        with self._breaking():
            if self._file is None:
                self._begin()
            for item in self.packer.take():
                if item[0] == "chunk":
                    self._chunk(item[1:])
                else:
                    kind = container.MODULE if item[0] == "module" else container.TABLES
                    self._table(kind, item[1])

    def _chunk(self, sections: tuple[bytes, ...]) -> None:
        zstd = self._hurried_zstd if self.hurried else self._zstd
        packed = [zstd.compress(section) for section in sections]
        head = b"".join(
            container.SECTION.pack(len(small), len(plain))
            for small, plain in zip(packed, sections, strict=True)
        )
        block = container.pack_block(
            container.CHUNK, struct.pack("<I", len(packed)) + head + b"".join(packed)
        )
        info = chunk_info(len(self.chunks), self.offset, len(block), sections[0])
        self._write(block)
        self.chunks.append(info)
        self._summary.add(sections[0])
        if self._summary.n == container.GROUP:
            self._sum_up()

    def _sum_up(self) -> None:
        packed = self._zstd.compress(self._summary.pack())
        block = container.pack_block(container.SUMMARY, packed, container.ZSTD)
        at = self.offset
        self._write(block)
        self.summaries.append([at, len(block)])
