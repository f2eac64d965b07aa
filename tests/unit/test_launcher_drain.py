"""The loop between the ring and the file, with a writer of the test's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from escope_tui.launcher import drain as module
from escope_tui.launcher.drain import Drain
from escope_tui.launcher.spawn import memory_file

ring_module = pytest.importorskip("escope_tui._speedups.ring")
SIZE = 1 << 16


class Writer:
    """Takes records of four bytes, like a packer that takes whole events only."""

    def __init__(self) -> None:
        self.data = b""
        self.flushes = 0
        self.fails = False
        self.hurried = False
        self.pieces: list[tuple[int, bool]] = []

    def feed(self, data: Any) -> int:
        if self.fails:
            raise OSError("no space left on the disk")
        self.pieces.append((len(data), self.hurried))
        count = len(data) // 4 * 4
        self.data += bytes(data[:count])
        return count

    def flush(self) -> None:
        self.flushes += 1


class Target:
    """The writing end of a ring, through the file behind it."""

    def __init__(self) -> None:
        self.fd = memory_file("ring", ring_module.HEADER_SIZE + SIZE)
        self.ring = ring_module.Ring(self.fd, SIZE)
        self.head = 0

    def write(self, data: bytes) -> None:
        for place, byte in enumerate(data, self.head):
            os.pwrite(self.fd, bytes([byte]), ring_module.HEADER_SIZE + place % SIZE)
        self.head += len(data)
        os.pwrite(self.fd, self.head.to_bytes(8, "little"), 64)


@pytest.fixture
def target() -> Iterator[Target]:
    made = Target()
    yield made
    made.ring.close()
    os.close(made.fd)


def test_what_is_pending_is_one_piece_across_the_end_of_the_ring(target: Target) -> None:
    writer = Writer()
    drain = Drain(target.ring, writer)
    target.write(b"a" * (SIZE - 8))
    assert drain.pump() == SIZE - 8
    target.write(bytes(range(16)))
    assert target.ring.view(100).tobytes() == bytes(range(16))
    assert drain.pump() == 16
    assert writer.data.endswith(bytes(range(16)))
    assert target.ring.pending() == 0
    assert target.ring.tail == SIZE + 8


def test_an_event_that_a_piece_cuts_is_taken_with_the_next(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 10)
    writer = Writer()
    drain = Drain(target.ring, writer)
    target.write(b"0123456789abcdef")
    assert [drain.pump(), drain.pump(), drain.pump()] == [8, 8, 0]
    assert writer.data == b"0123456789abcdef"
    assert not drain.problem


def test_the_writer_is_hurried_while_more_than_a_quarter_of_the_ring_waits(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", SIZE // 4)
    writer = Writer()
    drain = Drain(target.ring, writer)
    target.write(b"abcd" * (SIZE // 8))
    while drain.pump():
        pass
    assert writer.pieces == [(SIZE // 4, True), (SIZE // 4, False)]


def test_a_writer_that_fails_does_not_stop_the_program(target: Target) -> None:
    writer = Writer()
    drain = Drain(target.ring, writer)
    target.write(b"good")
    drain.pump()
    writer.fails = True
    target.write(b"lost")
    assert drain.pump() == 4
    assert "no space" in drain.problem
    assert target.ring.pending() == 0
    assert writer.data == b"good"


def test_a_damaged_header_ends_the_recording(target: Target) -> None:
    drain = Drain(target.ring, Writer())
    os.pwrite(target.fd, (1 << 60).to_bytes(8, "little"), 64)
    assert drain.pump() == 0
    assert "damaged" in drain.problem


def test_the_loop_ends_with_the_process_and_takes_what_is_left(target: Target) -> None:
    writer = Writer()
    target.write(b"left")
    process = subprocess.Popen([sys.executable, "-c", ""])
    Drain(target.ring, writer).run(process)
    assert process.returncode == 0
    assert writer.data == b"left"


def test_a_quiet_stream_is_flushed_after_a_while(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK_SECONDS", 0.05)
    writer = Writer()
    target.write(b"once")
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.3)"])
    Drain(target.ring, writer).run(process)
    assert writer.flushes == 1


def test_an_idle_program_costs_next_to_nothing(target: Target) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])
    before = os.times()
    Drain(target.ring, Writer()).run(process)
    after = os.times()
    assert (after.user + after.system) - (before.user + before.system) < 0.1


@pytest.mark.parametrize("size", [0, 100, 4096 * 3])
def test_a_ring_has_the_size_of_a_power_of_two(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        ring_module.Ring(0, size)
