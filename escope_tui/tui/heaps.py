"""Keeps what one thread has given back for the others to use."""

from __future__ import annotations

import sys

M_ARENA_MAX = -8
"""From glibc's <malloc.h>."""
HEAPS = 2


def give_back() -> None:
    """With glibc, gives the machine what has been freed, which it keeps else; elsewhere nothing."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError):
        return  # another C library


def few_heaps() -> None:
    """With glibc, lets all threads share `HEAPS` heaps; elsewhere nothing.

    Each thread would get one of its own, and what it frees of a decoded chunk stays there.
    """
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)
    except (AttributeError, OSError):
        return  # another C library
