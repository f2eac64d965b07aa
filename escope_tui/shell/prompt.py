"""The prompt on a terminal: completion, history, colours, several lines, a toolbar."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from ..launcher.places import data_folder
from ..model.text import one_line, safe_text
from ..session import commands
from ..session.highlight import Highlighted, coloured
from .completion import ShellCompleter
from .loop import joined, prompt_text, unfinished

if TYPE_CHECKING:
    from .loop import Ask, Shell

HISTORY = "shell_history"
STYLE = Style.from_dict(
    {
        "command": "bold ansiblue",
        "keyword": "ansimagenta",
        "string": "ansigreen",
        "comment": "ansibrightblack",
        "builtin": "ansicyan",
        "constant": "ansicyan",
        "number": "ansicyan",
        "prompt": "bold",
        "bottom-toolbar": "noreverse ansibrightblack",
    }
)


class ShellLexer(Lexer):
    """Commands and Python, coloured as they are typed."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = document.lines
        styles = Highlighted(list(lines))
        found, rest = commands.split(document.text)
        first = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        length = len(document.text.strip()) - len(rest) if found is not None else 0

        def line(number: int) -> StyleAndTextTuples:
            try:
                text = lines[number]
                parts = coloured(text, styles.spans(number))
            except IndexError:
                return []
            shown: StyleAndTextTuples = [
                (f"class:{style}" if style else "", part) for part, style in parts
            ]
            if number == 0 and length:
                end = first + len(text[first : first + length].rstrip())
                shown = [("", text[:first]), ("class:command", text[first:end])]
                spans = [(max(a - end, 0), b - end, s) for a, b, s in styles.spans(0) if b > end]
                shown += [
                    (f"class:{style}" if style else "", part)
                    for part, style in coloured(text[end:], spans)
                ]
            return shown

        return line


def _history() -> History:
    path = os.path.join(data_folder(), HISTORY)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "ab"):
            pass
        os.chmod(path, 0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)


def _bindings() -> KeyBindings:
    keys = KeyBindings()

    @Condition
    def goes_on() -> bool:
        from prompt_toolkit.application.current import get_app

        return unfinished(get_app().current_buffer.text)

    @keys.add("enter", filter=goes_on)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("enter", filter=~goes_on)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    return keys


def asking(shell: Shell) -> Ask:
    """A prompt that gives the next line."""
    talk = shell.talk

    def toolbar() -> str:
        step = talk.engine.step(talk.step)
        frame = talk.frame
        total = len(talk.engine)
        place = f"{one_line(frame.file.rpartition('/')[2], 40)}:{frame.line}"
        thread = one_line(talk.engine.threads().get(step.thread, ""), 24)
        return safe_text(
            f" @{talk.step:,} of {total:,} · {100 * talk.step / max(total - 1, 1):.0f} % · "
            f"{step.time_ns / 1e9:.3f} s · {place} in {one_line(frame.function, 40)} · {thread}"
        )

    session: PromptSession[str] = PromptSession(
        history=_history(),
        completer=ShellCompleter(talk),
        complete_while_typing=False,
        lexer=ShellLexer(),
        style=STYLE,
        color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        multiline=True,
        key_bindings=_bindings(),
        auto_suggest=AutoSuggestFromHistory(),
        bottom_toolbar=toolbar,
        prompt_continuation="... ",
        enable_suspend=True,
        enable_open_in_editor=False,
    )
    return lambda: joined(session.prompt([("class:prompt", prompt_text(shell))]))
