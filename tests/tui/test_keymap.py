"""The action table: what a key means is said once."""

from __future__ import annotations

from escope_tui.tui.actions import ACTIONS
from escope_tui.tui.app import ReplayApp
from escope_tui.tui.keymap import clashes, key_text
from escope_tui.tui.registry import BY_NAME
from escope_tui.tui.screens.help import HelpPage, page
from escope_tui.tui.widgets.lines import LineView
from tests.helpers.driving import replaying
from tests.helpers.fakerecording import FakeRecording

UX = {
    "s": "into", "S": "into_back", "f11": "into",
    "n": "over", "N": "over_back", "f10": "over",
    "f": "out", "F": "out_back", "shift+f11": "out",
    "c": "continue", "C": "continue_back", "f5": "continue",
    "right_square_bracket": "change_next", "left_square_bracket": "change_previous",
    "right_curly_bracket": "exception_next", "left_curly_bracket": "exception_previous",
    "l": "line_next", "L": "line_previous", "h": "here", "H": "here_back",
    "greater_than_sign": "end", "less_than_sign": "start",
    "equals_sign": "place_next", "minus": "place_previous",
    "colon": "goto", "t": "goto", "u": "frame_up", "d": "frame_down",
    "b": "breakpoint", "e": "evaluate", "z": "zoom", "0": "current",
    "y": "copy_value", "Y": "copy_name",
    "question_mark": "help", "f1": "help", "ctrl+p": "command_palette",
    "q": "quit", "ctrl+z": "suspend",
}  # fmt: skip
UNRELIABLE = {"ctrl+s", "ctrl+q", "ctrl+a", "ctrl+b", "ctrl+i", "ctrl+m", "ctrl+h"}


def test_the_keys_are_those_of_the_design() -> None:
    owner = {key: action.name for action in ACTIONS for key in action.keys}
    assert {key: owner.get(key) for key in UX} == UX


def test_no_key_means_two_things() -> None:
    assert clashes(ACTIONS) == []


def test_every_action_can_be_done() -> None:
    for action in ACTIONS:
        name = "pane" if action.name.startswith("pane_") else action.name
        owner: type = LineView if action.in_pane else ReplayApp
        if action.pane:
            owner = type(BY_NAME[action.pane].load())
        assert callable(getattr(owner, f"action_{name}", None)), action.name


def test_no_action_hangs_on_keys_that_terminals_swallow() -> None:
    for action in ACTIONS:
        assert not set(action.keys) & UNRELIABLE
        assert not any(key.startswith("alt+") for key in action.keys)
        first = action.keys[0]
        assert not (first[0] == "f" and first[1:].isdigit()), "function keys are aliases only"


def test_help_tells_of_every_action() -> None:
    text = "\n".join("".join(part for part, _ in row) for row in page())
    for action in ACTIONS:
        assert action.text.removeprefix("next ") in text
        assert key_text(action.keys[0]) in text


async def test_the_page_of_keys_is_whole_on_a_small_screen() -> None:
    async with replaying(FakeRecording.of(), size=(80, 24)) as app:
        await app.press("question_mark")
        shown = app.app.screen.query_one(HelpPage)
        rows = [shown.row_parts(n, 0) for n in range(shown.row_count())]
        lines = ["".join(text for text, _ in row) for row in rows]
        assert max(map(len, lines)) <= shown.room
        said = " ".join(" ".join(lines).split())
        for row in page(app.app.keys):
            for text, _ in row:
                assert " ".join(text.split()) in said
