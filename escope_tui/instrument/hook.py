"""The import hook: every wanted module is loaded rewritten, by its own plain loader.

`get_code` is replaced on the two loader classes of the import system that compile source. So
finders, specs, `__loader__`, `__cached__`, reload, runpy, pkgutil and resources stay as they are,
and no ordinary .pyc is read or written for rewritten code.
"""

from __future__ import annotations

import _frozen_importlib_external as external
from _thread import get_ident

from escope_tui.instrument import compile as compiler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any

    from escope_tui.instrument.plan import Plan

_FROZEN = "<frozen importlib._bootstrap_external>"
"""Frames of this file name are cut out of tracebacks by the import system."""

_busy: set[int] = set()
"""Threads in which this package is at work: what it imports itself stays plain."""

_originals: dict[type, Any] = {}

_endings: dict[str, Callable[[], None]] = {}
"""What else has to be undone."""


def install(plan: Plan, core: compiler.Core, cache_dir: str | None = None) -> None:
    """Load wanted modules rewritten from now on."""
    import zipimport

    uninstall()
    loaders: tuple[Any, ...] = (external.SourceLoader, zipimport.zipimporter)
    for loader in loaders:
        _originals[loader] = loader.get_code
        loader.get_code = _replacement(loader.get_code, plan, core, cache_dir)


def uninstall() -> None:
    """Load all modules plain again."""
    for loader, original in _originals.items():
        loader.get_code = original  # type: ignore[attr-defined]
    _originals.clear()
    while _endings:
        _endings.popitem()[1]()


def _replacement(
    original: Callable[..., Any], plan: Plan, core: compiler.Core, cache_dir: str | None
) -> Callable[..., Any]:
    from escope_tui._speedups.boot import cut_out, quietly

    this_thread, busy = get_ident, _busy

    def attempt(loader: Any, fullname: str) -> CodeType | None:
        """Rewritten code, or None where the plain way has to be gone."""
        if fullname.startswith("_pytest."):
            from escope_tui.instrument import asserts

            asserts.look_for_pytest(plan, core)
            _endings[asserts.REWRITER] = asserts.release_pytest
        path = loader.get_filename(fullname)
        if not isinstance(path, str) or not plan.wants(path, fullname):
            return None
        source: bytes | str
        if hasattr(loader, "archive"):
            found = loader.get_source(fullname)
            if found is None:
                return None
            source = found
        else:
            source = loader.get_data(path)
            if type(loader).source_to_code is not external.SourceLoader.source_to_code:
                return None
        return compiler.compile_source(source, path, fullname, core=core, cache_dir=cache_dir)

    def alone(loader: Any, fullname: str) -> CodeType | None:
        thread = this_thread()
        if thread in busy:
            return None
        busy.add(thread)
        try:
            return attempt(loader, fullname)
        finally:
            busy.discard(thread)

    def get_code(loader: Any, fullname: str) -> Any:
        try:
            code = quietly(alone, loader, fullname)
        except BaseException as error:
            cut_out(error)
            raise
        if code is None:
            code = original(loader, fullname)
        return code

    frozen = get_code.__code__.replace(co_filename=_FROZEN)
    function: Any = type(get_code)
    made: Callable[..., Any] = function(
        frozen, vars(external), "get_code", None, get_code.__closure__
    )
    made.__qualname__ = original.__qualname__
    made.__doc__ = original.__doc__
    made.__module__ = original.__module__
    return made
