"""The configuration file: read, checked line by line, and changed without losing a comment."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from escope_tui.config.settings import BY_KEY, KEYS, SETTINGS
from escope_tui.errors import EscopeError
from escope_tui.model.text import one_line, safe_text

MAX_SIZE = 1_000_000
_TABLE = re.compile(r"\s*\[\s*([\w.\-\"' ]+?)\s*\]\s*(#.*)?$")
_KEY = re.compile(r"\s*([\w\-]+|\"[^\"]*\"|'[^']*')((?:\s*\.\s*(?:[\w\-]+|\"[^\"]*\"))*)\s*=")


class ConfigError(EscopeError):
    """The configuration cannot be used as it is."""

    slug = "config"
    exit_code = 2


@dataclass(frozen=True, slots=True)
class Config:
    """What the file says; `get` fills in the defaults."""

    path: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    """By dotted key, without the table `keys`."""
    keys: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Keys by action, as people write them; none: the action has no key."""
    lines: dict[str, int] = field(default_factory=dict)
    """Where each dotted key stands."""

    def get(self, key: str) -> Any:
        return self.values.get(key, BY_KEY[key].default)

    def where(self, key: str) -> str:
        """File and line of a key, for an error."""
        line = self.lines.get(key)
        return f"{safe_text(self.path)}{f', line {line}' if line else ''}"

    def error(self, key: str, why: str, hint: str = "") -> ConfigError:
        return ConfigError(f"{self.where(key)}: {one_line(key, 80)}: {why}", hint=hint)


def read(path: str) -> Config:
    """Reads and checks a file; one that is not there has no settings."""
    try:
        with open(path, "rb") as file:
            raw = file.read(MAX_SIZE + 1)
    except FileNotFoundError:
        return Config(path)
    except OSError as error:
        raise ConfigError(f"can't read {safe_text(path)}: {error.strerror}") from error
    if len(raw) > MAX_SIZE:
        raise ConfigError(f"{safe_text(path)} is too large for a configuration")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{safe_text(path)}, line {line}: this is not UTF-8") from error
    return parse(text, path)


def parse(text: str, path: str) -> Config:
    """Checks the text of a file."""
    import tomllib

    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = one_line(str(error), 160)
        raise ConfigError(
            f"{safe_text(path)}: {said}", hint='it is TOML: key = "text", key = 12, [table]'
        ) from error
    config = Config(path, lines=_lines(text))
    _take(config, data, "")
    return config


def _take(config: Config, data: dict[str, Any], table: str) -> None:
    for name, value in data.items():
        key = f"{table}{name}"
        if key == KEYS:
            _take_keys(config, value)
        elif isinstance(value, dict) and any(each.startswith(f"{key}.") for each in BY_KEY):
            _take(config, value, f"{key}.")
        elif key not in BY_KEY:
            raise config.error(key, "there is no such setting", near(key, BY_KEY))
        elif why := BY_KEY[key].problem(value):
            raise config.error(key, f"{_shown(value)} will not do: {why}")
        else:
            config.values[key] = value


def _take_keys(config: Config, table: Any) -> None:
    if not isinstance(table, dict):
        raise config.error(KEYS, "it is a table: [keys]")
    for action, value in table.items():
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(each, str) for each in listed):
            why = f'{_shown(value)} will not do: it takes keys, such as ["n", "F10"]'
            raise config.error(f"{KEYS}.{action}", why)
        config.keys[action] = tuple(each for each in listed if each)


def _shown(value: Any) -> str:
    return one_line(json.dumps(value, ensure_ascii=False, default=str), 60)


def near(key: str, known: Any) -> str:
    """A hint with the names that look like one."""
    found = get_close_matches(key, list(known), 3, 0.5)
    return f"did you mean {' or '.join(found)}?" if found else "escope config show lists them all"


def _lines(text: str) -> dict[str, int]:
    """The line of each key that stands at a line's start."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if opened := _TABLE.match(line):
            table = _plain(opened[1]) + "."
        elif key := _KEY.match(line):
            found.setdefault(table + _plain(key[1] + key[2]), number)
    return found


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


# -- changing it


def written(value: Any) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(written(each) for each in value)}]"
    return json.dumps(str(value), ensure_ascii=False)


def understood(key: str, text: str) -> Any:
    """What a person typed for a setting: quotes may be left out."""
    if key.startswith(f"{KEYS}."):
        return text.split()
    setting = BY_KEY.get(key)
    if setting is None:
        raise ConfigError(f"there is no setting {one_line(key, 60)!r}", hint=near(key, BY_KEY))
    value: Any = text
    if isinstance(setting.default, bool):
        value = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
        value = value.get(text.lower(), text)
    elif isinstance(setting.default, int):
        digits = text.replace("_", "").replace(",", "")
        value = int(digits) if digits.isdecimal() and len(digits) < 12 else text
    if why := setting.problem(value):
        raise ConfigError(f"{key}: {one_line(text, 60)!r} will not do: {why}")
    return value


def changed(text: str, key: str, value: Any) -> str:
    """The file's text with one setting changed; every other line stays."""
    import tomllib

    line = f"{{}} = {written(value)}"
    lines = text.split("\n")
    table, _, name = key.rpartition(".")
    at = _lines(text).get(key)
    if at is not None:
        old = lines[at - 1]
        if tomllib.loads(old.partition("=")[0] + "= 0"):
            lines[at - 1] = old.partition("=")[0].rstrip() + line[2:] + _comment(old)
        return "\n".join(lines)
    own = line.format(name)
    if not table:
        first = next((n for n, each in enumerate(lines) if _TABLE.match(each)), len(lines))
        while first > 0 and not lines[first - 1].strip():
            first -= 1
        lines.insert(first, own)
        return _ended("\n".join(lines))
    for number, each in enumerate(lines):
        if (opened := _TABLE.match(each)) and _plain(opened[1]) == table:
            lines.insert(number + 1, own)
            return _ended("\n".join(lines))
    body = text.rstrip("\n")
    return f"{body}{chr(10) * 2 if body else ''}[{table}]\n{own}\n"


def _comment(line: str) -> str:
    """The comment at a line's end, if the value before it is plain."""
    found = re.search(r"=\s*(?:\"[^\"\\]*\"|[\w.+\-]+|\[[^\]#\"]*\])\s*(#.*)$", line)
    return f"  {found[1]}" if found else ""


def _ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def save(path: str, text: str) -> None:
    """Writes the file at once or not at all."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        fresh = f"{path}.new"
        with open(fresh, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(fresh, path)
    except OSError as error:
        raise ConfigError(f"can't write {safe_text(path)}: {error.strerror}") from error


def sample() -> str:
    """A file with every setting at its default, all of them comments."""
    lines = ["# escope's configuration. A line counts once its leading # is gone."]
    table = ""
    for setting in SETTINGS:
        here, _, name = setting.key.rpartition(".")
        if here != table:
            table = here
            lines += ["", f"[{table}]"]
        choices = f" ({', '.join(c for c in setting.choices if c)})" if setting.choices else ""
        lines += [f"# {setting.help}{choices}", f"# {name} = {written(setting.default)}"]
    lines += ["", "[keys]", "# keys by action; escope config show lists the actions"]
    lines += ['# over = ["n", "F10"]', ""]
    return "\n".join(lines)
