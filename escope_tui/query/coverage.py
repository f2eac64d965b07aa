"""Which lines ran, and where to begin."""

from __future__ import annotations

from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..model.answers import Coverage, Failure
from .exceptions import iter_exceptions, uncaught_exceptions
from .hits import line_counts

if TYPE_CHECKING:
    from ..replay.recording import Replay


def read_coverage(rec: Replay, file: str | None = None) -> list[Coverage]:
    """Executed lines with counts, and lines that never ran, of one file or of all."""
    partial = any(chunk.flags & 4 for chunk in rec.file.chunks) or not rec.complete
    found = []
    paths = rec.files() if file is None else [rec.program.paths[rec.program.modules_of(file)[-1]]]
    for path in paths:
        counts = line_counts(rec, path)
        missed = tuple(sorted(line for line, count in counts.items() if not count))
        ordered = dict(sorted(counts.items()))
        found.append(Coverage(path, MappingProxyType(ordered), missed, partial))
    return found


def find_first_failure(rec: Replay) -> Failure:
    """What went wrong first: an uncaught exception, else a failed assert that was caught, else the
    recording's end.
    """
    wanted = [each for each in uncaught_exceptions(rec) if not _leaves(each.type_name)]
    reason = "uncaught"
    if not wanted and any(_asserts(name) for _, name in rec.file.types.values()):
        failed = (each for each in iter_exceptions(rec, -1, 1) if _asserts(each.type_name))
        wanted, reason = list(islice(failed, 1)), "assert"
    for first in wanted:
        text = f"{first.type_name}: {first.message}" if first.message else first.type_name
        return Failure(first.step, reason, text)
    return Failure(max(len(rec) - 1, 0), "end")


def _asserts(name: str) -> bool:
    return name.endswith("AssertionError")


def _leaves(name: str) -> bool:
    return name.rpartition(".")[2] in ("SystemExit", "GeneratorExit")
