"""What the app gives back of its memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

from escope_tui.tui.heaps import LARGE

FREED = """
from escope_tui.tui.heaps import give_back

def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))

held = [bytes(5000) for _ in range(20_000)]
last = held[-1]
del held
before = resident()
give_back()
print(before - resident())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux's allocator")
def test_what_was_freed_goes_back_to_the_machine() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 60_000, "kB, of the hundred thousand that were freed"


KEPT = """
import ctypes
from escope_tui.tui.heaps import LARGE, few_heaps

class GivenOut(ctypes.Structure):
    _fields_ = [("others", ctypes.c_size_t * 4), ("mapped", ctypes.c_size_t)]
    _fields_ += [("more", ctypes.c_size_t * 5)]

library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.malloc.argtypes = (ctypes.c_size_t,)
library.free.argtypes = (ctypes.c_void_p,)
library.mallinfo2.restype = GivenOut
few_heaps({sites})
library.free(library.malloc(16 << 20))
before = library.mallinfo2().mapped
library.malloc(8 << 20)
print(library.mallinfo2().mapped - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of Linux's allocator")
@pytest.mark.parametrize(("sites", "apart"), [(LARGE - 1, False), (LARGE, True)])
def test_the_blocks_of_a_large_program_lie_where_they_go_back_when_they_are_freed(
    sites: int, apart: bool
) -> None:
    program = KEPT.replace("{sites}", str(sites))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    if "mallinfo2" in done.stderr:
        pytest.skip("a C library without mallinfo2")
    assert (int(done.stdout) > 0) is apart
