"""``escope output``: what the program wrote, and which step wrote it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from escope_tui.cli import common
from escope_tui.model.text import safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.model.events import OutputChunk

EPILOG = """\
With @STEP, what had been written by then. Control characters are written out (\\x1b) unless --raw
is given, which is refused on a terminal: a recording may come from anywhere.
"""


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    common.add_words(parser, "")
    parser.add_argument("--stream", choices=("stdout", "stderr"), help="only this stream")
    parser.add_argument(
        "--steps", action="store_true", help="each piece with the step that wrote it"
    )
    parser.add_argument("--raw", action="store_true", help="the text exactly as it was written")
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Prints the output."""
    from escope_tui.query.output import iter_output

    trace, _ = common.take_words(args, 0, 0, "nothing but a recording")
    if args.raw and sys.stdout.isatty():
        raise common.refuse("--raw is not for a terminal", "send it to a file or a pipe")
    with common.opened(trace) as (rec, step):
        chunks = (e for e in iter_output(rec, None, step) if args.stream in (None, e.stream))
        if args.json or args.steps:
            pieces = chunks if args.json else _joined(chunks)
            common.write_all(pieces, args, _line, "nothing was written")
        elif args.raw:
            for each in chunks:
                sys.stdout.buffer.write(each.text.encode("utf-8", "surrogateescape"))
        else:
            for each in chunks:
                common.write_text(safe_text(each.text, keep="\n\t"))
        lost = len(rec.file.unread)
    if lost:
        what = "a damaged chunk is" if lost == 1 else f"{lost:,} damaged chunks are"
        common.narrate(f"the output in {what} missing; escope info tells which steps")
    return 1 if lost else 0


def _joined(chunks: Iterator[OutputChunk]) -> Iterator[OutputChunk]:
    """What one step wrote to one stream, in one piece."""
    for _, group in groupby(chunks, key=lambda chunk: (chunk.step, chunk.stream)):
        pieces = list(group)
        yield replace(pieces[0], text="".join(piece.text for piece in pieces))


def _line(chunk: OutputChunk) -> str:
    return f"@{chunk.step:,}  {chunk.stream}  {safe_text(chunk.text)}"
