"""From source to code that records itself: the one entry point of the package."""

from __future__ import annotations

import sys
from _thread import RLock

from escope_tui.instrument import cache
from escope_tui.instrument.bind import bind_sites
from escope_tui.instrument.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any, Protocol

    class Core(Protocol):
        """What is used of `escope_tui._speedups.capture`."""

        def register_module(
            self, path: str, modname: str, functions: tuple[Any, ...], sites: tuple[Any, ...]
        ) -> list[Any]: ...
        def module_count(self) -> int: ...
        def emit_blob(self, kind: int, data: bytes) -> None: ...


MODULE_TABLE = 1
"""Kind of the blob that carries a module's tables and source into the recording."""

NOTE = 3
"""Kind of a blob that is one line of text about the recording."""

notes: list[tuple[str, str]] = []
"""Modules that run plain although they were wanted: path and reason."""

lock = RLock()
"""Held while a module is registered: its number is then `core.module_count() - 1`."""

tables: list[bytes] | None = None
"""What was told of each registered module, where it will have to be told again."""

numbers: dict[tuple[str, str], int] = {}
"""The number of each registered module, by path and name, where `tables` are kept."""


def compile_source(
    source: bytes | str,
    path: str,
    modname: str,
    *,
    core: Core,
    kind: str = "module",
    cache_dir: str | None = None,
    iterations: bool = True,
    then: Callable[[Any], None] | None = None,
) -> CodeType:
    """Code of a module that tells `core` what it does; plain code when that cannot be had.

    `then` changes the tree before it is compiled; such code is not cached. Raises what `compile`
    raises for a source that is not Python.
    """
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    cache_dir = None if then else cache_dir
    key = cache.key(data, path, "t" if isinstance(source, str) else "b", iterations)
    unit = cache.load(cache_dir, key) if cache_dir else None
    if unit is None:
        from escope_tui.instrument.rewrite import rewrite

        unit = rewrite(source, path, iterations=iterations, then=then)
        if cache_dir:
            cache.store(cache_dir, key, unit)
    if not unit.sites:
        if unit.reason:
            notes.append((path, unit.reason))
            core.emit_blob(NOTE, f"{path}: {unit.reason}".encode("utf-8", "replace"))
        return unit.code
    return load(unit, path, modname, core)


def load(unit: cache.Unit, path: str, modname: str, core: Core) -> CodeType:
    """Register a rewritten module with the core and bind its sites."""
    with lock:
        made = core.register_module(path, modname, unit.functions, unit.sites)
        number = core.module_count() - 1
        head = f'{{"module": {number}, "path": {quote(path)}, "modname": {quote(modname)}, '
        table = head.encode("utf-8", "surrogatepass") + unit.table
        if tables is not None:
            tables.append(table)
            numbers[path, modname] = number
        core.emit_blob(MODULE_TABLE, table)
    return bind_sites(unit.code, made)


def optimization() -> int:
    """The optimization level that code is compiled with."""
    return sys.flags.optimize
