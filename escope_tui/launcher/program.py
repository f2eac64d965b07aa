"""What is to be recorded: a script, a module, code, standard input, a folder or a zip file."""

from __future__ import annotations

import os
import sys

from escope_tui.errors import ProgramError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    Kind = Literal["script", "module", "command", "stdin", "folder"]

_TAKES_VALUE = "WX"
"""Options of the interpreter that are followed by a value, in the same word or the next one."""


class Program:
    """A program as it stands on a command line of Python."""

    __slots__ = ("args", "kind", "what")

    def __init__(self, kind: Kind, what: str, args: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.what = what
        """The script's path as it was given, the module's name, or the code."""
        self.args = args

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Program) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash((self.kind, self.what, self.args))

    def __repr__(self) -> str:
        return f"Program({self.kind!r}, {self.what!r}, {self.args!r})"

    @property
    def words(self) -> list[str]:
        """The program's part of a Python command line."""
        before = {"module": ["-m"], "command": ["-c"]}.get(self.kind, [])
        return [*before, self.what, *self.args]

    @property
    def name(self) -> str:
        """A short name for people and for files."""
        if self.kind == "command":
            return "command"
        if self.kind == "stdin":
            return "stdin"
        if self.kind == "module":
            return self.what
        return os.path.splitext(os.path.basename(os.path.abspath(self.what)))[0]


def parse_program(words: Sequence[str]) -> Program:
    """Reads ``script.py args``, ``-m module args``, ``-c code args`` or ``- args``."""
    if not words:
        raise UsageError("there is no program to record", hint="escope record script.py [args...]")
    first, rest = words[0], tuple(words[1:])
    for option, kind, what in (("-m", "module", "module"), ("-c", "command", "piece of code")):
        if first.startswith(option):
            joined = first[2:]
            if not joined and not rest:
                raise UsageError(f"{option} needs a {what}")
            value, args = (joined, rest) if joined else (rest[0], rest[1:])
            return Program("module" if kind == "module" else "command", value, args)
    if first == "-":
        return Program("stdin", "-", rest)
    return _file_program(first, rest)


def _file_program(path: str, args: tuple[str, ...]) -> Program:
    """A program in a file or a folder; says what Python says when it is not there."""
    full = os.path.abspath(path)
    if os.path.isdir(full):
        names = ("__main__.py", "__main__.pyc")
        if not any(os.path.isfile(os.path.join(full, name)) for name in names):
            raise ProgramError(f"can't find '__main__' module in {full!r}", exit_code=1)
        return Program("folder", path, args)
    try:
        kind: Kind = "folder" if _is_zip(full) else "script"
    except OSError as error:
        raise ProgramError(
            f"can't open file {full!r}: [Errno {error.errno}] {error.strerror}"
        ) from error
    return Program(kind, path, args)


def _is_zip(path: str) -> bool:
    """Whether Python would run the file as a zip archive (one may have any text in front)."""
    with open(path, "rb") as file:
        if not file.seekable():
            return False
        file.seek(0, os.SEEK_END)
        size = file.tell()
        file.seek(max(0, size - 22 - 65535))
        if b"PK\x05\x06" not in file.read():
            return False
    from zipimport import ZipImportError, zipimporter

    try:
        zipimporter(path)
    except ZipImportError:
        return False
    return True


def interpreter_options(orig_argv: Sequence[str] | None = None) -> list[str]:
    """The options that this Python itself was given, word for word; the program gets them too."""
    words = list(sys.orig_argv if orig_argv is None else orig_argv)[1:]
    options: list[str] = []
    while words:
        word = words.pop(0)
        if word == "--check-hash-based-pycs" and words:
            options += [word, words.pop(0)]
            continue
        if not word.startswith("-") or word == "-" or word.startswith("--"):
            break
        kept, ended, value = _option_letters(word[1:])
        if value and not ended and words:
            options += [f"-{kept}", words.pop(0)]
        elif kept:
            options.append(f"-{kept}")
        if ended:
            break
    return options


def _option_letters(letters: str) -> tuple[str, bool, bool]:
    """One word without its dash: (what to keep, program begins here, value is the next word)."""
    kept = ""
    for place, letter in enumerate(letters):
        if letter in "mc":
            return kept, True, False
        if letter in _TAKES_VALUE:
            return kept + letters[place:], False, place == len(letters) - 1
        if letter != "i":  # a recorded program does not become a prompt
            kept += letter
    return kept, False, False


def first_path(program: Program) -> str | None:
    """What Python puts in front of ``sys.path`` for the program; None when it was told not to."""
    if program.kind == "folder":
        return os.path.join(os.getcwd(), program.what)  # not normalized: Python does not either
    if sys.flags.safe_path:
        return None
    if program.kind == "script":
        return os.path.dirname(os.path.realpath(program.what))
    return os.getcwd() if program.kind == "module" else ""


def home_folder(program: Program) -> str:
    """The folder in which the user's own code is."""
    if program.kind == "script":
        return os.path.dirname(os.path.realpath(program.what))
    if program.kind == "folder":
        return os.path.realpath(program.what)
    return os.path.realpath(os.getcwd())
