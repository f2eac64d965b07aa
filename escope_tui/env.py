"""Facts about this interpreter and this machine that other parts ask for.

It is loaded before all else: it imports next to nothing.
"""

from __future__ import annotations

import os
import sys

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
