"""Names and places of files: the recordings folder, the cache, a recording's readable name."""

from __future__ import annotations

import os
import sys
import time

from escope_tui.errors import NotFoundError, OutputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SUFFIX = ".esr"


def _home(environ: Mapping[str, str]) -> str:
    return environ.get("HOME") or os.path.expanduser("~")


def _xdg(environ: Mapping[str, str], name: str, *fallback: str) -> str:
    # The XDG rules say to pass over a relative path.
    place = environ.get(name, "")
    return place if os.path.isabs(place) else os.path.join(_home(environ), *fallback)


def data_folder(environ: Mapping[str, str] | None = None) -> str:
    """Where escope keeps what a person would miss: ``$ESCOPE_HOME``, else the platform's place."""
    env = os.environ if environ is None else environ
    if env.get("ESCOPE_HOME"):
        return os.path.abspath(env["ESCOPE_HOME"])
    if sys.platform == "darwin":
        return os.path.join(_home(env), "Library", "Application Support", "escope")
    return os.path.join(_xdg(env, "XDG_DATA_HOME", ".local", "share"), "escope")


def config_file(environ: Mapping[str, str] | None = None) -> str:
    """The file of a person's choices: in ``$ESCOPE_HOME``, else at the platform's place."""
    env = os.environ if environ is None else environ
    if env.get("ESCOPE_HOME") or sys.platform == "darwin":
        return os.path.join(data_folder(env), "config.toml")
    return os.path.join(_xdg(env, "XDG_CONFIG_HOME", ".config"), "escope", "config.toml")


def cache_folder(environ: Mapping[str, str] | None = None) -> str:
    """Where escope keeps what can be made again, such as rewritten code."""
    env = os.environ if environ is None else environ
    if env.get("ESCOPE_HOME"):
        return os.path.join(os.path.abspath(env["ESCOPE_HOME"]), "cache")
    if sys.platform == "darwin":
        return os.path.join(_home(env), "Library", "Caches", "escope")
    return os.path.join(_xdg(env, "XDG_CACHE_HOME", ".cache"), "escope")


def recordings_folder(environ: Mapping[str, str] | None = None) -> str:
    """Where recordings go that were given no name."""
    return os.path.join(data_folder(environ), "recordings")


def readable_name(program: str, when: float) -> str:
    """A file name such as ``script-20261121-153012.esr``."""
    kept = "".join(char if char.isalnum() or char in "_.+-" else " " for char in program)
    stem = "-".join(kept.split()).strip("-.")[:60] or "program"
    return f"{stem}-{time.strftime('%Y%m%d-%H%M%S', time.localtime(when))}{SUFFIX}"


def new_recording(program: str, when: float) -> str:
    """A free path in the recordings folder, which is made if need be."""
    folder = recordings_folder()
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"can't make the recordings folder {folder!r}: {error.strerror}",
            hint="choose a file with -o, or another place with $ESCOPE_HOME",
        ) from error
    path = first = os.path.join(folder, readable_name(program, when))
    number = 1
    while os.path.lexists(path):
        number += 1
        path = f"{first[: -len(SUFFIX)]}-{number}{SUFFIX}"
    return path


def newest_recording() -> str:
    """The recording that was made last."""
    folder = recordings_folder()
    newest: tuple[float, str] | None = None
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(SUFFIX) and entry.is_file():
                    found = (entry.stat().st_mtime, entry.path)
                    newest = found if newest is None else max(newest, found)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise NotFoundError(f"can't read {folder!r}: {error.strerror}") from error
    if newest is None:
        raise NotFoundError(
            f"there is no recording in {folder!r} yet", hint="make one: escope record script.py"
        )
    return newest[1]


def create(path: str, *, force: bool) -> None:
    """Makes the recording's empty file; one that is there stays unless ``force``."""
    if os.path.isdir(path):
        raise OutputError(f"{path!r} is a folder", hint="-o takes the name of a file")
    try:
        if force and os.path.lexists(path):
            os.unlink(path)  # whoever has the old recording open keeps it
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError as error:
        raise OutputError(
            f"{path!r} exists already",
            hint="give another name with -o, or overwrite it with --force",
        ) from error
    except OSError as error:
        raise OutputError(f"can't write {path!r}: {error.strerror}") from error


def discard(path: str) -> None:
    """Removes a recording that was begun and came to nothing."""
    try:
        os.unlink(path)
    except OSError:
        return


def announce(path: str) -> None:
    """Leaves word of a recording that lies outside the recordings folder, for the library to find.

    One small file, and nothing that fails: the recording is finished and its program has ended.
    """
    if os.path.dirname(path) == recordings_folder():
        return
    try:
        folder = os.path.join(data_folder(), "library.new")
        os.makedirs(folder, exist_ok=True)
        note = os.open(
            os.path.join(folder, f"{time.time_ns()}-{os.getpid()}"),
            os.O_WRONLY | os.O_CREAT | os.O_EXCL,
            0o666,
        )
        try:
            os.write(note, os.fsencode(path) + b"\n")
        finally:
            os.close(note)
    except OSError:
        return
