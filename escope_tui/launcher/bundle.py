"""What the recorder is made of, in one piece: the target loads it without looking for files.

A dozen modules that are looked up, opened and read one by one take longer than all the rest of the
recorder's start.
"""

from __future__ import annotations

import marshal
import os
from _frozen_importlib_external import EXTENSION_SUFFIXES, SourceFileLoader

from escope_tui.env import PACKAGE_FOLDER
from escope_tui.errors import CoreError
from escope_tui.instrument import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODULES = (
    "escope_tui",
    "escope_tui._speedups",
    "escope_tui.instrument",
    "escope_tui.instrument.bind",
    "escope_tui.instrument.cache",
    "escope_tui.instrument.compile",
    "escope_tui.instrument.hook",
    "escope_tui.instrument.plan",
    "escope_tui.instrument.text",
    "escope_tui.model",
    "escope_tui.model.sites",
    "escope_tui.recorder",
    "escope_tui.recorder.apart",
    "escope_tui.recorder.boot",
    "escope_tui.recorder.output",
    "escope_tui.recorder.runner",
    "escope_tui.recorder.stage",
)
"""All that a target loads when nothing goes wrong; it finds the others by itself."""

COMPILED = ("escope_tui._speedups.boot", "escope_tui._speedups.capture")

PACKAGES = frozenset(name.rpartition(".")[0] for name in (*MODULES, *COMPILED))


def bundle(folder: str) -> bytes:
    """The marshalled entries for ``escope_tui.recorder.apart``, kept in the cache `folder`."""
    files = {name: _file(name) for name in MODULES}
    stamps = []
    for path in files.values():
        facts = os.stat(path)
        stamps.append((path, facts.st_mtime_ns, facts.st_size))
    compiled = {name: extension(name) for name in COMPILED}
    key = cache.key(b"", PACKAGE_FOLDER, "bundle", stamps, *compiled.values())
    packed = cache.load_bytes(folder, key)
    if packed is None:
        entries: dict[str, Any] = {
            name: (path, SourceFileLoader(name, path).get_code(name))
            for name, path in files.items()
        }
        entries.update((name, (path, None)) for name, path in compiled.items())
        packed = marshal.dumps(entries)
        cache.store_bytes(folder, key, packed)
    return packed


def _file(name: str) -> str:
    path = os.path.join(PACKAGE_FOLDER, *name.split(".")[1:])
    return os.path.join(path, "__init__.py") if name in PACKAGES else path + ".py"


def extension(name: str) -> str:
    """The file of a compiled module; CoreError if there is none for this interpreter."""
    path = os.path.join(PACKAGE_FOLDER, *name.split(".")[1:])
    for suffix in EXTENSION_SUFFIXES:
        if os.path.exists(path + suffix):
            return path + suffix
    missing = os.path.basename(path)
    raise CoreError(
        f"the compiled core can't be loaded: there is no {missing!r} for this Python",
        hint="`escope doctor` tells more; in a source tree: make build-ext",
    )
