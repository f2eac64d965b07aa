"""Every action of the app with its keys: bindings, help and palette are made from this table.

Lower case goes forward, upper case goes back, as in GDB's single-key mode. An action with a
`pane` is a method of that pane; those ``in_pane`` are methods of `LineView`, the rest of the app.
"""

from __future__ import annotations

from .keymap import APP, FIND, LOOK, MOVE, PANE, Action
from .registry import BY_NAME, PANES


def _pair(
    forward: str, back: str, keys: tuple[str, ...], key: str, text: str, mirror: str, group: str
) -> tuple[Action, Action]:
    one = Action(forward, keys, text, group, mirror=back, repeats=True)
    return one, Action(back, (key,), mirror, group, repeats=True)


TABLE: tuple[Action, ...] = (
    *_pair("into", "into_back", ("s", "f11"), "S", "step into", "step back into", MOVE),
    *_pair("over", "over_back", ("n", "f10"), "N", "step over", "step back over", MOVE),
    *_pair(
        "out", "out_back", ("f", "shift+f11"), "F", "run to the return", "back to the call", MOVE
    ),
    *_pair(
        "continue",
        "continue_back",
        ("c", "f5"),
        "C",
        "continue to a breakpoint or exception",
        "back to the one before",
        MOVE,
    ),
    *_pair(
        "end",
        "start",
        ("greater_than_sign",),
        "less_than_sign",
        "end of the recording",
        "start of the recording",
        MOVE,
    ),
    *_pair(
        "place_next",
        "place_previous",
        ("equals_sign",),
        "minus",
        "places visited: on again",
        "places visited: back",
        MOVE,
    ),
    *_pair("play", "play_back", ("p",), "P", "play the film; stop it", "play it backward", MOVE),
    *_pair(
        "faster", "slower", ("right_parenthesis",), "left_parenthesis", "faster", "slower", MOVE
    ),
    Action("count", ("quotation_mark",), "a number: repeat the next move, go to % or step", MOVE),
    Action("percent", ("percent_sign",), "and a digit: seek to 0 % … 90 %", MOVE),
    Action("goto", ("colon", "t"), "go to a step, percent, time, line or function", FIND),
    *_pair(
        "change_next",
        "change_previous",
        ("right_square_bracket",),
        "left_square_bracket",
        "next change of the selected variable",
        "previous change of the selected variable",
        FIND,
    ),
    *_pair(
        "exception_next",
        "exception_previous",
        ("right_curly_bracket",),
        "left_curly_bracket",
        "next exception",
        "previous exception",
        FIND,
    ),
    *_pair(
        "line_next",
        "line_previous",
        ("l",),
        "L",
        "next execution of this line",
        "previous execution of this line",
        FIND,
    ),
    *_pair(
        "here",
        "here_back",
        ("h",),
        "H",
        "run to the cursor's line",
        "back to the cursor's line",
        FIND,
    ),
    *_pair(
        "iteration_next",
        "iteration_previous",
        ("i",),
        "I",
        "next iteration of the loop",
        "previous iteration of the loop",
        FIND,
    ),
    Action("iteration", ("number_sign",), "go to an iteration of the loop by its number", FIND),
    Action("breakpoint", ("b",), "set or clear a breakpoint on the cursor's line", FIND),
    Action("find", ("slash",), "find text in code, values and output", FIND, pane="found"),
    Action(
        "hit_next",
        ("full_stop",),
        "next hit of the search",
        FIND,
        pane="found",
        quiet=True,
        mirror="hit_previous",
    ),
    Action("hit_previous", ("comma",), "previous hit", FIND, pane="found", quiet=True),
    Action("executions", ("asterisk",), "executions of this line", FIND, pane="executions"),
    Action("columns", ("A",), "add expressions to the executions", FIND, pane="executions"),
    Action("mark", ("m",), "mark this moment", FIND, pane="marks", quiet=True, takes_key=True),
    Action(
        "mark_go", ("apostrophe",), "go to a mark", FIND, pane="marks", quiet=True, takes_key=True
    ),
    Action("marks", ("M",), "marks and notes", LOOK, pane="marks"),
    Action("watch", ("w",), "watch an expression", LOOK, pane="watches"),
    Action("stop", ("B",), "breakpoint at a function, exception…", FIND, pane="watches"),
    Action("call_interest", ("U",), "hide, show calls of little interest", LOOK, pane="calls"),
    Action("call_hot", ("X",), "unfold where the time went", LOOK, pane="calls"),
    Action("note", ("semicolon",), "keep this moment with a note", FIND, pane="marks"),
    Action("notes", ("W",), "write marks and notes as Markdown", APP, pane="marks"),
    Action("why", ("x",), "why: the selected variable, else this statement", LOOK, pane="why"),
    Action("history", ("v",), "history of the selected variable", LOOK, pane="history"),
    Action("ask", ("a",), "ask about this moment", LOOK, pane="ask"),
    Action("frame_up", ("u",), "frame up: the caller", LOOK, repeats=True),
    Action("frame_down", ("d",), "frame down: the callee", LOOK, repeats=True),
    Action("evaluate", ("e",), "evaluate an expression in this frame", LOOK),
    Action("current", ("0",), "back to the current line", LOOK),
    Action("filter", ("ampersand",), "show only rows with a text", LOOK),
    Action("format", ("r",), "selected value as hex, JSON, table, plot…", LOOK, pane="variables"),
    Action("pin", ("K",), "pin the selected value to compare it", LOOK, pane="variables"),
    Action("copy_value", ("y",), "copy the selected value", LOOK),
    Action("copy_name", ("Y",), "copy the selected expression", LOOK),
    Action("copy_place", ("at",), "copy this place: trace.esr@1234", LOOK),
    Action("editor", ("o",), "open the line in your editor", LOOK),
    Action("zoom", ("z",), "zoom the pane, and back", LOOK),
    Action("layout", ("backslash",), "next layout", LOOK),
    Action("grow", ("plus",), "more room for the pane", LOOK),
    Action("shrink", ("underscore",), "less room for the pane", LOOK),
    Action("hide", ("Z",), "hide the pane", LOOK),
    *(Action(f"pane_{spec.name}", (spec.key,), spec.title, LOOK) for spec in PANES if spec.key),
    Action("row_up", ("up", "k"), "one row up", PANE, True),
    Action("row_down", ("down", "j"), "one row down", PANE, True),
    Action("page_up", ("pageup", "ctrl+u"), "page up", PANE, True),
    Action("page_down", ("pagedown", "ctrl+d"), "page down", PANE, True),
    Action("first", ("home", "g"), "first row", PANE, True),
    Action("last", ("end", "G"), "last row", PANE, True),
    Action("left", ("left",), "fold; scroll left", PANE, True),
    Action("right", ("right",), "unfold; scroll right", PANE, True),
    Action("unfold", ("space",), "unfold and fold", PANE, True),
    Action("choose", ("enter",), "go there; unfold", PANE, True),
    Action("library", ("O",), "open another recording", APP),
    Action("remove", ("delete", "backspace"), "take the row away", PANE, True),
    Action("export", ("E",), "export the screen: SVG or text", APP, takes_key=True),
    Action("help", ("question_mark", "f1"), "this page", APP),
    Action("command_palette", ("ctrl+p",), "every action by name", APP),
    Action("suspend", ("ctrl+z",), "suspend (fg comes back)", APP),
    Action("quit", ("q",), "quit", APP),
)

"""All that a keymap may name, also where the pane that would do it is not there."""

ACTIONS = tuple(action for action in TABLE if not action.pane or action.pane in BY_NAME)
"""Every action that can be done."""
