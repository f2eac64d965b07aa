"""``escope.record``: run a program and record it, from Python."""

from __future__ import annotations

from escope_tui.errors import EscopeError
from escope_tui.launcher.program import parse_program
from escope_tui.launcher.record import Options
from escope_tui.launcher.record import record as record_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def record(
    argv: Sequence[str],
    *,
    output: str | None = None,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    force: bool = False,
) -> str:
    """Runs a program as ``escope record`` does and returns the path of its recording.

    `argv` is what stands after ``python`` on a command line: ``["script.py", "arg"]``,
    ``["-m", "module"]`` or ``["-c", "code"]``. The program's exit status is in the recording.
    """
    options = Options(output, tuple(include), tuple(exclude), force)
    outcome = record_program(parse_program(argv), options)
    if outcome.path is None:
        raise EscopeError(
            f"nothing was recorded: {outcome.problem or 'the program does not compile'}",
            hint=outcome.hint,
            slug="nothing-recorded",
        )
    return outcome.path
