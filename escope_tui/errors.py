"""The errors that escope raises on purpose: each has a slug, says what happened, and what to do.

Nothing below ``escope_tui.cli`` prints or exits: it raises one of these.
"""

from __future__ import annotations


def reason(error: BaseException) -> str:
    """What an error says, without the system's number for it; its type where it says nothing."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


class EscopeError(Exception):
    """Something that a person can act on."""

    slug = "error"
    """A stable name, for tests, docs and ``--json``."""

    exit_code = 1
    """What the command line gives back."""

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        slug: str | None = None,
        exit_code: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if slug is not None:
            self.slug = slug
        if exit_code is not None:
            self.exit_code = exit_code


class UsageError(EscopeError):
    """The command line cannot be understood."""

    slug = "usage"
    exit_code = 2


class ProgramError(EscopeError):
    """The program to record cannot be started at all."""

    slug = "program"
    exit_code = 2


class OutputError(EscopeError):
    """The recording cannot be written where it should go."""

    slug = "output"


class CoreError(EscopeError):
    """The compiled core is missing or is not the one that this escope needs."""

    slug = "core"
    exit_code = 3


class FormatError(EscopeError):
    """The bytes are not a recording, or not one that can be trusted."""

    slug = "format"


class NotFoundError(EscopeError):
    """There is no such recording, step or name."""

    slug = "not-found"


class EvaluationError(EscopeError):
    """An expression cannot be answered from the recording."""

    slug = "evaluation"
