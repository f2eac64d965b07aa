"""Random event streams come back as the model has them, also from cut and damaged files."""

from __future__ import annotations

import itertools
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from escope_tui._speedups import unpack
from escope_tui.errors import EscopeError
from escope_tui.format import writer as writer_module
from escope_tui.format.reader import RecordingFile
from escope_tui.format.recipes import name_hash
from escope_tui.format.writer import RecordingWriter
from tests.helpers import rawstream as rs
from tests.helpers.rawcompare import check_step, key, plain
from tests.helpers.rawrandom import Player

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 300),
    st.integers(),
    st.integers(2**62, 2**64),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.sampled_from(["\ud800", "a" * 300, Ellipsis, NotImplemented, 0.0, -0.0, 1.0]),
    st.builds(rs.Oid, st.integers(0, 20)),
    st.builds(rs.Depth, st.integers(0, 9)),
    st.builds(rs.CutText, st.text(max_size=4), st.integers(100, 999), st.integers(0, 2**64 - 1)),
    st.builds(rs.CutInt, st.booleans(), st.integers(900, 999), st.binary(min_size=8, max_size=8)),
)
values = st.one_of(
    scalars, st.recursive(scalars, lambda s: st.lists(s, max_size=4).map(tuple), max_leaves=8)
)
choices = st.lists(st.tuples(st.integers(0, 31), st.integers(0, 99), values), max_size=150)
relaxed = settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def fix_oids(value: Any, player: Player) -> Any:
    """Inner references name living objects too."""
    if isinstance(value, tuple):
        return tuple(fix_oids(item, player) for item in value)
    return rs.Oid(player.some_oid(value.oid)) if isinstance(value, rs.Oid) else value


def play(script: list[tuple[int, int, Any]]) -> rs.RawStream:
    player = Player()
    for op, a, value in script:
        player.play(op, a, fix_oids(value, player))
    player.stream.end(3)
    return player.stream


def write(
    path: Path,
    stream: rs.RawStream,
    chunk_steps: int,
    pieces: int = 0,
    flush: int = 0,
    big: int = 256,
) -> dict[str, Any]:
    writer = RecordingWriter(
        str(path),
        {"command": ["test"]},
        chunk_steps=chunk_steps,
        big_object=big,
        big_budget=0,
        pool_slack=0,
    )
    data = bytes(stream.data)
    at = 0
    end = 0
    while at < len(data):
        end = min(len(data), end + pieces) if pieces else len(data)
        at += writer.feed(memoryview(data)[at:end])
        if flush and at % flush == 0:
            writer.flush()
        assert end < len(data) or at == len(data)
    return writer.finish()


def check_file(file: RecordingFile, stream: rs.RawStream, seed: int) -> None:
    assert file.steps == len(stream.at_step)
    cursor = unpack.Cursor(file)
    order = list(range(file.steps))
    for step in order:
        cursor.seek(step)
        check_step(cursor, step, stream.at_step[step])
    for step in reversed(order):
        cursor.seek(step)
        check_step(cursor, step, stream.at_step[step])
    Random(seed).shuffle(order)
    for step in order:
        cursor.seek(step)
        check_step(cursor, step, stream.at_step[step])


@relaxed
@given(
    choices,
    st.integers(1, 60),
    st.sampled_from([0, 1, 7, 50]),
    st.sampled_from([0, 2, 5]),
    st.sampled_from([1, 5, 256]),
)
def test_a_random_stream_comes_back_step_by_step(
    tmp_path: Path, script: list[Any], chunk_steps: int, pieces: int, flush: int, big: int
) -> None:
    stream = play(script)
    facts = write(tmp_path / "a.esr", stream, chunk_steps, pieces, flush, big)
    assert facts["steps"] == len(stream.at_step)
    with RecordingFile(tmp_path / "a.esr") as file:
        assert file.complete
        assert file.exit_status == 3
        check_file(file, stream, len(script))
        assert list(file.output(-1)) == stream.outputs


@relaxed
@given(
    st.lists(st.tuples(st.integers(0, 31), st.integers(0, 99), values), min_size=1, max_size=5),
    st.integers(2, 9),
    st.sampled_from([7, 4000]),
)
def test_what_repeats_comes_back_too(
    tmp_path: Path, script: list[Any], times: int, chunk_steps: int
) -> None:
    stream = play(script * times)
    write(tmp_path / "a.esr", stream, chunk_steps)
    with RecordingFile(tmp_path / "a.esr") as file:
        check_file(file, stream, times)


@relaxed
@given(
    st.lists(st.tuples(st.integers(0, 31), st.integers(0, 99), values), min_size=1, max_size=9),
    st.integers(1, 6),
    st.sampled_from([5, 60]),
    st.integers(0, 2**32),
)
def test_whatever_recipes_say_the_values_are_those_that_came(
    tmp_path: Path, script: list[Any], times: int, chunk_steps: int, seed: int
) -> None:
    stream = play(script * times)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer_module, "recipes_of", lambda *_: wild_recipes(Random(seed)))
        write(tmp_path / "a.esr", stream, chunk_steps, big=1)
    with RecordingFile(tmp_path / "a.esr") as file:
        assert file.modules[0]["recipes"]
        check_file(file, stream, seed)


def wild_recipes(random: Random) -> tuple[list[Any], list[Any]]:
    """Recipes for every site that have nothing to do with a program."""
    constants = [0, 1, -1, 2**62, 0.5, -0.0, 1e300, 3]
    pushes = [(1, 4), (1, 4), (2, 3), (3, 8), (7, 3), (9, 4), (11, 1)]
    others = [4, 5, 5, 6, 8, *range(16, 30), *range(32, 53), 10, 99]
    rows: list[Any] = []
    for site in range(len(rs.SITES)):
        for kind in range(1, 9):
            for _ in range(2):
                code: list[int] = []
                for _ in range(random.randrange(1, 4)):
                    op, many = random.choice(pushes)
                    code += [op, random.randrange(many)]
                    if random.random() < 0.3:
                        code += [random.choice(others), random.randrange(4)]
                code += [random.choice(others), 0] * (len(code) // 2 - 1)
                name = name_hash(random.choice(["work", "gen"]))
                a = random.choice([0, 0, 1, 2, 255, 256]) if kind == 7 else random.randrange(4)
                rows.append([site, kind, a * (kind in (1, 3, 7)), name, code])
        if random.random() < 0.3:
            rows.append([site, 9, random.randrange(4), random.randrange(2), []])
    return rows, constants


@relaxed
@given(choices, st.integers(1, 60))
def test_events_and_steps_are_listed_alike_in_both_directions(
    tmp_path: Path, script: list[Any], chunk_steps: int
) -> None:
    stream = play(script)
    write(tmp_path / "a.esr", stream, chunk_steps)
    with RecordingFile(tmp_path / "a.esr") as file:
        scanner = unpack.Scanner(file)
        kinds = {2: "return", 4: "yield", 8: "sent", 64: "exception", 128: "exception"}
        found = [
            (step, kinds[kind], key(plain(value)))
            for step, kind, _, _, _, value in scanner.events(-1, file.steps, sum(kinds))
        ]
        assert found == [(step, kind, key(value)) for step, kind, value in stream.events]
        rows = list(scanner.steps(0, file.steps))
        assert [(row[2], row[3], row[1]) for row in rows] == [s.current for s in stream.at_step]
        sites = {row[1] for row in rows}
        for site in sites:
            hits = [row[0] for row in rows if row[1] == site]
            assert walk(scanner, file.steps, 1, site) == hits
            assert walk(scanner, file.steps, -1, site) == hits[::-1]
        for frame in {row[3] for row in rows}:
            own = [row[0] for row in rows if row[3] == frame]
            first, last = scanner.frame_range(frame)
            assert first == own[0]
            assert last >= own[-1]
            assert scanner.next_frame_step(0, 1, frame) == own[0]
            assert scanner.next_frame_step(file.steps, -1, frame) == own[-1]


def walk(scanner: Any, steps: int, direction: int, site: int) -> list[int]:
    """All hits of a site, one question after the other."""
    found = []
    at = 0 if direction > 0 else steps - 1
    while (at := scanner.next_site(at, direction, {site})) >= 0:
        found.append(at)
        at += direction
    return found


@relaxed
@given(choices, st.integers(1, 60))
@example(script=[(6, 0, None), (4, 0, None), (0, 0, None), (4, 0, None)], chunk_steps=1)
def test_writes_are_found_alike_in_both_directions(
    tmp_path: Path, script: list[Any], chunk_steps: int
) -> None:
    stream = play(script)
    write(tmp_path / "a.esr", stream, chunk_steps)
    with RecordingFile(tmp_path / "a.esr") as file:
        scanner = unpack.Scanner(file)
        for slot in range(3):
            check_changes(
                [state.names.get(slot) for state in stream.at_step],
                lambda at, way, slot=slot: scanner.next_function_write(at, way, 0, 0, slot),
            )
        for frame in {state.current[1] for state in stream.at_step} - {1}:
            lives = [
                s.frames[frame].slots.get(2) if frame in s.frames else None for s in stream.at_step
            ]
            check_changes(
                lives, lambda at, way, frame=frame: scanner.next_write(at, way, frame, 2), False
            )


def check_changes(values: list[Any], ask: Any, whole: bool = True) -> None:
    """Every change between two steps is found as a write that shows first there."""
    last = len(values) - 1
    forward = []
    at = -1
    while (found := ask(at, 1)) is not None:
        forward.append(found[1])
        assert found[1] > at
        assert found[0] < found[1] or found[0] == found[1]
        at = found[1]
    backward = []
    at = last + 1
    while (found := ask(at, -1)) is not None:
        backward.append(found[1])
        assert found[1] <= at
        at = found[1] - 1
    assert forward == sorted(set(backward))
    if whole:
        for step, (a, b) in enumerate(itertools.pairwise(values), 1):
            assert key(a) == key(b) or step in forward


@settings(relaxed, max_examples=8)
@given(choices, st.integers(5, 40))
def test_a_cut_file_opens_with_all_its_whole_chunks(
    tmp_path: Path, script: list[Any], chunk_steps: int
) -> None:
    stream = play(script)
    write(tmp_path / "a.esr", stream, chunk_steps)
    data = (tmp_path / "a.esr").read_bytes()
    with RecordingFile(tmp_path / "a.esr") as whole:
        chunks = whole.chunks
    for size in range(0, len(data), 1 + len(data) // 300):
        (tmp_path / "b.esr").write_bytes(data[:size])
        try:
            file = RecordingFile(tmp_path / "b.esr")
        except EscopeError:
            assert size < 20
            continue
        with file:
            assert not file.complete
            kept = [info for info in chunks if info.offset + info.size <= size]
            assert file.chunks == kept
            if file.steps:
                cursor = unpack.Cursor(file)
                cursor.seek(file.steps - 1)
                check_step(cursor, file.steps - 1, stream.at_step[file.steps - 1])


@settings(relaxed, max_examples=30)
@given(choices, st.integers(5, 40), st.integers(0, 2**32))
def test_flipped_bits_give_an_error_or_the_truth(
    tmp_path: Path, script: list[Any], chunk_steps: int, seed: int
) -> None:
    stream = play(script)
    write(tmp_path / "a.esr", stream, chunk_steps)
    data = bytearray((tmp_path / "a.esr").read_bytes())
    random = Random(seed)
    for _ in range(12):
        at = random.randrange(len(data))
        bit = 1 << random.randrange(8)
        data[at] ^= bit
        (tmp_path / "b.esr").write_bytes(data)
        data[at] ^= bit
        try:
            with RecordingFile(tmp_path / "b.esr") as file:
                cursor = unpack.Cursor(file)
                for step in range(min(file.steps, len(stream.at_step))):
                    try:
                        cursor.seek(step)
                        check_step(cursor, step, stream.at_step[step])
                    except EscopeError:
                        continue
        except EscopeError:
            continue


@settings(relaxed, max_examples=60)
@given(choices, st.integers(5, 40), st.integers(0, 2**32))
def test_hostile_sections_behind_good_checksums_never_crash(
    tmp_path: Path, script: list[Any], chunk_steps: int, seed: int
) -> None:
    stream = play(script)
    write(tmp_path / "a.esr", stream, chunk_steps)
    random = Random(seed)
    with RecordingFile(tmp_path / "a.esr") as file:
        for _ in range(10):
            fake = Hostile(file, random)
            try:
                cursor = unpack.Cursor(fake)
                for _ in range(20):
                    cursor.seek(random.randrange(max(file.steps, 1)))
                    frame = cursor.current()[1]
                    cursor.bindings(frame)
                    cursor.stack(frame)
                    for oid in range(1, 12):
                        cursor.object(oid)
                        cursor.object(oid, 1)
                        for role in range(3):
                            cursor.members(oid, role, 1, 4)
                cursor.seek_end()
                scanner = unpack.Scanner(fake)
                list(scanner.events(-1, file.steps, 0x1FFFF))
                for step in range(file.steps):
                    scanner.changed(step)
                    for oid in range(1, 5):
                        scanner.next_object_write(step, -1, oid)
                    scanner.next_depth(step, -1, 0, 1)
            except (EscopeError, KeyError, IndexError):
                continue


class Hostile:
    """A file whose sections were changed behind its checksums."""

    def __init__(self, file: RecordingFile, random: Random) -> None:
        self.file = file
        self.random = random
        self.modules = file.modules
        self.chunks = file.chunks
        self.steps = file.steps
        self.n_sites = file.n_sites
        self.summaries = file.summaries
        self.tables = file.tables
        self.cache = None

    def spoil(self, data: bytes) -> bytes:
        spoiled = bytearray(data)
        for _ in range(self.random.randrange(4)):
            if spoiled:
                spoiled[self.random.randrange(len(spoiled))] = self.random.randrange(256)
        return bytes(spoiled)

    def load_chunk(self, number: int) -> tuple[bytes, bytes, bytes, bytes | None]:
        main, strings, output, times = self.file.load_chunk(number)
        told = None if times is None else self.spoil(times)
        return self.spoil(main), self.spoil(strings), self.spoil(output), told

    def load_index(self, number: int) -> bytes:
        return self.spoil(self.file.load_index(number))

    def load_summary(self, number: int) -> bytes:
        return self.spoil(self.file.load_summary(number))


@pytest.mark.parametrize("junk", [b"\xff", b"\x01\xff\xff\xff\xff", b"\x06" + b"\0" * 10])
def test_a_stream_that_makes_no_sense_is_refused_and_what_came_before_is_kept(
    tmp_path: Path, junk: bytes
) -> None:
    stream = play([(2, 1, "x"), (0, 1, 5), (2, 2, 7)])
    writer = RecordingWriter(str(tmp_path / "a.esr"), {})
    writer.feed(bytes(stream.data))
    with pytest.raises(EscopeError):
        writer.feed(junk)
    writer.finish()
    with RecordingFile(tmp_path / "a.esr") as file:
        check_file(file, stream, 1)
