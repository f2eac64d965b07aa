"""Which exceptions a type's name means: those of the type and of what is derived from it."""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING

from ..model.text import safe_text
from .exceptions import all_exceptions

if TYPE_CHECKING:
    from ..replay.recording import Replay

_LIBRARY = {
    "ArithmeticError": "DecimalException",
    "AttributeError": "FrozenInstanceError",
    "BrokenExecutor": "BrokenProcessPool BrokenThreadPool",
    "ConnectionResetError": "RemoteDisconnected",
    "DatabaseError": "DataError IntegrityError InternalError NotSupportedError OperationalError "
    "ProgrammingError",
    "DecimalException": "Clamped DivisionByZero FloatOperation Inexact InvalidOperation Rounded "
    "Subnormal Overflow Underflow ConversionSyntax DivisionImpossible DivisionUndefined",
    "EOFError": "IncompleteReadError",
    "HTTPException": "BadStatusLine IncompleteRead InvalidURL LineTooLong NotConnected "
    "RemoteDisconnected CannotSendHeader CannotSendRequest ResponseNotReady",
    "ImportError": "ZipImportError",
    "KeyError": "ZoneInfoNotFoundError",
    "MessageError": "CharsetError MessageParseError BoundaryError HeaderParseError",
    "ModuleNotFoundError": "PackageNotFoundError",
    "OSError": "BadGzipFile LoadError SameFileError SMTPException SSLError URLError HTTPError "
    "UnsupportedOperation gaierror herror itimer_error SSLCertVerificationError SSLEOFError "
    "SSLWantReadError SSLWantWriteError SSLZeroReturnError SMTPAuthenticationError "
    "SMTPConnectError SMTPDataError SMTPHeloError SMTPSenderRefused SMTPServerDisconnected",
    "PickleError": "PicklingError UnpicklingError",
    "RuntimeError": "BrokenBarrierError BrokenExecutor BrokenProcessPool BrokenThreadPool",
    "SSLError": "SSLCertVerificationError SSLEOFError SSLWantReadError SSLWantWriteError "
    "SSLZeroReturnError",
    "SubprocessError": "CalledProcessError TimeoutExpired",
    "SyntaxError": "ParseError",
    "TarError": "CompressionError ExtractError HeaderError StreamError",
    "URLError": "HTTPError ContentTooShortError",
    "ValueError": "AddressValueError CycleError IllegalMonthError IllegalWeekdayError "
    "JSONDecodeError MessageDefect NetmaskValueError SSLCertVerificationError StatisticsError "
    "TOMLDecodeError UnsupportedDigestmodError UnsupportedOperation",
    "ZeroDivisionError": "DivisionByZero DivisionUndefined",
}
"""The exceptions of the standard library that are of a kind of their own, by the kind."""
_LIBRARY_BASES: dict[str, list[str]] = {}
for _base, _names in _LIBRARY.items():
    for _name in _names.split():
        _LIBRARY_BASES.setdefault(_name, []).append(_base)
FEW = 2_000
"""So many exceptions are read to learn of which types there are."""


def is_kind(rec: Replay, name: str, wanted: str) -> bool:
    """Whether a type is one that is called so, by its name or the end of it, or derived from one,
    as the builtin types, the standard library's and the recorded source's class statements tell.
    """
    if wanted in ("*", name) or name.endswith("." + wanted):
        return True
    last, seen = wanted.rpartition(".")[2], set()
    todo = [name.rpartition(".")[2]]
    while todo:
        each = todo.pop()
        if each in seen:
            continue
        seen.add(each)
        known = getattr(builtins, each, None)
        if isinstance(known, type):
            todo += [base.__name__ for base in known.__mro__[1:]]
        todo += _bases(rec).get(each, _LIBRARY_BASES.get(each, []))
    return last in seen


def exception_types(rec: Replay) -> set[str]:
    """The names of the types of exceptions that are recorded."""
    if sum(chunk.n_exceptions for chunk in rec.file.chunks) <= FEW:
        return {each.type_name for each in all_exceptions(rec)}
    names = {safe_text(name) for _, name in rec.file.types.values()}
    return {name for name in names if is_kind(rec, name, "BaseException")}


def _bases(rec: Replay) -> dict[str, list[str]]:
    """The names of the bases of each class that the recorded source defines."""
    found: dict[str, list[str]] | None = rec.kept.get("bases in the source")
    if found is None:
        found = rec.kept["bases in the source"] = {}
        for module in range(len(rec.program.paths)):
            try:
                tree = ast.parse(rec.program.source(module))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    names = [ast.unparse(base).rpartition(".")[2] for base in node.bases]
                    found.setdefault(node.name, []).extend(names)
    return found
