"""``escope open``: opens a recording of the library in the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from escope_tui.cli import common, replay
from escope_tui.cli.show import chosen
from escope_tui.errors import NotFoundError
from escope_tui.model.text import safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    replay.configure(parser)
    for action in parser._actions:
        if action.dest == "recording":
            action.metavar = "RECORDING[@STEP]"
            action.help = (
                "its number in `escope list`, its file, or words that only it has, perhaps with "
                "the step or the bookmark to open it at (default: the newest one)"
            )


def run(args: Namespace) -> int:
    """Opens it."""
    with common.library() as catalogue:
        name, at, mark = (args.recording or "").rpartition("@")
        if not at:
            name, mark = mark, ""
        entry = chosen(catalogue, name or None)
    if entry.missing:
        raise NotFoundError(
            f"the file {safe_text(entry.path)} is not there any more",
            hint="where it was moved to: escope show FILE tells the library",
        )
    args.recording = entry.path
    if mark:
        steps = [str(each.step) for each in entry.bookmarks if each.name == mark]
        args.recording = f"{entry.path}@{(steps or [mark])[0]}"
        if not steps and not mark.replace(",", "").isdecimal():
            raise NotFoundError(f"there is no bookmark or step {safe_text(mark)!r}")
    return replay.run(args)
