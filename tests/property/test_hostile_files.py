"""A recording whose contents lie behind good checksums gives answers or one clear error."""

from __future__ import annotations

import contextlib
import random
import struct
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import zstandard

import escope_tui as escope
from escope_tui.errors import EscopeError
from escope_tui.format import container

SAMPLES = sorted((Path(__file__).parents[2] / "recordings").glob("*.esr"))
FILES_EACH = 120


def mutated(rng: random.Random, data: bytes) -> bytes:
    """The bytes with a few of them changed, removed or put in."""
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(found))
        way = rng.randrange(4)
        if way == 0:
            found[at] ^= 1 << rng.randrange(8)
        elif way == 1:
            del found[at : at + rng.randrange(1, 64)]
        elif way == 2:
            found[at:at] = rng.randbytes(rng.randrange(1, 16))
        else:
            found[at : at + 8] = rng.choice((b"\xff" * 8, b"\0" * 8, b"\x80" * 8))
        if len(found) < 2:
            break
    return bytes(found)


def with_hostile_chunk(
    rng: random.Random, path: Path, change: Callable[[list[bytes]], None] | None = None
) -> bytes:
    """The file, without its footer, with one section of one chunk mutated, or its sections changed
    as told, and checksums anew.
    """
    data = path.read_bytes()
    with path.open("rb") as file:
        blocks = container.scan(file, len(data))
    victim = rng.choice([block for block in blocks if block.kind == container.CHUNK])
    written = container.pack_header()
    for block in blocks:
        payload = data[block.start : block.end]
        if block.kind == container.FOOTER:
            continue
        if block is victim:
            payload = _with_sections(payload, change or partial(_mutate_one, rng))
        written += container.pack_block(block.kind, payload, block.codec)
    return written


def _mutate_one(rng: random.Random, sections: list[bytes]) -> None:
    chosen = rng.choice([number for number, section in enumerate(sections) if section])
    sections[chosen] = mutated(rng, sections[chosen])


def _without_events(sections: list[bytes]) -> None:
    """The number of events, with which the section of the events begins, becomes 0."""
    length = next(place for place, byte in enumerate(sections[1], 1) if byte < 0x80)
    sections[1] = b"\0" + sections[1][length:]


def _with_sections(payload: bytes, change: Callable[[list[bytes]], None]) -> bytes:
    (count,) = struct.unpack_from("<I", payload)
    at = 4 + container.SECTION.size * count
    sections = []
    for number in range(count):
        packed, _ = container.SECTION.unpack_from(payload, 4 + container.SECTION.size * number)
        sections.append(zstandard.ZstdDecompressor().decompress(payload[at : at + packed]))
        at += packed
    change(sections)
    small = [zstandard.ZstdCompressor(level=1).compress(section) for section in sections]
    heads = b"".join(
        container.SECTION.pack(len(packed), len(plain))
        for packed, plain in zip(small, sections, strict=True)
    )
    return struct.pack("<I", count) + heads + b"".join(small)


def ask_everything(path: Path) -> None:
    with escope.open(path) as rec:
        last = len(rec) - 1
        for step in {0, last // 3, last // 2, last} if last >= 0 else ():
            _ = rec[step]
            rec.events(step)
            for frame in rec.stack(step):
                for value in frame.locals.values():
                    value.summary()
                    for _, child in value.children(0, 10):
                        child.summary()
        list(rec.calls())
        list(rec.exceptions())
        rec.gaps()
        _ = rec.output().text
        for file in rec.files():
            rec.line_counts(file)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_lies_behind_good_checksums_give_answers_or_one_clear_error(
    sample: Path, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.esr"
    answered = 0
    for seed in range(FILES_EACH):
        path.write_bytes(with_hostile_chunk(random.Random(f"{sample.stem} {seed}"), path=sample))
        with contextlib.suppress(EscopeError):
            ask_everything(path)
            answered += 1
    assert 0 < answered < FILES_EACH


def test_a_chunk_of_fewer_events_than_steps_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hostile.esr"
    path.write_bytes(with_hostile_chunk(random.Random(1), SAMPLES[0], _without_events))
    with pytest.raises(EscopeError, match="makes no sense"), escope.open(path) as rec:
        [rec[step] for step in range(len(rec))]
