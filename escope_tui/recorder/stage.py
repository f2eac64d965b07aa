"""Makes argv, path and `__main__` what plain Python would have made of them."""

from __future__ import annotations

import sys
from _codecs import lookup
from _frozen_importlib import BuiltinImporter, _gcd_import  # type: ignore[attr-defined]
from _frozen_importlib_external import SourceFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any


def before() -> None:
    """Takes the place of the code file out of the import path: it is none of the program's."""
    sys.path_importer_cache.pop(sys.argv[0], None)
    if not sys.flags.safe_path and sys.path:
        sys.path_importer_cache.pop(sys.path.pop(0), None)


def after(config: dict[str, Any], frame: FrameType) -> None:
    """Sets the stage for the program's first statement."""
    sys.argv[0] = config["argv0"]
    sys.orig_argv[:] = config["orig_argv"]
    first_path = config["first_path"]
    if first_path is not None:
        sys.path.insert(0, first_path)
    kind = config["kind"]
    namespace = frame.f_globals
    if kind == "script":
        _script(namespace, config["file"])
        if config["encoding"] != "utf-8":
            _gcd_import("io")  # as the tokenizer does
            lookup(config["encoding"])
    elif kind == "stdin":
        _builtin_loader(namespace)
        namespace["__file__"] = "<stdin>"
    else:
        _builtin_loader(namespace)
        for name in ("__file__", "__cached__"):
            namespace.pop(name, None)
    if config["warned"]:
        compile(config["source"], config["file"], "exec", dont_inherit=True)
    if kind == "command":
        _show_command(frame, config["source"].decode("utf-8", "surrogateescape"))
    elif kind in ("module", "folder"):
        _new_main(namespace)


def _script(namespace: dict[str, Any], path: str) -> None:
    namespace["__file__"] = path
    namespace["__loader__"] = SourceFileLoader("__main__", path)
    sys.path_importer_cache[path] = None


def _builtin_loader(namespace: dict[str, Any]) -> None:
    namespace["__loader__"] = BuiltinImporter


def _show_command(frame: FrameType, source: str) -> None:
    """From 3.13 on Python shows the lines of `-c` code in tracebacks."""
    if sys.version_info >= (3, 13):
        linecache = _gcd_import("linecache")  # the program's
        key = frame.f_code if sys.version_info >= (3, 14) else "<string>"
        linecache._register_code(key, source, "<string>")


def _new_main(namespace: dict[str, Any]) -> None:
    """Gives `runpy` a `__main__` of its own.

    Python removes `__file__` from the module that it started on when that one ends, before the exit
    handlers run; with `-m` it never does.
    """
    old = sys.modules["__main__"]
    new = type(sys)("__main__")
    for name in ("__builtins__", "__loader__", "__annotations__"):
        if name in namespace:
            setattr(new, name, namespace[name])
    sys.modules["__main__"] = new
    namespace["__name__"] = "runpy"  # whose frame the one that is running stands for
    _kept.append(old)


_kept: list[object] = []
"""The module that Python started on; its namespace must outlive the program."""
