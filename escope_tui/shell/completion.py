"""Completion in the shell: what could be typed here, for prompt-toolkit."""

from __future__ import annotations

from collections.abc import Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from ..model.text import one_line
from ..session.choices import Choices
from ..session.commands import Talk


class ShellCompleter(Completer):
    """Completes a line of the shell."""

    def __init__(self, talk: Talk) -> None:
        self._choices = Choices(talk)

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        for name, begun, word in self._choices.of(document.text_before_cursor):
            yield Completion(
                name, -begun, display=one_line(name, 60), display_meta=one_line(word, 50)
            )
