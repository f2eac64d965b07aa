"""``escope config``: shows, checks and changes the configuration file."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from escope_tui.cli import common
from escope_tui.errors import UsageError
from escope_tui.model.text import one_line

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from escope_tui.config.file import Config

EPILOG = """\
examples:
  escope config set theme escope-light
  escope config set keys.over n F10
  escope config edit
"""
DOES = {
    "path": "print where the file is",
    "show": "print every setting and action with its value and default",
    "get": "print one setting: escope config get KEY",
    "set": "change one setting: escope config set KEY VALUE",
    "check": "check the file",
    "edit": "open the file in your editor, and check it",
}


def configure(parser: ArgumentParser) -> None:
    """Adds the command's arguments."""
    parser.epilog = EPILOG
    parser.add_argument(
        "what",
        nargs="?",
        choices=DOES,
        default="show",
        help="; ".join(f"{name}: {text}" for name, text in DOES.items()),
    )
    parser.add_argument("words", nargs="*", metavar="KEY [VALUE]", help="for get and set")
    common.add_json(parser)


def run(args: Namespace) -> int:
    """Does it."""
    from escope_tui.config.file import read
    from escope_tui.launcher.places import config_file

    path = config_file()
    words = list(args.words)
    wanted = {"get": (1, 1), "set": (2, 99)}.get(args.what, (0, 0))
    if not wanted[0] <= len(words) <= wanted[1]:
        raise UsageError(f"escope config {args.what}: {DOES[args.what]}")
    if args.what == "path":
        _print(path, {"path": path, "exists": os.path.exists(path)}, args.json)
    elif args.what == "edit":
        return _edit(path)
    elif args.what == "set":
        _set(path, words[0], " ".join(words[1:]))
    else:
        config = read(path)
        rows = dict(_rows(config))
        if args.what == "get":
            _get(rows, words[0], args.json)
        elif args.what == "show":
            _show(rows, args.json)
        else:
            common.narrate(f"{path}: {'all is well' if os.path.exists(path) else 'no such file'}")
    return 0


def _rows(config: Config) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every setting, then every action's keys; raises where the file's keys clash."""
    from escope_tui.config.settings import SETTINGS
    from escope_tui.tui.actions import TABLE
    from escope_tui.tui.keymap import key_text
    from escope_tui.tui.keymaps import load_all

    for setting in SETTINGS:
        value = config.get(setting.key)
        row = {"key": setting.key, "value": value, "default": setting.default}
        yield setting.key, row | {"help": setting.help}
    keys = load_all(config)
    for action in TABLE:
        key = f"keys.{action.name}"
        value, default = [key_text(each) for each in keys[action.name]], action.keys
        row = {"key": key, "value": value, "default": [key_text(each) for each in default]}
        yield key, row | {"help": action.text}


def _get(rows: dict[str, dict[str, Any]], key: str, as_json: bool) -> None:
    from escope_tui.config.file import near

    if key not in rows:
        raise UsageError(f"there is no setting {one_line(key, 60)!r}", hint=near(key, rows))
    _print(_plain(rows[key]["value"]), rows[key], as_json)


def _show(rows: dict[str, dict[str, Any]], as_json: bool) -> None:
    if as_json:
        for row in rows.values():
            common.write_json(row)
        return
    table = []
    for key, row in rows.items():
        mark = "*" if row["value"] != row["default"] else ""
        table.append([key, _plain(row["value"]) or '""', mark, row["help"]])
    common.table(table)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, list) else str(value)


def _print(text: str, row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        common.write_json(row)
    else:
        sys.stdout.write(f"{text}\n")


def _set(path: str, key: str, text: str) -> None:
    """Changes the file only if the whole of it is sound afterwards."""
    from escope_tui.config import file
    from escope_tui.tui.keymaps import load_all

    value = file.understood(key, text)
    config = file.read(path)
    old = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            old = stream.read()
    new = file.changed(old, key, value)
    load_all(file.parse(new, config.path))
    file.save(path, new)
    common.narrate(f"{key} is now {_plain(value) or 'empty'}")


def _edit(path: str) -> int:
    from escope_tui.config import file
    from escope_tui.launcher.editor import editor_command
    from escope_tui.tui.keymaps import load_all

    if not os.path.exists(path):
        file.save(path, file.sample())
    status = subprocess.run(editor_command(path, 1), check=False).returncode
    if status == 0:
        load_all(file.read(path))
        common.narrate(f"{path}: all is well")
    return status
