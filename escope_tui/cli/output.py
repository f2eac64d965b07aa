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
    trace, _ = common.take_words(args, 0, 0, "nothing but a recording")
    if args.raw and sys.stdout.isatty():
        raise common.refuse("--raw is not for a terminal", "send it to a file or a pipe")
    with common.opened(trace) as (rec, step):
        chunks = [c for c in rec.output(upto=step) if args.stream in (None, c.stream)]
        text = "".join(chunk.text for chunk in chunks)
        if args.json or args.steps:
            pieces = iter(chunks) if args.json else _joined(chunks)
            common.write_all(pieces, args, _line, "nothing was written")
        elif args.raw:
            sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape"))
        else:
            common.write_text(safe_text(text, keep="\n\t"))
    return 0


def _joined(chunks: list[OutputChunk]) -> Iterator[OutputChunk]:
    """What one step wrote to one stream, in one piece."""
    for _, group in groupby(chunks, key=lambda chunk: (chunk.step, chunk.stream)):
        pieces = list(group)
        yield replace(pieces[0], text="".join(piece.text for piece in pieces))


def _line(chunk: OutputChunk) -> str:
    return f"@{chunk.step:,}  {chunk.stream}  {safe_text(chunk.text)}"
