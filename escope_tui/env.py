"""Facts about this interpreter and this machine that other parts ask for.

This loads inside the program that is recorded: it imports next to nothing.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

OLDEST_PYTHON = (3, 11)
"""The first CPython that escope records."""

NEWEST_PYTHON = (3, 15)
"""The newest CPython that escope was tried on."""

IS_CPYTHON = sys.implementation.name == "cpython"
IS_LINUX = sys.platform.startswith("linux")

PACKAGE_FOLDER = os.path.dirname(os.path.abspath(__file__))
"""The folder of ``escope_tui`` itself."""

IMPORT_ROOT = os.path.dirname(PACKAGE_FOLDER)
"""What has to be on ``sys.path`` for ``import escope_tui`` to work."""

STDLIB_FOLDER = os.path.dirname(os.__file__)
"""Where the standard library's Python modules are."""


def free_threaded() -> bool:
    """Whether this interpreter was built to run without the GIL."""
    import sysconfig

    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))


def python_version() -> str:
    """This interpreter's version as text, such as ``3.11.7``."""
    return ".".join(map(str, sys.version_info[:3]))


def import_apart(name: str) -> ModuleType:
    """Imports a module of escope's so that the recorded program does not notice.

    What it needs of the standard library is found although the program may have modules of the
    same names beside its script, and is not left in ``sys.modules``: the program imports its own.
    """
    from _frozen_importlib import _gcd_import  # type: ignore[attr-defined]

    if name in sys.modules:
        return sys.modules[name]
    before, path = set(sys.modules), sys.path[:]
    standard = [place for place in path if place.startswith((STDLIB_FOLDER, sys.base_prefix))]
    sys.path[:] = [place for place in standard if "site-packages" not in place] or [STDLIB_FOLDER]
    hidden = {}
    for known in before:
        if known.partition(".")[0] not in sys.stdlib_module_names or known == "__main__":
            continue
        origin = getattr(getattr(sys.modules[known], "__spec__", None), "origin", None)
        if origin and not _is_standard(origin):
            hidden[known] = sys.modules.pop(known)
    try:
        found: ModuleType = _gcd_import(name)
    finally:
        sys.path[:] = path
        forget_since(before)
        sys.modules.update(hidden)
    return found


def forget_since(before: set[str]) -> None:
    """Takes out of ``sys.modules`` what came into it since, other than escope's own modules."""
    for name in sys.modules.keys() - before:
        if not name.startswith("escope_tui"):
            del sys.modules[name]


def _is_standard(origin: str) -> bool:
    """Whether a module that came from there is Python's, not one of the program's."""
    if origin in ("built-in", "frozen"):
        return True
    return origin.startswith(STDLIB_FOLDER + os.sep) and "site-packages" not in origin
