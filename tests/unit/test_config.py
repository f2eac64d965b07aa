"""The configuration file: what it takes, what it refuses and where, and how it is changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escope_tui.config import memory
from escope_tui.config.file import ConfigError, changed, parse, read, sample
from escope_tui.config.settings import SETTINGS
from escope_tui.launcher.editor import editor_command
from escope_tui.launcher.places import config_file
from escope_tui.tui.actions import TABLE
from escope_tui.tui.keymap import key_text
from escope_tui.tui.keymaps import SHIPPED, load_all, parse_key


def refused(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_all(parse(text, "c.toml"))
    return caught.value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme = 3", "line 1: theme: 3 will not do"),
        ('\ntheme = "pink"', 'line 2: theme: "pink" will not do: it takes one of'),
        ("[layout]\nacross = 5", "line 2: layout.across: 5 will not do: it takes a number from 20"),
        ("[layout]\nplann = 5", "line 2: layout.plann: there is no such setting"),
        ("theme = x", "line 1"),
        ("mouse = 1", "line 1: mouse: 1 will not do: it takes true or false"),
        (
            '[keys]\n\nzoom = "s"',
            "line 3: keys.zoom: the key s would mean two things: zoom and into",
        ),
        ('[keys]\nzom = "z"', "line 2: keys.zom: there is no such action"),
        ('[keys]\nzoom = "hyper+z"', "line 2: keys.zoom: 'hyper+z' is no key"),
        ('[keys]\nzoom = "ctrl+i"', "terminals send it as Tab"),
        ("[keys]\nzoom = 7", "line 2: keys.zoom: 7 will not do: it takes keys"),
        ("keys = 3", "line 1: keys: it is a table"),
    ],
)
def test_a_mistake_is_told_with_line_and_key(text: str, said: str) -> None:
    assert said in refused(text).message


def test_a_mistake_names_what_was_meant() -> None:
    assert "theme" in refused('thme = "x"').hint
    assert "zoom" in refused('[keys]\nzom = "z"').hint
    assert "into = []" in refused('[keys]\nzoom = "s"').hint


def test_two_actions_can_change_places() -> None:
    keys = load_all(parse('[keys]\nover = "s"\ninto = ["n", "F11"]\n', "c.toml"))
    assert keys["over"] == ("s",)
    assert keys["into"] == ("n", "f11")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_keymap_gives_no_key_two_meanings(name: str) -> None:
    keys = load_all(parse(f'keymap = "{name}"', "c.toml"))
    assert all(keys[action.name] for action in TABLE), "every action has a key"
    assert set(SHIPPED[name]) <= {action.name for action in TABLE} | {"editor"}


def test_keys_are_read_as_they_are_shown() -> None:
    for action in TABLE:
        for key in action.keys:
            assert parse_key(key_text(key).replace("↑", "up").replace("↓", "down")
                             .replace("←", "left").replace("→", "right")) == key  # fmt: skip


@pytest.mark.parametrize("text", ["", " ", "ab", "ctrl+", "\x1b", "ctrl+\x1b", "f99", "shift+ctrl"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert parse_key(text) == ""


def test_the_sample_is_sound_and_has_every_setting() -> None:
    text = sample()
    assert parse(text, "c.toml").values == {}
    assert all(setting.key.rpartition(".")[2] in text for setting in SETTINGS)


@given(st.lists(st.tuples(st.sampled_from(SETTINGS), st.booleans()), max_size=8))
def test_a_change_leaves_every_other_setting_and_comment(
    changes: list[tuple[object, bool]],
) -> None:
    text = '# mine\nkeymap = "vim"  # why not\n\n[keys]\nzoom = "Z"\n'
    expected = {"keymap": "vim"}
    for setting, other in changes:
        value = setting.choices[-1] if setting.choices and other else setting.default  # type: ignore[attr-defined]
        expected[setting.key] = value  # type: ignore[attr-defined]
        text = changed(text, setting.key, value)  # type: ignore[attr-defined]
    config = parse(text, "c.toml")
    assert config.values == expected
    assert config.keys == {"zoom": ("Z",)}
    assert "# mine" in text
    assert "# why not" in text


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    assert read(str(tmp_path / "none.toml")).get("keymap") == "gdb"
    (tmp_path / "bad.toml").write_bytes(b'theme = "a"\n# \xff\n')
    with pytest.raises(ConfigError, match="line 2: this is not UTF-8"):
        read(str(tmp_path / "bad.toml"))
    with pytest.raises(ConfigError, match="can't read"):
        read(str(tmp_path))


def test_the_file_is_where_the_platform_wants_it() -> None:
    assert config_file({"ESCOPE_HOME": "/x"}) == "/x/config.toml"
    if sys.platform != "darwin":
        assert config_file({"HOME": "/h"}) == "/h/.config/escope/config.toml"
        found = config_file({"HOME": "/h", "XDG_CONFIG_HOME": "/c"})
        assert found == "/c/escope/config.toml"


def test_what_is_remembered_survives_a_broken_file(tmp_path: Path) -> None:
    memory.keep(str(tmp_path), {"plan": "tower"})
    memory.keep(str(tmp_path), {"across": 50})
    assert memory.recall(str(tmp_path)) == {"plan": "tower", "across": 50}
    (tmp_path / memory.FILE).write_bytes(b"[" * 50_000)
    assert memory.recall(str(tmp_path)) == {}


def test_editors_get_the_line_as_they_want_it() -> None:
    assert editor_command("f.py", 7, "vim -R", {}) == ["vim", "-R", "+7", "f.py"]
    assert editor_command("f.py", 7, "", {"EDITOR": "code"})[-1] == "f.py:7"
    assert editor_command("f.py", 7, "x '{file}' -l{line}", {}) == ["x", "f.py", "-l7"]
    assert editor_command("f.py", 7, "", {"VISUAL": "myed"}) == ["myed", "f.py"]


def test_the_command_shows_sets_and_edits(tmp_path: Path) -> None:
    home = {**os.environ, "ESCOPE_HOME": str(tmp_path)}

    def config(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "escope_tui", "config", *words]
        return subprocess.run(command, capture_output=True, text=True, env=home | env, timeout=60)

    assert config("set", "theme", "escope-light").returncode == 0
    assert config("get", "theme").stdout == "escope-light\n"
    assert config("path").stdout == f"{tmp_path}/config.toml\n"
    bad = config("set", "keys.zoom", "s")
    assert bad.returncode == 2
    assert "zoom and into" in bad.stderr
    assert "keys" not in (tmp_path / "config.toml").read_text()
    script = tmp_path / "ed.sh"
    script.write_text('echo "theme = 1" > "$1"\n')
    edited = config("edit", VISUAL=f"sh {script}")
    assert edited.returncode == 2
    assert "line 1: theme" in edited.stderr
