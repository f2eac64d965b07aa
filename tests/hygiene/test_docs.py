"""The documentation names everything that a person can type, and nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from escope_tui import cli
from escope_tui.tui.actions import ACTIONS
from escope_tui.tui.keymap import Action, key_text

ROOT = Path(__file__).resolve().parents[2]
PAGES = {page.name: page.read_text("utf-8") for page in sorted((ROOT / "docs").glob("*.md"))}
EVERYTHING = "\n".join(PAGES.values())


def options(command: str) -> list[str]:
    parser = cli.new_parser(command)
    cli.load(command).configure(parser)
    return [
        option
        for action in parser._actions
        for option in action.option_strings
        if option not in ("-h", "--help")
    ]


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_is_in_the_documentation(command: str) -> None:
    assert f"escope {command}" in EVERYTHING


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_option_is_on_a_page_that_tells_of_its_command(command: str) -> None:
    text = "\n".join(page for page in PAGES.values() if f"escope {command}" in page)
    missing = [option for option in options(command) if not re.search(rf"{option}\b", text)]
    assert not missing


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_has_its_line_in_the_help(command: str) -> None:
    assert re.search(rf"^  {command} +\w", cli.help_text(), re.MULTILINE)
    assert cli.new_parser(command).description


def test_every_command_that_the_documentation_names_exists() -> None:
    named = set(re.findall(r"(?:^    (?:\$ )?|`)escope ([a-z]+)", EVERYTHING, re.MULTILINE))
    assert named <= {*cli.COMMANDS, "help"}


@pytest.mark.parametrize("action", ACTIONS, ids=[action.name for action in ACTIONS])
def test_every_key_is_in_the_documentation(action: Action) -> None:
    page = PAGES["replaying.md"]
    names = {key: (key_text(key), key.replace("ctrl", "Ctrl"), key) for key in action.keys}
    missing = [
        key
        for key, spellings in names.items()
        if not any(
            re.search(rf"(?<![\w`]){re.escape(name)}(?!\w)|`{re.escape(name)}`", page)
            for name in spellings
        )
    ]
    assert not missing


def test_every_environment_variable_is_in_the_documentation() -> None:
    package = Path(cli.__file__).parents[1]
    read = set()
    for source in package.rglob("*.py"):
        read |= set(re.findall(r"""["'](ESCOPE_[A-Z_]+)["']""", source.read_text("utf-8")))
    internal = {name for name in read if name.startswith("ESCOPE_INTERNAL")}
    assert read - internal <= set(re.findall(r"ESCOPE_[A-Z_]+", PAGES["configuration.md"]))


@pytest.mark.parametrize(
    "page",
    [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "recordings" / "README.md"],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_readme_and_index_lead_to_every_page() -> None:
    readme = (ROOT / "README.md").read_text()
    index = (ROOT / "docs" / "index.md").read_text()
    for page in sorted((ROOT / "docs").glob("*.md")):
        assert f"(docs/{page.name})" in readme
        assert page.name == "index.md" or f"({page.name})" in index
