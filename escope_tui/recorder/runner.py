"""What `-m` and folders need between the two halves of `runpy._run_module_as_main`."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

alter_argv = False
"""Whether `sys.argv[0]` becomes the place of the module, as with `-m`."""

found: tuple[Any, ...] = ()
"""The arguments of `runpy._run_code`."""


def keep(details: tuple[str, Any, CodeType]) -> None:
    """Takes what `runpy` found: the module's name, its spec and its code."""
    global found
    _, spec, code = details
    if alter_argv:
        sys.argv[0] = spec.origin
    found = (code, sys.modules["__main__"].__dict__, None, "__main__", spec)


def take() -> tuple[Any, ...]:
    """The arguments of `runpy._run_code`, once."""
    global found
    taken, found = found, ()
    return taken


def once_more() -> bool:
    """Whether `runpy` should try again without the import hook.

    Code that does not compile is then reported without the hook's entry in the traceback. None of
    the program's own code runs twice: the exception came from the import system itself.
    """
    last = sys.exc_info()[2]
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None or not last.tb_frame.f_code.co_filename.startswith("<frozen "):
        return False
    if last.tb_frame.f_code.co_filename == "<frozen runpy>":
        return False
    from escope_tui.instrument import hook

    hook.uninstall()
    return True


def not_found() -> SystemExit:
    """What Python ends with when there is no such module."""
    return SystemExit(f"{sys.executable}: {sys.exc_info()[1]}")
