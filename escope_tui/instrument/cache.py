"""Rewritten code on disk: one file per source, path and settings; damage is a miss."""

from __future__ import annotations

import marshal
import os
import sys
from _imp import source_hash

import escope_tui
from escope_tui import _speedups

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

REWRITER = 34
"""Raised whenever the rewriter's output changes."""

_MAGIC = b"escope-code\n"
_DIGEST = 16


_CODE = type((lambda: None).__code__)


class Unit:
    """A module ready to be registered; without sites it is plain code, for a reason."""

    __slots__ = ("code", "functions", "reason", "sites", "table", "warned")

    def __init__(
        self,
        code: CodeType,
        functions: tuple[Any, ...],
        sites: tuple[Any, ...],
        table: bytes,
        reason: str,
        warned: bool = False,
    ) -> None:
        self.code = code
        self.functions = functions
        self.sites = sites
        self.table = table
        """The rest of the JSON object that describes the module in the recording."""
        self.reason = reason
        self.warned = warned
        """The compiler has something to say about the source, as far as that was asked for."""


def _digest(*parts: bytes) -> bytes:
    """128 bits that tell pieces of data from all others; they guard against chance, not malice.

    `hashlib` and what stands below it would have to be loaded first, into each recorded program.
    """
    whole = b"".join([b"%d:" % len(part) for part in parts] + list(parts))
    return source_hash(1, whole) + source_hash(2, whole)


def key(source: bytes, path: str, *settings: object) -> str:
    """The name under which the code of a source is kept."""
    facts = (
        getattr(escope_tui, "__version__", ""),
        REWRITER,
        _speedups.ABI,
        sys.implementation.cache_tag,
        sys.hexversion,
        sys.flags.optimize,
        settings,
    )
    return _digest(source, os.fsencode(path), repr(facts).encode()).hex()


def load(folder: str, name: str) -> Unit | None:
    """The unit kept under `name`, or None."""
    body = load_bytes(folder, name)
    if body is None:
        return None
    try:
        unit = Unit(*marshal.loads(body))
    except (ValueError, EOFError, TypeError):
        return None
    return unit if isinstance(unit.code, _CODE) else None


def store(folder: str, name: str, unit: Unit) -> None:
    """Keep a unit; a place that cannot be written is no error."""
    facts = (unit.code, unit.functions, unit.sites, unit.table, unit.reason, unit.warned)
    try:
        body = marshal.dumps(facts)
    except ValueError:
        return
    store_bytes(folder, name, body)


def load_bytes(folder: str, name: str) -> bytes | None:
    """What was kept under `name`, whole and undamaged, or None."""
    try:
        with open(_file(folder, name), "rb", 0) as stream:
            data = stream.read()
    except OSError:
        return None
    head = len(_MAGIC)
    body = data[head + _DIGEST :]
    if data[:head] != _MAGIC or data[head : head + _DIGEST] != _digest(body):
        return None
    return body


def store_bytes(folder: str, name: str, body: bytes) -> None:
    """Keep some bytes; a place that cannot be written is no error."""
    path = _file(folder, name)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        draft = f"{path}.{os.getpid()}"
        try:
            with open(draft, "wb") as stream:
                stream.write(_MAGIC + _digest(body) + body)
            os.replace(draft, path)
        except OSError:
            os.unlink(draft)
            raise
    except OSError:
        pass


def _file(folder: str, name: str) -> str:
    return os.path.join(folder, name[:2], name[2:])
