"""``escope shell``: a debugger's commands over a recording, typed or piped in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

EPILOG = """\
The commands that fingers know from pdb and gdb (s n r c, rs rn rr rc to go back, b, p, w, u, d, l)
and those that only a recording can answer (last, why, hist, hits, log). `help` lists them all.

examples:
  escope shell trace.esr@1234
  escope shell trace.esr -c "b orders.py:41 if total > 100" -c c -c "p rows"
  escope shell trace.esr < script
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "recording",
        nargs="?",
        metavar="trace.esr[@step]",
        help="the recording, perhaps with the step to begin at; the newest one if left out",
    )
    parser.add_argument(
        "-c",
        "--command",
        action="append",
        default=[],
        metavar="LINE",
        help="do this line, then leave (may be given more than once)",
    )


def run(args: Namespace) -> int:
    """Runs the shell. The exit code is 1 if a line of a script could not be done."""
    from escope_tui.session.engine import open_engine
    from escope_tui.shell.loop import Shell, talk

    path, step = common.locate(args.recording)
    engine = open_engine(path)
    try:
        if step is not None:
            step = common.moment(engine.recording, step)
        if not args.command:
            return talk(engine, step)
        shell = Shell(engine)
        shell.open(step)
        for line in args.command:
            if not shell.do(line):
                break
        return int(shell.failed)
    finally:
        engine.close()
