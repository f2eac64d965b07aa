"""``escope show``: what the library knows of one recording."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.cli.record import human_size
from escope_tui.model.text import safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.library.catalogue import Catalogue
    from escope_tui.library.entry import Entry


def add_recording(parser: ArgumentParser, *, optional: bool = False) -> None:
    """The argument that names a recording of the library."""
    newest = " (default: the newest one)" if optional else ""
    parser.add_argument(
        "recording",
        metavar="RECORDING",
        nargs="?" if optional else None,
        help=f"its number in `escope list`, its file, or words that only it has{newest}",
    )


def chosen(catalogue: Catalogue, name: str | None) -> Entry:
    """The recording that was named, else the newest one."""
    return catalogue.newest() if name is None else catalogue.find(name)


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    add_recording(parser, optional=True)
    common.add_json(parser, "one JSON object")


def run(args: Namespace) -> int:
    """Prints the entry."""
    with common.library() as catalogue:
        tell(chosen(catalogue, args.recording), args.json)
    return 0


def tell(entry: Entry, as_json: bool) -> None:
    """Prints all that is known."""
    if as_json:
        common.write_json(entry.plain(), indent=2)
        return
    rows = [("recording", f"{entry.id}"), ("file", safe_text(entry.path))]
    if entry.missing:
        rows.append(("", "the file is not there any more, or was moved"))
    commit = f"{entry.git_commit[:12]} {entry.git_branch}".strip()
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(entry.started_at))
    known = {
        "command": entry.command,
        "folder": entry.cwd,
        "commit": commit,
        "python": entry.python,
        "started": when,
        "duration": "" if entry.duration is None else f"{entry.duration:.3f} s",
        "exit status": "" if entry.exit_status is None else str(entry.exit_status),
        "exception": entry.exception,
        "steps": f"{entry.steps:,}",
        "size": human_size(entry.size),
        "incomplete": entry.problem,
        "tags": " ".join(entry.tags),
    }
    rows += [(label, value) for label, value in known.items() if value]
    for line in entry.note.splitlines():
        rows.append(("note", safe_text(line)))
    for mark in entry.bookmarks:
        note = f"  {safe_text(mark.note)}" if mark.note else ""
        rows.append(("bookmark", f"{mark.name} @{mark.step:,}{note}"))
    common.table(rows)
