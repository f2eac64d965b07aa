"""Tells the recording what the program writes to stdout and stderr, as it was written.

The streams stay what they are. Those of C types are followed below what a program can see of
them; of the others two methods (and one of the buffer below) are shadowed by instance attributes
that note the text and then call the original.
"""

from __future__ import annotations

import sys

from escope_tui._speedups.boot import Tee, leave_streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def install(sink: Callable[[int, Any], object]) -> None:
    """Puts the tees in place; `sink` is called with 1 or 2 and what is written."""
    seen: list[object] = []
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        if stream is not None and stream not in seen:
            seen.append(stream)
            _shadow(sink, number, stream)


_shadows: list[tuple[Any, str, Any, Any]] = []
"""Stream, name, what stands there, what stood there before (None: nothing of its own)."""


def uninstall() -> None:
    """Takes away the tees that still stand where they were put."""
    leave_streams()
    while _shadows:
        stream, name, mine, before = _shadows.pop()
        own = getattr(stream, "__dict__", {})
        if own.get(name) is mine:
            if before is None:
                delattr(stream, name)
            else:
                setattr(stream, name, before)


def _put(stream: Any, name: str, mine: Any) -> bool:
    """False for a stream of someone's own make that takes no attributes, and is not recorded."""
    before = getattr(stream, "__dict__", {}).get(name)
    try:
        setattr(stream, name, mine)
    except AttributeError:
        return False
    _shadows.append((stream, name, mine, before))
    return True


def _shadow(sink: Callable[[int, Any], object], number: int, stream: Any) -> None:
    below = getattr(stream, "buffer", None)
    if not Tee(sink, number).follow(stream, True):
        tee = Tee(sink, number, write=stream.write, flush=stream.flush)
        if not (_put(stream, "write", tee.write) and _put(stream, "flush", tee.flush)):
            return
    if below is not None and not Tee(sink, number).follow(below, False):
        _put(below, "write", Tee(sink, number, raw=getattr(below, "write", None)).raw)
