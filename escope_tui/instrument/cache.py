"""Rewritten code on disk: one file per source, path and settings; damage is a miss."""

from __future__ import annotations

import marshal
import os
import sys
from _blake2 import blake2b

import escope_tui

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

REWRITER = 3
"""Raised whenever the rewriter's output changes."""

_MAGIC = b"escope-code\n"
_DIGEST = 16


_CODE = type((lambda: None).__code__)


class Unit:
    """A module ready to be registered; without sites it is plain code, for a reason."""

    __slots__ = ("code", "functions", "reason", "sites", "table")

    def __init__(
        self,
        code: CodeType,
        functions: tuple[Any, ...],
        sites: tuple[Any, ...],
        table: bytes,
        reason: str,
    ) -> None:
        self.code = code
        self.functions = functions
        self.sites = sites
        self.table = table
        """The rest of the JSON object that describes the module in the recording."""
        self.reason = reason


def _digest(*parts: bytes) -> bytes:
    made = blake2b(digest_size=_DIGEST)
    for part in parts:
        made.update(len(part).to_bytes(8, "little"))
        made.update(part)
    return made.digest()


def key(source: bytes, path: str, *settings: object) -> str:
    """The name under which the code of a source is kept."""
    facts = (
        getattr(escope_tui, "__version__", ""),
        REWRITER,
        sys.implementation.cache_tag,
        sys.hexversion,
        sys.flags.optimize,
        settings,
    )
    return _digest(source, os.fsencode(path), repr(facts).encode()).hex()


def load(folder: str, name: str) -> Unit | None:
    """The unit kept under `name`, or None."""
    try:
        with open(_file(folder, name), "rb") as stream:
            data = stream.read()
        head = len(_MAGIC)
        body = data[head + _DIGEST :]
        if data[:head] != _MAGIC or data[head : head + _DIGEST] != _digest(body):
            return None
        unit = Unit(*marshal.loads(body))
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return unit if isinstance(unit.code, _CODE) else None


def store(folder: str, name: str, unit: Unit) -> None:
    """Keep a unit; a place that cannot be written is no error."""
    path = _file(folder, name)
    try:
        body = marshal.dumps((unit.code, unit.functions, unit.sites, unit.table, unit.reason))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        draft = f"{path}.{os.getpid()}"
        try:
            with open(draft, "wb") as stream:
                stream.write(_MAGIC + _digest(body) + body)
            os.replace(draft, path)
        except OSError:
            os.unlink(draft)
            raise
    except (OSError, ValueError):
        pass


def _file(folder: str, name: str) -> str:
    return os.path.join(folder, name[:2], name[2:])
