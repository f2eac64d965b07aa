"""Loads escope's own modules inside the recorded program, where the program does not meet them.

They are in no `sys.modules`, and no finder, hook or cache of the import system is asked for them:
an `import` statement of theirs ends here, because the namespace that they run in has builtins of
its own. What they need of Python itself was loaded before the program began, and is taken out of
`sys.modules` then; later on they must not need more of it than `_HARMLESS` names.

This module is itself put together by hand: see ``escope_tui.launcher.bundle``.
"""

from __future__ import annotations

import builtins
import sys
from _codecs import register, unregister
from _frozen_importlib import BuiltinImporter, ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader, SourceFileLoader
from _thread import RLock
from posix import getpid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

    Entry = tuple[str, CodeType | None]
    """A module's file, and its code; a module without code is compiled."""

_MODULE: Any = type(sys)
_BUILTIN: Any = BuiltinImporter
_OURS = "escope_tui"
_HARMLESS = ("_ast",)
"""Modules of the interpreter's own of which there may be a second one."""

_entries: dict[str, Entry] = {}
_modules: dict[str, Any] = {}
"""Our own modules by name."""
_python: dict[str, Any] = {"builtins": builtins, "sys": sys}
"""What was imported from elsewhere."""
_builtins: dict[str, Any] = {}
_plain_code = SourceFileLoader.get_code
_started = False
_loading: set[str] = set()
_lock = RLock()
_process = 0


def begin(entries: dict[str, Entry], this: Any) -> None:
    """Makes this module the importer of all that is loaded from the entries."""
    global _process
    _process = getpid()
    _entries.update(entries)
    _builtins.update(vars(builtins))
    _builtins["__import__"] = _import
    _modules[__name__] = this


def end(modules: dict[str, Any]) -> None:
    """From now on the program runs; `modules` is what `sys.modules` was before."""
    global _started
    _started = True
    gone = sys.modules.keys() - modules.keys()
    for name in gone:
        del sys.modules[name]
    if any(name.startswith("encodings.") for name in gone):
        _forget_codecs()


def _forget_codecs() -> None:
    """Has the codecs looked up anew, so that their modules are imported when the program asks."""
    sys.modules["encodings"]._cache.clear()
    register(_no_codec)
    unregister(_no_codec)  # which empties the interpreter's own cache


def _no_codec(name: str) -> None:
    return None


def load(name: str) -> Any:
    """One of our modules, and the packages that it is in."""
    found = _modules.get(name)
    if found is not None and not _loading:
        return found
    with _own_lock():
        return _modules[name] if name in _modules else _load(name)


def _own_lock() -> RLock:
    """The lock of this process: in a forked one no other thread will go on with its work."""
    global _lock, _process
    if _process != getpid():
        _process = getpid()
        _lock = RLock()
        for name in _loading:
            _modules.pop(name, None)
        _loading.clear()
    return _lock


def _load(name: str) -> Any:
    package, _, last = name.rpartition(".")
    parent = load(package) if package else None
    path, code = _entries.get(name) or _found(name, parent)
    _loading.add(name)
    try:
        if path.endswith(".py"):
            module = _MODULE(name)
            space = vars(module)
            space["__builtins__"] = _builtins
            space["__file__"] = path
            _modules[name] = module
            if code is None:
                code = _plain_code(SourceFileLoader(name, path), name)
            if code is not None:
                exec(code, space)
        else:
            loader = ExtensionFileLoader(name, path)
            module = _modules[name] = loader.create_module(ModuleSpec(name, loader, origin=path))
            loader.exec_module(module)
    except BaseException:
        _modules.pop(name, None)
        raise
    finally:
        _loading.discard(name)
    if parent is not None:
        setattr(parent, last, module)
    return module


def _found(name: str, parent: Any) -> Entry:
    """The file of a module that was not foreseen."""
    if parent is not None:
        folder, _, file = parent.__file__.rpartition("/")
        if file == "__init__.py":
            return f"{folder}/{name.rpartition('.')[2]}.py", None
    raise ImportError(f"{name} is not a part of what runs inside a program", name=name)


def _import(
    name: str,
    space: dict[str, Any] | None = None,
    local: dict[str, Any] | None = None,
    wanted: Sequence[str] | None = (),
    level: int = 0,
) -> Any:
    """What `import` statements of our modules call; they are absolute."""
    top = name.partition(".")[0]
    if top != _OURS:
        return _foreign(name, wanted)
    module = load(name)
    if not wanted:
        return load(top)
    for item in wanted:
        if not hasattr(module, item):
            setattr(module, item, load(f"{name}.{item}"))
    return module


def _foreign(name: str, wanted: Sequence[str] | None) -> Any:
    """A module of Python's.

    The interpreter itself comes here too, with a list instead of a tuple, when it needs a module
    while one of our functions runs, say to show a warning: that module is the program's.
    """
    if isinstance(wanted, list):
        return __import__(name, None, None, wanted)
    found = _python.get(name)
    if found is None:
        if _started and name in _HARMLESS:
            spec = ModuleSpec(name, _BUILTIN, origin="built-in")
            found = _BUILTIN.create_module(spec)
            _BUILTIN.exec_module(found)
        else:
            found = __import__(name, None, None, wanted or ())
        _python[name] = found
    return found
