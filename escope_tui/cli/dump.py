"""``escope dump``: a recording file as text, block by block, for those who look into the format."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def configure(parser: ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "trace", nargs="?", metavar="trace.esr", help="the recording (default: the newest one)"
    )


def run(args: Namespace) -> int:
    """Print the file."""
    import os

    from escope_tui.cli import common
    from escope_tui.errors import NotFoundError
    from escope_tui.format.dump import dump
    from escope_tui.format.reader import RecordingFile
    from escope_tui.model.text import safe_text

    path, _ = common.locate(args.trace)
    if not os.path.exists(path):
        raise NotFoundError(f"there is no recording {safe_text(path)}")
    with RecordingFile(path) as file:
        for line in dump(file):
            sys.stdout.write(safe_text(line) + "\n")
    return 0
