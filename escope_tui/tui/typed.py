"""What is typed after `:` and `e`: the commands of the shell, places, moves with a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from textual.message import Message

from ..errors import EscopeError
from ..model.text import one_line
from ..session.session import Arrival
from .moves import Moves

if TYPE_CHECKING:
    from ..session.choices import Choice
    from ..session.commands import Reply, Row, Talk
    from .feeds import Fed, Job

COUNTED = re.compile(r"(\d{1,9})\s*([^\d\s:,_%.])\Z")
"""`25n`: a move, so many times."""
COMPLETION = ":"
"""Whom the feeds answer about a line that is typed."""
ROWS = 5000
"""Rows of one answer that are shown at most."""


class Answered(Message):
    """A command has rows to show; sent from the navigator's thread."""

    def __init__(self, question: str, rows: Sequence[Row]) -> None:
        super().__init__()
        self.question = question
        self.rows = rows


class Typed(Moves):
    """The prompt's answers."""

    _talk: Talk | None = None

    def action_goto(self) -> None:
        from ..session import goto

        hint = f"go to {goto.SYNTAX}; or a command of the shell, such as why, hist, help"
        self.ask_line(hint, self.go, past="goto", typed=self._complete)
        self._complete("")

    def action_evaluate(self) -> None:
        self.ask_line(
            "evaluate: an expression over the variables of this frame",
            lambda text: self.move(lambda: self._evaluated(text)),
            past="evaluate",
        )

    def _evaluated(self, text: str) -> Arrival:
        here = self.session.here
        try:
            value = self.session.engine.evaluate(text, here.step, here.frame)
        except EscopeError as error:
            return Arrival(None, f"{one_line(text, 60)}: {error.message}", "warning")
        return Arrival(None, f"{one_line(text, 60)} = {value.summary(200)}")

    def go(self, text: str) -> None:
        """Does what a typed line says."""
        if (counted := COUNTED.match(text)) and self.run_counted(int(counted[1]), counted[2]):
            return
        file = self.view.frame.file if self.view else None
        self.move(lambda: self._carry_out(text, file))

    # -- completion

    def _complete(self, text: str) -> None:
        """Looks for what a line may go on with; `fed_line` shows it."""
        if self.prompting:
            self.feeds.ask(COMPLETION, text, self._choices)

    def _choices(self, job: Job, text: str) -> list[Choice]:
        from ..session.choices import Choices

        found: list[Choice] = []
        for each in Choices(self._talking()).of(text):
            job.check()
            found.append(each)
        return found

    def fed_line(self, fed: Fed) -> bool:
        if fed.pane != COMPLETION:
            return False
        if self.prompting and isinstance(fed.answer, list):
            self.offer_lines(str(fed.want), fed.answer)
        return True

    # -- on the navigator's thread

    def _carry_out(self, text: str, file: str | None) -> Arrival:
        from ..session import commands, goto

        talk = self._talking()
        try:
            target = goto.parse(text)
        except EscopeError:
            target = goto.Target("")
        if target.kind == "function" and text not in talk.frame.locals:
            if commands.find(text) is None:
                there = self.session.function(text)
                if there.moment is not None:
                    return there
        elif target.kind and target.kind != "function":
            return goto.go(self.session, text, file)
        try:
            return self._replied(text, commands.run(talk, text))
        except EscopeError as error:
            hint = f"; {error.hint}" if error.hint else ""
            return Arrival(None, f"{error.message}{hint}", "warning")
        except RecursionError:
            return Arrival(None, "that is nested too deeply", "warning")

    def _talking(self) -> Talk:
        # The commands ask every kind of question; nobody needs them to see the first moment.
        from ..session.commands import Talk

        if self._talk is None:
            self._talk = Talk(self.session, self.navigator.projector)
        return self._talk

    def _replied(self, text: str, reply: Reply) -> Arrival:
        rows: list[Row] = []
        for each in islice(reply.rows, ROWS):
            if self.navigator.left:
                break
            rows.append(each)
        if reply.end:
            self.call_from_thread(self.exit)
        elif len(rows) > 1 or (rows and rows[0].step is not None):
            self.post_message(Answered(text, rows))
        if reply.arrival is not None:
            return reply.arrival
        return Arrival(None, rows[0].text if len(rows) == 1 else "")

    # -- on the app's thread

    def on_answered(self, message: Answered) -> None:
        from .panes.answer import AnswerPane

        pane = self.pane("answer")
        assert isinstance(pane, AnswerPane)
        self.reveal("answer")
        pane.show_answer(message.question, message.rows)
        self.refresh_view()
