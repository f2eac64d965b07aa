"""Tells the recording which exception ended the program, if one did."""

from __future__ import annotations

import sys

from escope_tui.instrument.text import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, TracebackType
    from typing import Any

FACTS_BLOB = 2
"""The kind of a blob that is a JSON object of facts about the recording."""

LONGEST_MESSAGE = 1000


def watch(core: Any, main: CodeType) -> None:
    """Has the last of all exit handlers look at the exception that Python has reported."""
    import atexit

    # Handlers run in the reverse order of their registration, and none is registered yet.
    atexit.register(_tell, core, main)


def _tell(core: Any, main: CodeType) -> None:
    error = getattr(sys, "last_value", None)
    trace = getattr(sys, "last_traceback", None)
    if not isinstance(error, BaseException) or trace is None or trace.tb_frame.f_code is not main:
        return
    core.emit_blob(FACTS_BLOB, exception_json(error, trace).encode())


def exception_json(error: BaseException, trace: TracebackType) -> str:
    """The exception as a JSON object, made without running any code of the program."""
    while trace.tb_next is not None:
        trace = trace.tb_next
    kind = type(error)
    facts = (
        f'"type": {quote(type.__dict__["__qualname__"].__get__(kind))}',
        f'"message": {quote(_message(error))}',
        f'"file": {quote(trace.tb_frame.f_code.co_filename)}',
        f'"line": {int(trace.tb_lineno or 0)}',
        '"thread": 0',
    )
    return '{"exception": {' + ", ".join(facts) + "}}"


def _message(error: BaseException) -> str:
    """What `str` would say, as far as builtin types alone decide it."""
    args = BaseException.args.__get__(error)  # type: ignore[attr-defined]
    builtin = any(type(error) is known for known in vars(sys.modules["builtins"]).values())
    if builtin and all(type(arg) in (str, int, float, bytes, bool, type(None)) for arg in args):
        return str(error)[:LONGEST_MESSAGE]
    if len(args) == 1 and type(args[0]) is str:
        return args[0][:LONGEST_MESSAGE]
    return ""
