"""Memory while the app runs: what threads give back, and when the collector looks for cycles."""

from __future__ import annotations

import gc
import sys

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""From glibc's <malloc.h>."""
HEAPS = 2
LARGE = 20_000
"""From so many sites on the blocks of a decoded chunk lie apart from the heaps."""
APART = 1 << 20
"""Blocks of so many bytes then, which go back to the machine when they are freed. That costs their
fresh pages: a tenth more time for a chunk.
"""
YOUNG = 10_000
"""So many new objects make the collector run, even if the person never rests."""
RESTING = 500
"""And so many while nothing is to be done."""
OLD = 10
"""After so many looks at what is new, all of it is looked through: at rest, for it takes long."""
NEVER = 10_000
"""So many looks never come between two rests."""


def give_back() -> None:
    """With glibc, gives the machine what has been freed, which it keeps else; elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return  # another C library


def few_heaps(sites: int = 0) -> None:
    """With glibc, lets all threads share `HEAPS` heaps, and keeps large blocks out of them for a
    program of very many sites; elsewhere nothing.

    Each thread would get one of its own, and what it frees of a decoded chunk stays there.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)
        if sites >= LARGE:
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, APART)
    except (AttributeError, OSError):
        return  # another C library


def freeze_start() -> None:
    """What the start has made is never looked through again, what comes later at rest: see
    `collect_young`. To be called with the collector disabled, which enables it.
    """
    gc.freeze()
    gc.set_threshold(YOUNG, gc.get_threshold()[1], NEVER)
    gc.enable()


def collect_young() -> None:
    """Looks for cycles in what is new, now that nobody waits for a key's picture."""
    if not gc.isenabled():
        return
    new, _, looks = gc.get_count()
    if looks >= OLD:
        gc.collect()
    elif new > RESTING:
        gc.collect(1)
