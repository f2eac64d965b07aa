"""A recording as SQL tables, kept in a file beside it."""

from __future__ import annotations

SUFFIX = ".sqlite"


def index_path(recording: str) -> str:
    """Where the tables of a recording are kept."""
    return recording + SUFFIX
