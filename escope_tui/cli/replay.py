"""``escope replay``: opens a recording in the app; without a terminal, prints its end as text."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from typing import TYPE_CHECKING

from escope_tui.cli.common import locate
from escope_tui.errors import EscopeError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from escope_tui.config.file import Config
    from escope_tui.session.engine import RecordingEngine

THEMES = ("escope-dark", "escope-light", "escope-contrast", "ansi-dark", "ansi-light")


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.add_argument(
        "recording",
        nargs="?",
        metavar="trace.esr[@step]",
        help="the recording, perhaps with the step to open it at; the newest one if left out",
    )
    parser.add_argument("--text", action="store_true", help="print the summary, start no app")
    parser.add_argument(
        "--theme", choices=THEMES, help="colours: %(choices)s ($ESCOPE_THEME sets the default)"
    )
    parser.add_argument(
        "--no-mouse", action="store_true", help="leave the mouse to the terminal, to select text"
    )


def run(args: Namespace) -> int:
    """Runs the app, or prints the summary; both mean exit code 0."""
    path, step = locate(args.recording)
    reason = "" if args.text else no_app_because()
    if not args.text and not reason:
        gc.disable()  # until the first picture is there: what is made by then stays
    from escope_tui.session.engine import open_engine

    engine = open_engine(path)
    try:
        if args.text or reason:
            return _print(engine, step, reason)
        return _show(engine, step, args)
    finally:
        engine.close()
        gc.enable()


def open_app(path: str) -> None:
    """Goes on into the app after a recording, where there is a terminal for it."""
    from argparse import Namespace

    reason = no_app_because()
    if reason:
        sys.stderr.write(f"escope: no app: {reason}\n")
    else:
        run(Namespace(recording=path, text=False, theme=None, no_mouse=False))


def no_app_because() -> str:
    """Why the app cannot run here; empty if it can."""
    if not sys.stdin or not sys.stdin.isatty():
        return "standard input is not a terminal"
    if not sys.__stderr__ or not sys.__stderr__.isatty():
        return "standard error, on which the app draws, is not a terminal"
    if os.environ.get("TERM", "") in ("dumb", ""):
        return f"TERM is {os.environ.get('TERM') or 'not set'}, a terminal that cannot draw"
    return ""


def _print(engine: RecordingEngine, step: int | None, reason: str) -> int:
    from escope_tui.session.summary import summary

    if reason:
        sys.stderr.write(f"escope: no app, but a summary: {reason}\n")
        sys.stderr.flush()
    encoding = sys.stdout.encoding or "ascii"
    for line in summary(engine, step):
        text = line.encode(encoding, "backslashreplace").decode(encoding)
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
    return 0


def _show(engine: RecordingEngine, step: int | None, args: Namespace) -> int:
    from escope_tui.config import file, memory
    from escope_tui.launcher.places import config_file, data_folder
    from escope_tui.tui.app import ReplayApp

    config = file.read(config_file())
    known = memory.recall(data_folder())
    app = ReplayApp(engine, step, _theme(args.theme, config, known), config, known)
    app.run(mouse=config.get("mouse") and not args.no_mouse)
    if app.failure is not None:
        log = _write_crash(app.failure)
        raise EscopeError(
            f"the app broke ({type(app.failure).__name__}); the recording is unharmed",
            hint=f"where it broke, without recorded values: {log}",
            slug="crash",
        )
    memory.keep(data_folder(), app.remembered())
    if app.chosen:
        args.recording = app.chosen
        return run(args)
    place = f"{engine.name}@{app.session.here.step}"
    sys.stdout.write(f"left at {place}\n")
    return app.return_code or 0


def _theme(chosen: str | None, config: Config, known: Mapping[str, object]) -> str:
    if chosen is not None:
        return chosen
    for wanted in (os.environ.get("ESCOPE_THEME", ""), config.get("theme")):
        if wanted in THEMES:
            return str(wanted)
    if os.environ.get("NO_COLOR"):
        return "ansi-dark"
    last = known.get("theme")
    return last if isinstance(last, str) and last in THEMES else THEMES[0]


def _write_crash(error: BaseException) -> str:
    """Places only: an exception's message and local variables may hold recorded values."""
    from escope_tui.launcher.places import data_folder

    lines = [f"{type(error).__module__}.{type(error).__qualname__}"]
    for entry in traceback.extract_tb(error.__traceback__):
        lines.append(f"  {entry.filename}:{entry.lineno} in {entry.name}")
    path = os.path.join(data_folder(), "crash.log")
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("\n".join(lines) + "\n")
    except OSError:
        return " ".join(part.strip() for part in lines[-1:])
    return path
