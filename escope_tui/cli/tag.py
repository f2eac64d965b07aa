"""``escope tag``: puts tags on a recording, or takes them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.cli.show import add_recording

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    add_recording(parser)
    parser.add_argument("tags", metavar="TAG", nargs="*", help="tags to put on it")
    parser.add_argument(
        "--remove",
        metavar="TAG",
        action="append",
        default=[],
        help="a tag to take off (may be given more than once)",
    )
    common.add_json(parser, "the recording as a JSON object")


def run(args: Namespace) -> int:
    """Changes the tags; prints those that there are then."""
    with common.library() as catalogue:
        entry = catalogue.find(args.recording)
        if args.tags or args.remove:
            entry = catalogue.tag(entry, args.tags, args.remove)
    if args.json:
        common.write_json(entry.plain())
    else:
        for tag in entry.tags:
            common.write(tag)
    return 0
