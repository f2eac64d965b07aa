"""What the commands that ask a recording share: naming it and a moment of it, and printing."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from escope_tui.errors import EscopeError, NotFoundError, UsageError
from escope_tui.model.text import one_line, safe_text

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from escope_tui.library.catalogue import Catalogue
    from escope_tui.query.recording import Recording

T = TypeVar("T")
_TOKEN = re.compile(r"(.*)@(-?\d[\d,_]*)\Z", re.DOTALL)
YOUNG = 50_000
"""Objects that are made before the garbage collector looks for cycles among them."""
SOON = 0.05
"""Seconds that a row may wait for others to be written with."""
VALUE_WIDTH = 200
"""Characters of a value in the output; the same in every command, so that answers can be compared.
"""


# -- arguments


def add_words(parser: ArgumentParser, usage: str, *, moment: bool = True) -> None:
    """The positional arguments: a recording that may be left out, then what is asked about."""
    trace = "trace.esr@STEP" if moment else "trace.esr"
    parser.usage = f"{parser.prog} [{trace}] {usage}".rstrip() + " [OPTIONS]"
    at = "; @STEP is the moment of the question (@STEP alone: of the newest)" if moment else ""
    more = "; what is asked about" if usage else ""
    parser.add_argument(
        "words",
        nargs="*",
        metavar=f"[{trace}] {usage}".rstrip(),
        help=f"the recording (default: the newest one){at}{more}",
    )


def add_json(parser: ArgumentParser, what: str = "a JSON object per line") -> None:
    """The option that every list has."""
    parser.add_argument("--json", action="store_true", help=f"print {what}")


def add_limit(parser: ArgumentParser) -> None:
    """The option that ends a list early."""
    parser.add_argument(
        "--limit", type=natural, metavar="N", help="print at most N of them (default: all)"
    )


def natural(text: str) -> int:
    """A number from 0 on, for argparse."""
    from argparse import ArgumentTypeError

    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal() or len(digits) > 18:
        raise ArgumentTypeError(f"{one_line(text, 40)!r} is not a number from 0 on")
    return int(digits)


def names_recording(word: str) -> bool:
    """Whether a word can only mean a recording."""
    found = _TOKEN.match(word)
    name = found[1] if found else word
    return name.endswith(".esr") or (not name and found is not None) or os.path.isfile(word)


def take_words(args: Namespace, least: int, most: int, what: str) -> tuple[str | None, list[str]]:
    """The recording's name, if one was given, and the rest of the words."""
    words: list[str] = list(args.words)
    trace = None
    if words and (names_recording(words[0]) or len(words) > most):
        trace = words.pop(0)
    if len(words) > most:
        extra = " ".join(one_line(word, 40) for word in words[most:])
        raise UsageError(f"too much on the command line: {extra}", hint=f"expected: {what}")
    if len(words) < least:
        raise UsageError(f"what about? missing: {what}", hint=f"see escope {_command()} --help")
    return trace, words


def _command() -> str:
    return safe_text(sys.argv[1]) if len(sys.argv) > 1 else "COMMAND"


# -- recordings


def locate(name: str | None) -> tuple[str, int | None]:
    """The file and the step that were named; a file whose own name ends in ``@12`` is that file.

    A name without a folder may also be that of a file in the recordings folder.
    """
    from escope_tui.launcher import places

    if name is None:
        return newest(), None
    step = None
    found = _TOKEN.match(name)
    if found is not None and not os.path.exists(name):
        digits = found[2].replace(",", "").replace("_", "")
        if len(digits) > 15:
            raise UsageError(f"there is no step {digits[:20]}…")
        name, step = found[1], int(digits)
    if not name:
        return newest(), step
    if not os.path.exists(name) and not os.path.dirname(name):
        for each in (name, name + places.SUFFIX):
            path = os.path.join(places.recordings_folder(), each)
            if os.path.exists(path):
                return path, step
    return name, step


def newest() -> str:
    """The recording that was made last, wherever it was written."""
    from escope_tui.launcher import places
    from escope_tui.library.catalogue import Catalogue

    try:
        with Catalogue(places.data_folder(), places.recordings_folder()) as catalogue:
            return catalogue.newest().path
    except EscopeError:
        return places.newest_recording()


@contextmanager
def opened(name: str | None, *, whole: bool = False) -> Iterator[tuple[Recording, int | None]]:
    """The recording that was named, and the step; None where no step was named.

    `whole`: the question is about all of it, and says so where a step was named.
    """
    from escope_tui.query.recording import open_recording

    gc.set_threshold(YOUNG)  # long lists are made of objects that no cycle holds
    path, step = locate(name)
    if os.path.isdir(path):
        raise NotFoundError(f"{safe_text(path)} is a folder, not a recording")
    with open_recording(path) as rec:
        step = None if step is None else moment(rec, step)
        problem = rec.meta.get("problem") if rec.complete else rec.file.problem
        if problem:
            narrate(f"the recording is not whole: {one_line(str(problem), 200)}")
        if whole and step is not None:
            narrate(f"this is about the whole recording, not only about @{step:,}")
        yield rec, step


def moment(rec: Recording, step: int) -> int:
    """A step of the recording; its end counts as one, negative numbers count from the end."""
    count = len(rec)
    number = step + count if step < 0 else step
    if not 0 <= number <= count:
        last = f"the recording has steps 0 to {count - 1:,}" if count else "it has no steps"
        raise NotFoundError(f"there is no step {step:,}: {last}")
    return number


@contextmanager
def library() -> Iterator[Catalogue]:
    """The catalogue, in step with the files."""
    from escope_tui.launcher.places import data_folder, recordings_folder
    from escope_tui.library.catalogue import Catalogue

    with Catalogue(data_folder(), recordings_folder()) as catalogue:
        if catalogue.rebuilt:
            narrate(
                f"the library was broken and was made anew from the recordings; "
                f"the old one is {safe_text(catalogue.rebuilt)}"
            )
        if catalogue.unwritable:
            narrate(f"the library cannot be written: {one_line(catalogue.unwritable, 200)}")
        yield catalogue


# -- printing


def narrate(text: str) -> None:
    """A word to the person, beside the data."""
    sys.stdout.flush()
    sys.stderr.write(f"escope: {text}\n")
    sys.stderr.flush()


def write(line: str) -> None:
    """One line of data, in whatever the terminal can take."""
    if not line.isascii():
        encoding = sys.stdout.encoding or "ascii"
        line = line.encode(encoding, "backslashreplace").decode(encoding)
    sys.stdout.write(line + "\n")


def write_json(data: Any, indent: int | None = None) -> None:
    """One JSON object."""
    import json

    sys.stdout.write(json.dumps(data, indent=indent, default=_unknown) + "\n")


def _unknown(data: object) -> str:
    return safe_text(str(data))


def write_text(text: str) -> None:
    """Several lines of data."""
    encoding = sys.stdout.encoding or "ascii"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))


def write_all(
    found: Iterable[T],
    args: Namespace,
    line: Callable[[T], str],
    nothing: str,
    step: int | None = None,
) -> None:
    """A list, one by one as they are found: JSON objects or lines, at most `--limit` of them.

    `step`: where the search began, if not at an end of the recording.
    """
    from itertools import islice
    from time import monotonic

    from escope_tui.cli.plain import plain

    limit: int | None = getattr(args, "limit", None)
    rows, count, flushed = iter(found), 0, 0.0
    for each in rows if limit is None else islice(rows, limit):
        count += 1
        if args.json:
            write_json(plain(each))
        else:
            write(line(each))
        if monotonic() - flushed > SOON:  # the next one may be long in coming
            sys.stdout.flush()
            flushed = monotonic()
    if count:
        sys.stdout.flush()
    if not count and limit != 0:
        side = "before" if getattr(args, "back", False) else "from there on"
        narrate(nothing if step is None else f"{nothing} {side} (@{step:,})")
    elif limit is not None and next(rows, None) is not None:
        narrate(f"there are more than {limit:,}")


def shown(value: Any) -> str | None:
    """A recorded value as one safe line; None for None."""
    return None if value is None else value.summary(VALUE_WIDTH)


def table(rows: Iterable[Iterable[str]], gap: str = "  ") -> None:
    """Rows with their columns below each other; the last column is as long as it is."""
    kept = [[str(cell) for cell in row] for row in rows]
    count = max(map(len, kept), default=0)
    widths = [max((len(r[i]) for r in kept if i < len(r) - 1), default=0) for i in range(count)]
    for row in kept:
        cells = [f"{cell:<{widths[i]}}" for i, cell in enumerate(row[:-1])] + row[-1:]
        write(gap.join(cells).rstrip())


def place(file: str, line: int) -> str:
    """A line of a file, as people say it."""
    return f"{_last_part(file)}:{line}"


@lru_cache(64)
def _last_part(file: str) -> str:
    return safe_text(file).replace("\\", "/").rpartition("/")[2]


def refuse(problem: str, hint: str = "") -> EscopeError:
    """A question that makes no sense."""
    return UsageError(problem, hint=hint)
