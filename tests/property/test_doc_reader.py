"""A reader that was written from docs/format.md alone sees what the engine sees."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escope_tui._speedups import unpack
from escope_tui.format import writer as writer_module
from escope_tui.format.reader import RecordingFile
from tests.helpers import docreader as doc
from tests.helpers.docstate import Chunk, File
from tests.helpers.programs import PROGRAMS
from tests.property.test_codec import choices, play, relaxed, wild_recipes, write

SAMPLES = sorted((Path(__file__).parents[2] / "recordings").glob("*.esr"))


def told(chunk: Chunk, value: doc.Val) -> Any:
    """A value in terms that both readers share."""
    tag, bits = value
    if tag == doc.INT:
        return bits - (1 << 64) if bits >> 63 else bits
    if tag == doc.FLOAT:
        return ("float", bits)
    if tag == doc.STR:
        return chunk.text(bits)
    if tag in (doc.OBJ, doc.CELL, doc.DEPTH):
        return (("object", "depth")[tag == doc.DEPTH], bits)
    if tag == doc.POOL:
        kind, *parts = chunk.columns.pool[bits]
        if kind == "tuple":
            return ("tuple", parts[0], [told(chunk, each) for each in parts[1]])
        if kind == "complex":
            return ("complex", *parts)
        negative, length, data = parts
        if len(data) * 8 < length:
            return ("big", negative, length, data)
        return int.from_bytes(data, "little") * (-1 if negative else 1)
    return (None, None, False, True, ..., NotImplemented)[tag] if tag < 6 else ("unknown",)


def seen(raw: Any) -> Any:
    """What the engine decoded, in the same terms."""
    if isinstance(raw, unpack.Text | unpack.Blob):
        return ("cut", raw.length, raw.value) if raw.truncated else raw.value
    if isinstance(raw, float):
        return ("float", struct.unpack("<Q", struct.pack("<d", raw))[0])
    if isinstance(raw, complex):
        return ("complex", *struct.unpack("<QQ", struct.pack("<dd", raw.real, raw.imag)))
    if isinstance(raw, unpack.Ref):
        return ("object", raw.oid)
    if isinstance(raw, unpack.Deep):
        return ("depth", raw.type_id)
    if isinstance(raw, unpack.RawTuple):
        return ("tuple", raw.length, [seen(each) for each in raw.items])
    if isinstance(raw, unpack.BigInt):
        return ("big", int(raw.negative), raw.bits, raw.data)
    return ("unknown",) if raw is unpack.UNKNOWN else raw


def compare(path: Path) -> int:
    """Plays a file both ways; the number of steps compared."""
    plain = File(path.read_bytes())
    count = 0
    with RecordingFile(path) as file:
        cursor, scanner = unpack.Cursor(file), unpack.Scanner(file)
        for number, parts in enumerate(plain.chunks):
            chunk = Chunk(plain, parts)
            assert plain.footer["chunks"][number][3:5] == chunk.index[1:3]
            for step, site in chunk.play():
                row = scanner.step_info(step)
                here = chunk.current
                assert row == (step, site, chunk.thread, here.id, here.depth, chunk.time), step
                cursor.seek(step)
                compare_moment(chunk, cursor, step)
                count += 1
    return count


def compare_moment(chunk: Chunk, cursor: unpack.Cursor, step: int) -> None:
    """Frames, variables and objects at one step."""
    for frame in chunk.frames.values():
        if not frame.id:
            continue
        bound = {}
        for slot, value in enumerate(frame.slots):
            if value[0] == doc.CELL:
                items = chunk.objects[value[1]].items
                value = items[0] if items else doc.NOTHING
            if value[0] != doc.UNBOUND:
                bound[slot] = told(chunk, value)
        assert {slot: seen(raw) for slot, raw in cursor.bindings(frame.id)} == bound, step
        _, _, parent, site, state, thread = cursor.frame(frame.id)
        assert (parent, site, state, thread) == (
            frame.parent,
            frame.last_site,
            frame.state,
            frame.thread,
        ), step
    for module, slots in chunk.namespaces.items():
        shown = {n: told(chunk, v) for n, v in enumerate(slots) if v[0] != doc.UNBOUND}
        assert {n: seen(raw) for n, raw in cursor.namespace(module)} == shown, step
    for number, found in chunk.objects.items():
        compare_object(chunk, cursor, number, found, step)


def compare_object(chunk: Chunk, cursor: unpack.Cursor, number: int, found: Any, step: int) -> None:
    raw = cursor.object(number)
    assert raw is not None, (step, number)
    head = (found.type_id, found.shape, found.flags, found.size)
    assert (raw.type_id, raw.shape, raw.flags, raw.size) == head, (step, number)
    assert [seen(each) for each in raw.items] == [told(chunk, v) for v in found.items], step
    pairs = [(told(chunk, k), told(chunk, v)) for k, v in found.pairs]
    assert [(seen(k), seen(v)) for k, v in raw.pairs] == pairs, (step, number)
    attrs = [(chunk.text(name), told(chunk, v)) for name, v in found.attrs]
    assert [(name, seen(v)) for name, v in raw.attrs] == attrs, (step, number)
    text = None if found.text is None else told(chunk, found.text)
    assert seen(raw.text) == text, (step, number)
    assert raw.uncertain == found.uncertain, (step, number)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_read_from_the_page_alone_are_the_same(path: Path) -> None:
    assert compare(path) > 20


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_programs_read_from_the_page_alone_are_the_same(
    record: Callable[..., Any], program: Path
) -> None:
    compare(record(str(program)).trace)


@relaxed
@given(choices, st.integers(1, 60), st.sampled_from([1, 5, 256]))
def test_random_recordings_read_from_the_page_alone_are_the_same(
    tmp_path: Path, script: list[Any], chunk_steps: int, big: int
) -> None:
    stream = play(script)
    write(tmp_path / "a.esr", stream, chunk_steps, 0, 0, big)
    assert compare(tmp_path / "a.esr") == len(stream.at_step)


@relaxed
@given(choices, st.integers(1, 60), st.integers(0, 2**32))
def test_wild_recipes_are_worked_out_alike_from_the_page(
    tmp_path: Path, script: list[Any], chunk_steps: int, seed: int
) -> None:
    stream = play(script * 2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer_module, "recipes_of", lambda *_: wild_recipes(Random(seed)))
        write(tmp_path / "a.esr", stream, chunk_steps)
    assert compare(tmp_path / "a.esr") == len(stream.at_step)


@pytest.mark.parametrize("program", ["lang_scopes", "heap_aliasing", "lang_coroutines"])
def test_summaries_and_indexes_agree(record: Callable[..., Any], program: str) -> None:
    trace = record(f"tests/programs/{program}.py").trace
    plain = File(trace.read_bytes())
    (summary,) = plain.summaries
    src = doc.Bytes(summary)
    count = src.varint()
    assert count == len(plain.chunks)
    for _ in range(count + 1):
        src.varint()
    tables = []
    for _ in range(6):
        numbers = src.numbers()
        tables.append({n: struct.unpack("<Q", src.take(8))[0] for n in numbers})
    assert not src.more
    for number, parts in enumerate(plain.chunks):
        index = doc.Bytes(parts[0])
        for _ in range(11):
            index.varint()
        sites, site = [], 0
        for _ in range(index.varint()):
            site += index.varint()
            index.varint()
            sites.append(site)
        assert sites == [s for s, mask in tables[0].items() if mask >> number & 1]
        touched = set(index.numbers())
        assert {o for o, mask in tables[1].items() if mask >> number & 1} <= touched
        index.varint()
        for table in tables[2:]:
            assert index.numbers() == [n for n, mask in table.items() if mask >> number & 1]
        assert not index.more
