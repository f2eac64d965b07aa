"""The keys that go through time."""

from __future__ import annotations

from collections.abc import Callable

from ..session.session import Arrival
from .prefix import Prefixes


class Moves(Prefixes):
    """One method for each action that leads to another moment."""

    def travel(self, move: Callable[[], Arrival], far: bool = True) -> None:
        """Starts a move, as often as the count that was typed before it says."""
        times, self.count = self.count, 1
        if times == 1:
            self.move(move, far)
            return

        def left(done: int) -> bool:
            self.navigator.progress = f"{done:,} of {times:,}"
            return self.navigator.left

        self.move(lambda: self.session.repeat(move, times, left))

    def action_into(self) -> None:
        self.travel(lambda: self.session.into(False), far=False)

    def action_into_back(self) -> None:
        self.travel(lambda: self.session.into(True), far=False)

    def action_over(self) -> None:
        self.travel(lambda: self.session.over(False), far=False)

    def action_over_back(self) -> None:
        self.travel(lambda: self.session.over(True), far=False)

    def action_out(self) -> None:
        self.travel(lambda: self.session.out(False))

    def action_out_back(self) -> None:
        self.travel(lambda: self.session.out(True))

    def action_continue(self) -> None:
        self.travel(lambda: self.session.resume(False))

    def action_continue_back(self) -> None:
        self.travel(lambda: self.session.resume(True))

    def action_start(self) -> None:
        self.move(lambda: self.session.edge(False))

    def action_end(self) -> None:
        self.move(lambda: self.session.edge(True))

    def action_place_next(self) -> None:
        self.travel(lambda: self.session.visited(False), far=False)

    def action_place_previous(self) -> None:
        self.travel(lambda: self.session.visited(True), far=False)

    def action_exception_next(self) -> None:
        self.travel(lambda: self.session.raised(False))

    def action_exception_previous(self) -> None:
        self.travel(lambda: self.session.raised(True))

    def action_frame_up(self) -> None:
        self.travel(lambda: self.session.frame_by(up=True), far=False)

    def action_frame_down(self) -> None:
        self.travel(lambda: self.session.frame_by(up=False), far=False)

    def action_change_next(self) -> None:
        self._change(False)

    def action_change_previous(self) -> None:
        self._change(True)

    def _change(self, back: bool) -> None:
        key = self.selected_expression()
        if not key:
            self.tell("select a variable first: 2 goes to the variables", "warning")
            return
        self.travel(lambda: self.session.change(key, back))

    def action_line_next(self) -> None:
        self._line(self.view.frame.line if self.view else 0, False)

    def action_line_previous(self) -> None:
        self._line(self.view.frame.line if self.view else 0, True)

    def action_here(self) -> None:
        self._line(self.source.cursor_line, False)

    def action_here_back(self) -> None:
        self._line(self.source.cursor_line, True)

    def _line(self, line: int, back: bool) -> None:
        if self.view is not None:
            file = self.view.frame.file
            self.travel(lambda: self.session.line(file, line, back))

    def action_iteration_next(self) -> None:
        self._iteration(by=1)

    def action_iteration_previous(self) -> None:
        self._iteration(by=-1)

    def action_iteration(self) -> None:
        found = self.view.way.iterations if self.view else ()
        if found:
            now = f"now {found[0].text}"
            self.ask_line(f"go to iteration: 7, -1 for the last, +5 ({now})", self._iterate)
        else:
            self._iteration()

    def _iterate(self, text: str) -> None:
        words = {"first": 1, "last": -1}
        try:
            number = words.get(text) or int(text.replace(",", ""))
        except ValueError:
            self.tell("an iteration is a number, first or last", "warning")
            return
        if text.startswith("+"):
            self._iteration(by=number)
        else:
            self._iteration(to=number)

    def _iteration(self, by: int = 0, to: int = 0) -> None:
        if self.view is None:
            return
        if not self.view.way.iterations:
            self.tell("no loop is running around this statement", "warning")
            return
        loop, frame = self.view.way.iterations[0].loop, self.view.frame
        self.travel(lambda: self.session.iteration(loop, frame.frame_id, frame.file, by=by, to=to))
