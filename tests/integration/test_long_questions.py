"""Questions over many chunks: the answers of a scan, found without one."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui._speedups.unpack import Cursor, Scanner
from escope_tui.format.reader import RecordingFile
from escope_tui.query.recording import Recording
from tests.helpers.rerecord import rerecorded

PROGRAM = """
import threading
settings = {"depth": 3}
mode = "first"
class Node:
    def __init__(self, value):
        self.value = value
        self.label = "n%d" % value
        self.left = None
    def grow(self, depth):
        before = self.value
        self.value += depth
        if depth:
            self.left = Node(depth)
            self.left.grow(depth - 1)
        return before
def numbers(n):
    for i in range(n):
        got = yield i
        if got:
            return
def waits(root, log):
    seen = 0
    rare = None
    for i in numbers(40):
        root.grow(settings["depth"])
        log.append(i)
        if i % 13 == 5:
            rare = i
        if i == 20:
            exec("mode = 'second'", globals())
        seen += 1
    def inner():
        nonlocal seen
        seen += 1
        return rare
    inner()
    return seen
def outer():
    kept = Node(1000)
    kept.label = "kept"
    log = []
    total = waits(kept, log)
    thread = threading.Thread(target=waits, args=(Node(5), []))
    thread.start()
    thread.join()
    total += waits(kept, log)
    return total
outer()
"""


class Plain:
    """The same file without its summaries, its chunks said to have gaps: everything is scanned."""

    def __init__(self, file: RecordingFile) -> None:
        self._file = file
        self.summaries: list[Any] = []
        self.cache = None
        self.chunks = [info._replace(flags=info.flags | 4) for info in file.chunks]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program in very many small chunks."""
    folder = tmp_path_factory.mktemp("long")
    script = folder / "program.py"
    script.write_text(PROGRAM)
    return rerecorded(script, folder, chunk_steps=20)


@pytest.fixture
def both(trace: Path) -> Iterator[tuple[Recording, Recording]]:
    """The recording as it is, and as it looks to a reader that scans."""
    with RecordingFile(trace) as file, RecordingFile(trace) as same:
        plain: Any = Plain(same)
        yield (
            Recording(file, [Cursor(file), Cursor(file)], Scanner(file)),
            Recording(plain, [Cursor(plain), Cursor(plain)], Scanner(plain)),
        )


def steps_of(rec: Recording, count: int) -> list[int]:
    """Some steps, always the same."""
    return sorted(random.Random(3).sample(range(1, len(rec)), count))


def test_the_recording_has_more_chunks_than_one_summary_covers(trace: Path) -> None:
    with RecordingFile(trace) as file:
        assert len(file.chunks) > 150
        assert len(file.summaries) == -(-len(file.chunks) // 64)


@pytest.mark.parametrize(
    "target", ["seen", "rare", "self", "before", "mode", "settings", "log", "total"]
)
def test_writes_of_variables_are_those_of_a_scan(
    both: tuple[Recording, Recording], target: str
) -> None:
    rec, plain = both
    for step in steps_of(rec, 60):
        for ask in ("last_write", "next_write"):
            where = {"before" if ask == "last_write" else "after": step}
            fast, slow = getattr(rec, ask)(target, **where), getattr(plain, ask)(target, **where)
            assert told(fast) == told(slow), (step, ask)


@pytest.mark.parametrize("target", ["root.value", "root.label", "root.left", "self.label"])
def test_writes_of_attributes_are_those_of_a_scan(
    both: tuple[Recording, Recording], target: str
) -> None:
    rec, plain = both
    name = target.partition(".")[0]
    asked = 0
    for step in steps_of(rec, 400):
        if name not in rec.locals(step):
            continue
        asked += 1
        fast, slow = rec.last_write(target, before=step), plain.last_write(target, before=step)
        assert told(fast) == told(slow), step
    assert asked > 3


def told(write: Any) -> Any:
    """What a write says, as plain data."""
    if write is None:
        return None
    return write.step, write.visible, write.line, write.kind, str(write.value), str(write.old)


def test_movement_is_that_of_a_scan(both: tuple[Recording, Recording]) -> None:
    rec, plain = both
    for step in steps_of(rec, 150):
        for direction in (1, -1):
            for move in ("into", "over", "out", "same_line"):
                fast = getattr(rec.timeline, move)(step, direction)
                assert fast == getattr(plain.timeline, move)(step, direction), (step, move)


def test_frames_last_as_long_as_a_scan_says(both: tuple[Recording, Recording]) -> None:
    rec, _ = both
    spans: dict[int, list[int]] = {}
    for step in rec:
        spans.setdefault(step.frame_id, []).append(step.index)
    for frame, steps in spans.items():
        first, last = rec.scanner.frame_range(frame)
        assert first <= steps[0]
        assert steps[-1] <= last
        assert rec.next_frame_step(len(rec) - 1, -1, frame) == steps[-1]
        assert rec.next_frame_step(0, 1, frame) == steps[0]


def test_objects_that_a_chunk_does_not_touch_are_found_in_an_earlier_one(
    both: tuple[Recording, Recording],
) -> None:
    rec, plain = both
    for step in steps_of(rec, 80):
        for frame in rec.stack(step):
            for name, value in frame.locals.items():
                other = plain.locals(step, frame.frame_id)[name]
                assert value.summary(400) == other.summary(400), (step, name)


def test_a_rare_write_is_found_without_decoding_what_lies_between(trace: Path) -> None:
    with RecordingFile(trace) as file:
        loads: list[int] = []
        read = file.load_chunk

        def counted(number: int) -> tuple[bytes, bytes, bytes, bytes | None]:
            loads.append(number)
            return read(number)

        file.load_chunk = counted  # type: ignore[method-assign]
        rec = Recording(file, [Cursor(file), Cursor(file)], Scanner(file))
        end = len(rec) - 1
        assert rec.globals(end)["settings"]
        loads.clear()
        write = rec.last_write("settings", before=end)
        assert write is not None
        assert write.line == 3
        assert len(loads) < 8 < len(file.chunks) / 10


def test_a_file_without_footer_gives_the_same_answers(trace: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.esr"
    cut.write_bytes(trace.read_bytes()[:-24])
    with escope.open(str(cut)) as rec, escope.open(str(trace)) as whole:
        assert not rec.complete
        for step in steps_of(whole, 25):
            assert told(rec.last_write("rare", before=step)) == told(
                whole.last_write("rare", before=step)
            )


BUSY = """
def run(first):
    total = 0
    rare = None
    for n in range(200):
        total += n
        if n == 3:
            rare = n
        other(n)
    return first, total
def other(n):
    first = n
    return first
run("given")
"""


def test_a_variable_of_a_busy_frame_is_found_where_something_may_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "busy.py"
    script.write_text(BUSY)
    with escope.open(str(rerecorded(script, tmp_path, chunk_steps=20))) as rec:
        (call,) = rec.calls("run")
        assert call.exit is not None
        loaded: list[int] = []
        load = RecordingFile.load_chunk

        def counted(self: RecordingFile, number: int) -> Any:
            loaded.append(number)
            return load(self, number)

        monkeypatch.setattr(RecordingFile, "load_chunk", counted)
        for name, line in (("first", 14), ("rare", 8)):
            write = rec.last_write(name, before=call.exit)
            assert write is not None
            assert write.line == line
        assert len(loaded) < len(rec.file.chunks) / 4
