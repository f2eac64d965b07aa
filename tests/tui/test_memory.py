"""What the app gives back of its memory."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
