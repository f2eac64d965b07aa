"""The recording file: container, opening, recovery, tables, dump."""

from __future__ import annotations

import json
import resource
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
import zstandard

from escope_tui._speedups import pack, unpack
from escope_tui.errors import EscopeError
from escope_tui.format import container
from escope_tui.format.dump import dump
from escope_tui.format.reader import RecordingFile
from escope_tui.format.writer import RecordingWriter
from tests.helpers import rawstream as rs
from tests.helpers.rawstream import Oid, RawStream


def loop_stream(rounds: int) -> RawStream:
    stream = RawStream()
    stream.new_thread(0, "MainThread")
    stream.new_type(1, "builtins", "list")
    stream.module()
    stream.site(rs.MODULE_ENTER)
    stream.snapshot(1, 1, rs.LIST, items=(1, 2, 3))
    stream.site(rs.MODULE_STEP, Oid(1))
    for i in range(rounds):
        stream.time(i * 1000)
        stream.site(rs.ENTER[0], i, Oid(1))
        stream.append(1, i)
        stream.site(rs.STEP[0])
        stream.site(rs.WRITE[0][2], f"text {i}")
        stream.site(rs.RETURN[0], i * 2, 1.5 * i)
        stream.output(1, b"line %d\n" % i)
    stream.site(rs.END)
    stream.end(0)
    return stream


def record(path: Path, stream: RawStream, **options: Any) -> Path:
    writer = RecordingWriter(str(path), {"command": ["work.py"]}, **options)
    assert writer.feed(bytes(stream.data)) == len(stream.data)
    writer.finish()
    return path


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return record(tmp_path / "a.esr", loop_stream(100), chunk_steps=50)


def test_a_recording_opens_with_its_facts_and_tables(recording: Path) -> None:
    with RecordingFile(recording) as file:
        assert file.complete
        assert file.version == 2
        assert file.meta == {"command": ["work.py"]}
        assert file.steps == 402
        assert len(file.chunks) == 9
        assert file.exit_status == 0
        assert file.types == {1: ("builtins", "list")}
        assert file.threads[0].name == "MainThread"
        assert file.modules[0]["path"] == "/tmp/work.py"
        assert file.site(rs.RETURN[0]) == (0, rs.SITES[rs.RETURN[0]])
        assert file.site_hits()[rs.RETURN[0]] == 100
        assert [file.chunk_of(step) for step in (0, 49, 50, 401)] == [0, 0, 1, 8]
        assert [row[0] for row in file.output(40, 50)] == [41, 45, 49]


def test_a_hurried_recording_is_larger_and_says_the_same(tmp_path: Path) -> None:
    stream = loop_stream(5_000)
    files = []
    for hurried in (False, True):
        writer = RecordingWriter(str(tmp_path / f"{hurried}.esr"), {"command": ["work.py"]})
        writer.hurried = hurried
        writer.feed(bytes(stream.data))
        writer.finish()
        files.append(tmp_path / f"{hurried}.esr")
    calm, hasty = files
    assert calm.stat().st_size < hasty.stat().st_size < 2 * calm.stat().st_size
    with RecordingFile(calm) as one, RecordingFile(hasty) as other:
        assert [list(dump(one))] == [list(dump(other))]


def test_a_file_without_footer_has_the_same_hits_and_meta(recording: Path) -> None:
    data = recording.read_bytes()
    with RecordingFile(recording) as file:
        hits = file.site_hits()
    recording.write_bytes(data[: -container.TRAILER.size])
    with RecordingFile(recording) as file:
        assert not file.complete
        assert "footer" in file.problem
        assert file.site_hits() == hits
        assert file.meta == {"command": ["work.py"]}
        assert file.steps == 402


@pytest.mark.parametrize("room", [7000, 5000, 2000])
def test_a_disk_that_is_full_leaves_whole_chunks_and_what_they_hold(
    tmp_path: Path, room: int
) -> None:
    path = tmp_path / "a.esr"
    writer = RecordingWriter(str(path), {"command": ["work.py"]}, chunk_steps=50)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            writer.feed(bytes(loop_stream(200).data))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    writer.finish()
    assert "large" in writer.problem
    with RecordingFile(path) as file:
        assert file.complete
        assert file.meta["problem"] == writer.problem
        assert 0 < len(file.chunks) < 17
        assert file.steps == writer.steps == sum(info.n_steps for info in file.chunks)
        rows = [row[0] for row in unpack.Scanner(file).steps(0, file.steps)]
        assert rows == list(range(file.steps))


def test_a_chunk_lost_in_the_middle_leaves_the_others(recording: Path) -> None:
    with RecordingFile(recording) as file:
        third = file.chunks[2]
    data = bytearray(recording.read_bytes()[: -container.TRAILER.size])
    data[third.offset + 100] ^= 1
    recording.write_bytes(data)
    with RecordingFile(recording) as file:
        assert len(file.chunks) == 8
        cursor = unpack.Cursor(file)
        cursor.seek(401)
        with pytest.raises(EscopeError, match="lost"):
            cursor.seek(third.first_step + 3)
        rows = [row[0] for row in unpack.Scanner(file).steps(0, file.steps)]
        assert rows == [*range(100), *range(150, 402)]


def test_a_damaged_chunk_is_an_error_that_names_the_checksum(recording: Path) -> None:
    with RecordingFile(recording) as file:
        offset = file.chunks[1].offset
    data = bytearray(recording.read_bytes())
    data[offset + container.BLOCK.size + 60] ^= 0x40
    recording.write_bytes(data)
    with RecordingFile(recording) as file:
        cursor = unpack.Cursor(file)
        cursor.seek(10)
        with pytest.raises(EscopeError, match="checksum"):
            cursor.seek(60)


@pytest.mark.parametrize(
    ("data", "slug"),
    [
        (b"", "not-a-recording"),
        (b"\x7fELF" + b"\0" * 100, "not-a-recording"),
        (container.pack_header()[:-1] + b"\xff", "bad-header"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, data: bytes, slug: str) -> None:
    (tmp_path / "x.esr").write_bytes(data)
    with pytest.raises(EscopeError) as caught:
        RecordingFile(tmp_path / "x.esr")
    assert caught.value.slug == slug


def test_a_newer_format_is_refused_with_advice(tmp_path: Path) -> None:
    head = container.HEADER.pack(container.MAGIC, 9, 9, 0, 0)[:-4]
    (tmp_path / "x.esr").write_bytes(head + struct.pack("<I", zlib.crc32(head)))
    with pytest.raises(EscopeError) as caught:
        RecordingFile(tmp_path / "x.esr")
    assert caught.value.slug == "too-new"
    assert caught.value.hint


def test_a_missing_file_is_an_escope_error(tmp_path: Path) -> None:
    with pytest.raises(EscopeError, match="No such file"):
        RecordingFile(tmp_path / "none.esr")


def test_unknown_blocks_are_skipped(recording: Path) -> None:
    data = recording.read_bytes()[: -container.TRAILER.size]
    extra = container.pack_block(99, b"of a later version")
    at = container.HEADER.size
    recording.write_bytes(data[:at] + extra + data[at:])
    with RecordingFile(recording) as file:
        assert file.steps == 402


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(64 << 20))
    with pytest.raises(EscopeError):
        container.unpack(bomb, container.ZSTD, 1 << 20)
    unsized = zstandard.ZstdCompressor(write_content_size=False).compress(b"x" * 100)
    with pytest.raises(EscopeError):
        container.unpack(unsized, container.ZSTD)


@pytest.mark.parametrize(
    "table",
    [
        [],
        {"functions": 3, "sites": []},
        {"functions": [], "sites": [[1, 7, 0, 0, 0, 0, []]]},
        {
            "functions": [["m", "m", "module", 1, 1, ["a"], 0, []]],
            "sites": [[1, 0, 0, 0, 0, 0, [["w", 9]]]],
        },
    ],
)
def test_a_bad_module_table_is_an_escope_error(tmp_path: Path, table: object) -> None:
    packed = zstandard.ZstdCompressor().compress(json.dumps(table).encode())
    block = container.pack_block(container.MODULE, packed, container.ZSTD)
    (tmp_path / "x.esr").write_bytes(container.pack_header() + block)
    with RecordingFile(tmp_path / "x.esr") as file:
        try:
            unpack.Cursor(file)
        except EscopeError:
            return
        assert not file.modules or file.n_sites == 0


def test_an_empty_recording_has_no_steps(tmp_path: Path) -> None:
    path = record(tmp_path / "a.esr", RawStream())
    with RecordingFile(path) as file:
        assert (file.complete, file.steps, file.chunks) == (True, 0, [])
        cursor = unpack.Cursor(file)
        assert cursor.current() == (0, 0, -1)
        assert unpack.Scanner(file).next_site(0, 1, {0}) == -1
        with pytest.raises(IndexError):
            cursor.seek(0)


def test_two_recordings_of_one_stream_dump_alike_whatever_the_flushes(tmp_path: Path) -> None:
    stream = loop_stream(20)
    a = record(tmp_path / "a.esr", stream)
    b = record(tmp_path / "b.esr", stream)
    with RecordingFile(a) as one, RecordingFile(b) as two:
        assert list(dump(one)) == list(dump(two))


def test_the_dump_has_a_line_for_each_record(tmp_path: Path) -> None:
    stream = loop_stream(2)
    with RecordingFile(record(tmp_path / "a.esr", stream)) as file:
        lines = list(dump(file))
    text = "\n".join(lines)
    assert lines[0] == "recording version=2 complete=True steps=10"
    assert "1 object 1 1 1 0 3 [1, 2, 3] [] [] None" in lines
    assert f"2 site 2 {rs.ENTER[0]}" in lines
    assert "3 push 1 0" in lines
    assert "4 slot 2 2 'text 0'" in lines
    assert "6 output 1 b'line 0\\n'" in lines
    assert "exit 0" in text


def test_a_write_through_a_cell_shows_in_both_frames(tmp_path: Path) -> None:
    stream = RawStream()
    stream.module()
    stream.site(rs.MODULE_ENTER)
    stream.site(rs.ENTER[0], 1, 2)
    stream.cell(3, 5)
    stream.site(rs.WRITE[0][3], "outer")
    stream.site(rs.ENTER[0], 3, 4)
    stream.cell(3, 5)
    stream.site(rs.WRITE[0][3], "inner")
    stream.site(rs.STEP[0])
    path = record(tmp_path / "a.esr", stream, chunk_steps=2)
    with RecordingFile(path) as file:
        cursor = unpack.Cursor(file)
        cursor.seek(4)
        assert dict(cursor.bindings(2))[3].value == "inner"
        assert dict(cursor.bindings(3))[3].value == "inner"
        assert cursor.cell(2, 3) == 5
        cursor.seek(2)
        assert dict(cursor.bindings(2))[3].value == "outer"
        found = unpack.Scanner(file).next_write(5, -1, 2, 3)
        assert found is not None
        assert (found[0], found[1], found[3].value) == (3, 4, "inner")


def test_names_that_no_table_lists_are_in_the_tables_and_in_every_chunk(tmp_path: Path) -> None:
    stream = RawStream()
    stream.module()
    stream.site(rs.MODULE_ENTER)
    for number in range(6):
        stream.namespace(stream.name(f"late{number}"), number)
        stream.site(rs.MODULE_STEP, number)
        stream.site(rs.MODULE_STEP2, "a", "b")
    stream.site(rs.END)
    path = record(tmp_path / "a.esr", stream, chunk_steps=3)
    whole = path.read_bytes()
    for data in (whole, whole[: -container.TRAILER.size]):
        path.write_bytes(data)
        with RecordingFile(path) as file:
            assert file.complete == (data is whole)
            assert len(file.chunks) == 5
            names = [*rs.MODULE_NAMES, *(f"late{number}" for number in range(6))]
            assert file.modules[0]["functions"][0][5] == names
            cursor = unpack.Cursor(file)
            for step in [*range(13), *reversed(range(13))]:
                cursor.seek(step)
                late = {slot: raw for slot, raw in cursor.namespace(0) if slot > 2}
                assert late == {3 + number: number for number in range((step + 1) // 2)}
            found = unpack.Scanner(file).next_function_write(0, 1, 0, 0, 7)
            assert found is not None
            assert (found[1], found[3]) == (9, 4)


def test_a_name_of_a_module_that_is_not_there_is_refused() -> None:
    stream = RawStream()
    stream.name("late")
    with pytest.raises(EscopeError):
        pack.Packer().feed(bytes(stream.data))


def test_names_without_their_table_make_no_sense(tmp_path: Path) -> None:
    stream = RawStream()
    stream.module()
    path = record(tmp_path / "a.esr", stream)
    for names in ([[0, 1 << 30, "far"]], [[0, 2, "taken"]], [[1, 3, "none"]], [[-1, 3, "x"]], 5):
        table = json.dumps({"types": [], "threads": [], "names": names}).encode()
        with RecordingFile(path) as file:
            with pytest.raises(EscopeError):
                file._take_table(container.TABLES, table)
            assert file.modules[0]["functions"][0][5] == rs.MODULE_NAMES


def test_objects_with_the_memory_of_dead_ones_hold_only_what_is_theirs(tmp_path: Path) -> None:
    stream = RawStream()
    stream.module()
    stream.site(rs.MODULE_ENTER)
    for oid in range(1, 40, 2):
        stream.snapshot(oid, 3, rs.INSTANCE, attrs=(("a", oid), ("b", "text"), ("c", None)))
        stream.set_attr(oid, "d", oid)
        stream.site(rs.MODULE_STEP, oid)
        stream.death(oid)
        stream.set_attr(oid + 1, "c", "seen")
        stream.site(rs.MODULE_STEP, oid)
        stream.death(oid + 1)
    path = record(tmp_path / "a.esr", stream, chunk_steps=7)
    with RecordingFile(path) as file:
        cursor = unpack.Cursor(file)
        text = unpack.Text("text")
        for step in range(1, 40):
            cursor.seek(step)
            found = cursor.object(step)
            assert found is not None
            if step % 2:
                assert found.attrs == [("a", step), ("b", text), ("c", None), ("d", step)]
            else:
                assert found.attrs == [("c", unpack.Text("seen"))]


def test_of_attributes_with_one_name_the_first_is_written(tmp_path: Path) -> None:
    stream = RawStream()
    stream.module()
    stream.site(rs.MODULE_ENTER)
    stream.snapshot(1, 3, rs.INSTANCE, attrs=(("a", 1), ("b", 1), ("x", 1)))
    stream.snapshot(2, 3, rs.INSTANCE, attrs=(("x", 1), ("b", 1), ("x", 1)))
    for value in range(2, 12):
        stream.set_attr(1, "x", value)
        stream.set_attr(2, "x", value)
        stream.site(rs.MODULE_STEP, value)
    path = record(tmp_path / "a.esr", stream, chunk_steps=4)
    with RecordingFile(path) as file:
        cursor = unpack.Cursor(file)
        for step in range(1, file.steps):
            cursor.seek(step)
            found = cursor.object(2)
            assert found is not None
            assert found.attrs == [("x", step + 1), ("b", 1), ("x", 1)]


def test_object_writes_are_found_by_attribute_and_item(tmp_path: Path) -> None:
    stream = RawStream()
    stream.module()
    stream.site(rs.MODULE_ENTER)
    stream.snapshot(1, 3, rs.INSTANCE, attrs=(("x", 1), ("y", 2)))
    stream.snapshot(2, 2, rs.DICT, pairs=(("k", 1),))
    for value in range(6):
        stream.set_attr(1, "xy"[value % 2], value * 10)
        stream.set_item(2, "kl"[value % 2], value)
        stream.site(rs.MODULE_STEP, value)
    path = record(tmp_path / "a.esr", stream, chunk_steps=3)
    with RecordingFile(path) as file:
        scanner = unpack.Scanner(file)
        found = scanner.next_object_write(6, -1, 1, ("attr", "x"))
        assert found == (4, 5, 1, 40)
        assert scanner.next_object_write(4, -1, 1, ("attr", "x")) == (2, 3, 1, 20)
        found = scanner.next_object_write(3, 1, 2, ("item", unpack.Text("l")))
        assert found == (3, 4, 2, 3)
        assert scanner.next_object_write(6, 1, 2) is None
