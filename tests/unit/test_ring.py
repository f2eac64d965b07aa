"""The ring between the program and the launcher, with both of its ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

BOTH_ENDS = """
import os, sys
from escope_tui._speedups import capture, ring
from escope_tui.launcher.spawn import memory_file

SIZE, BLOB, BEHIND, ROUNDS = 1 << 20, 1000, int(sys.argv[1]), 4000
fd = memory_file("ring", ring.HEADER_SIZE + SIZE)
reader = ring.Ring(fd, SIZE)
reader.launcher_pid = os.getppid()
capture.attach(fd, SIZE)
capture.start()
taken = bytearray()

def take():
    while reader.pending():
        with reader.view(SIZE) as view:
            taken.extend(view)
            count = len(view)
        reader.consume(count)

for number in range(ROUNDS):
    capture.emit_blob(9, number.to_bytes(4, "little") * (BLOB // 4))
    if number % BEHIND == 0:
        take()
capture.stop()
take()
assert not reader.pending()
blobs = bytes(taken).count(b"\\x12\\x09\\0\\0\\0\\xe8\\x03\\0\\0")
order = all(number.to_bytes(4, "little") * 250 in taken for number in range(0, ROUNDS, 97))
print(blobs, order, os.fstat(fd).st_blocks * 512 // 4096, reader.waited_ns)
"""


# 190 blobs are less than three sixteenths of the ring: what is free wherever the writer jumped.


def both_ends(behind: int) -> tuple[int, bool, int, int]:
    """Blobs of a thousand bytes through a ring of 1 MiB, taken out after so many of them.

    Returns how many of the 4,000 came out, whether they are whole, the pages of memory that the
    ring has, and the nanoseconds that its writer has waited.
    """
    done = subprocess.run(
        [sys.executable, "-c", BOTH_ENDS, str(behind)],
        capture_output=True,
        text=True,
        timeout=60,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
    )
    assert done.returncode == 0, done.stderr
    blobs, whole, pages, waited = done.stdout.split()
    return int(blobs), whole == "True", int(pages), int(waited)


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="memory is counted by page on Linux")
def test_a_reader_that_keeps_up_leaves_most_of_the_ring_untouched() -> None:
    blobs, whole, pages, waited = both_ends(behind=16)
    assert (blobs, whole, waited) == (4000, True, 0)
    assert pages <= 1 + (1 << 20) // 4 // 4096 + 1  # the header, a quarter, the last one's end


@pytest.mark.parametrize("behind", [63, 190])
def test_a_reader_that_falls_behind_gets_everything_without_a_wait_of_the_writer(
    behind: int,
) -> None:
    blobs, whole, _, waited = both_ends(behind)
    assert (blobs, whole, waited) == (4000, True, 0)
