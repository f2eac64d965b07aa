"""``escope note``: writes a note on a recording, or prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.cli.show import add_recording
from escope_tui.model.text import safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    add_recording(parser)
    parser.add_argument("text", metavar="TEXT", nargs="*", help="the note; none: print it")
    parser.add_argument("--remove", action="store_true", help="remove the note")
    common.add_json(parser, "the recording as a JSON object")


def run(args: Namespace) -> int:
    """Writes or prints the note."""
    with common.library() as catalogue:
        entry = catalogue.find(args.recording)
        if args.text or args.remove:
            entry = catalogue.note(entry, "" if args.remove else " ".join(args.text))
    if args.json:
        common.write_json(entry.plain())
    elif entry.note:
        common.write(safe_text(entry.note, keep="\n"))
    return 0
