"""Tells how far the tables of a query are built, on standard error."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..query.sql.index import Told

SLOW_SECONDS = 0.5
"""What is ready by then is not told of."""


def told() -> Told:
    """Tells how far building has come, where it takes a while and somebody reads along."""
    began = last = time.monotonic()
    drawing = sys.stderr.isatty()
    pause = 0.2 if drawing else 5.0

    def tell(table: str, share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if share >= 1.0:
            if drawing and last > began:
                sys.stderr.write("\r\x1b[K")
        elif now - began > SLOW_SECONDS and now - last > pause:
            last = now
            text = f"escope: building {table}: {share:.0%} (Ctrl-C stops)"
            sys.stderr.write(f"\r\x1b[K{text}" if drawing else f"{text}\n")
            sys.stderr.flush()

    return tell
