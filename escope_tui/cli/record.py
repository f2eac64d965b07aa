"""``escope record``: runs a program and writes its recording."""

from __future__ import annotations

import os
import sys

from escope_tui.errors import UsageError
from escope_tui.launcher.record import Options, Outcome, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

USAGE = """\
escope record [OPTIONS] script.py [ARGUMENTS...]
       escope record [OPTIONS] -m MODULE [ARGUMENTS...]
       escope record [OPTIONS] -c CODE [ARGUMENTS...]
       escope record [OPTIONS] - [ARGUMENTS...]"""

EPILOG = """\
The program runs as plain Python would run it; what follows its name is its own. Recorded is the
user's own code: what lies in the script's folder, or the module's package. The exit code is the
program's (128 + n if signal n ended it).

examples:
  escope record script.py --fast
  escope record -o bug.esr -m mypackage.tool
  escope record --include markdown_it -m markdown_it README.md
"""

INTERPRETER = ("-B", "-E", "-I", "-O", "-P", "-R", "-W", "-X", "-b", "-d", "-i", "-s", "-u", "-v")
"""How options begin that Python itself takes."""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    from argparse import SUPPRESS

    parser.usage = USAGE
    parser.epilog = EPILOG
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the file to write (default: a readable name in the recordings folder)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the file if it exists")
    parser.add_argument(
        "--include",
        metavar="GLOB",
        action="append",
        default=[],
        help="record these modules too, installed ones as well (may be given more than once)",
    )
    parser.add_argument(
        "--exclude",
        metavar="GLOB",
        action="append",
        default=[],
        help="do not record these modules (may be given more than once)",
    )
    parser.add_argument(
        "-q", "--quiet", action="store_true", help="do not tell at the end what was recorded"
    )
    parser.add_argument(
        "--replay", action="store_true", help="open the recording in the app when it is finished"
    )
    parser.add_argument("program", nargs="*", help=SUPPRESS)


class Given:
    """The arguments of a command line, as argparse would have it."""

    def __init__(self) -> None:
        self.output: str | None = None
        self.force = False
        self.include: list[str] = []
        self.exclude: list[str] = []
        self.quiet = False
        self.replay = False
        self.program: list[str] = []


def quick(argv: list[str]) -> Given | None:
    """Reads a plain command line without argparse, which takes as long as all the rest; or None.

    Whatever is not quite plain, or wrong, or asks for help, is argparse's.
    """
    given = Given()
    place = 0
    while place < len(argv):
        word = argv[place]
        place += 1
        if word == "-" or not word.startswith("-") or word[:2] in ("-m", "-c"):
            given.program = argv[place - 1 :]
            break
        if word == "--force":
            given.force = True
        elif word in ("-q", "--quiet"):
            given.quiet = True
        elif word == "--replay":
            given.replay = True
        elif place < len(argv) and not argv[place].startswith("-"):
            value = argv[place]
            place += 1
            if word in ("-o", "--output"):
                given.output = value
            elif word == "--include":
                given.include.append(value)
            elif word == "--exclude":
                given.exclude.append(value)
            else:
                return None
        else:
            return None
    return given


def split(parser: ArgumentParser, argv: list[str]) -> Namespace:
    """Parses escope's own options; from the program's name on, every word is the program's."""
    with_value = {
        option
        for action in parser._actions
        if action.nargs is None
        for option in action.option_strings
    }
    place = 0
    while place < len(argv):
        word = argv[place]
        if word not in with_value and word[:2] in INTERPRETER:
            raise UsageError(
                f"{word} is an option of the interpreter, not of escope record",
                hint=f"Python itself takes it: python {word} ... -m escope_tui record script.py",
            )
        if word == "--":
            words = argv[place + 1 :]
            break
        if word == "-" or not word.startswith("-") or word[:2] in ("-m", "-c"):
            words = argv[place:]
            break
        place += 2 if word in with_value else 1
    else:
        words = []
    args = parser.parse_args(argv[:place])
    args.program = words
    return args


def run(args: Namespace | Given) -> int:
    """Records the program; returns its exit code."""
    from escope_tui.launcher.program import parse_program

    options = Options(
        output=args.output,
        include=tuple(args.include),
        exclude=tuple(args.exclude),
        force=args.force,
    )
    outcome = record(parse_program(args.program), options)
    if not args.quiet:
        sys.stderr.write("".join(f"{line}\n" for line in closing_lines(outcome)))
    if args.replay and outcome.path is not None:
        from escope_tui.cli.replay import open_app

        open_app(outcome.path)
    return outcome.exit_code


def closing_lines(outcome: Outcome) -> list[str]:
    """What a person is told when the program has ended."""
    if outcome.path is None:
        if not outcome.problem:
            return []  # Python itself has said why there is nothing
        lines = [f"escope: nothing was recorded: {outcome.problem}"]
        return [*lines, f"        {outcome.hint}"] if outcome.hint else lines
    end = f"exit status {outcome.exit_code}"
    if outcome.signal_name:
        end += f" ({outcome.signal_name})"
    lines = [
        f"escope: recorded {counted(outcome.steps, 'step')} "
        f"in {counted(outcome.processes, 'process', 'processes')}, "
        f"{human_size(outcome.size)}, {end}"
    ]
    if outcome.problem:
        lines.append(f"        the recording is not whole: {outcome.problem}")
    lines.append(f"        escope replay {quoted(short_path(outcome.path))}")
    return lines


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun, such as ``1,234 steps``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def human_size(size: int) -> str:
    """A size in bytes for people."""
    if size < 1000:
        return f"{size} bytes"
    amount, units = size / 1000, ["GB", "MB", "kB"]
    while amount >= 999.5 and len(units) > 1:
        amount /= 1000
        units.pop()
    unit = units[-1]
    return f"{amount:.1f} {unit}" if amount < 99.5 else f"{amount:.0f} {unit}"


def quoted(path: str) -> str:
    """The path as a shell takes it."""
    if path.replace("/", "").replace(".", "").replace("-", "").replace("_", "").isalnum():
        return path
    import shlex

    return shlex.quote(path)


def short_path(path: str) -> str:
    """The path as one would type it here."""
    relative = os.path.relpath(path)
    return path if relative.startswith(os.pardir) else relative
