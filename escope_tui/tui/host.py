"""What a pane may ask of the app around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from ..session.projection import View
    from ..session.session import Arrival, Session
    from ..session.tree import Node
    from .panes.base import Pane
    from .panes.marks import Marked


class Host(Protocol):
    """The app, as a pane sees it."""

    session: Session
    kept: tuple[Marked, ...]
    """The moments that are marked, as far as they are known."""
    pointed: str
    """What was pointed at when the pane's action was called; see `selected_expression`."""
    view: View | None

    def move(self, move: Callable[[], Arrival]) -> None:
        """Starts a move on the navigator's thread; all panes follow when it has arrived."""

    def seek(self, step: int, note: str = "", frame: int = 0) -> None:
        """Goes to a step, and to a frame of it."""

    def on_arrival(self, then: Callable[[int], object]) -> None:
        """Calls `then` with the present step, once the moves that were asked for are done."""

    def key_of(self, name: str) -> str:
        """An action's first key as people write it; empty if it has none."""

    def tell(self, note: str, kind: str = "info") -> None:
        """A word at the bottom; `kind` is "info", "warning" or "error"."""

    def ask_line(
        self,
        placeholder: str,
        answer: Callable[[str], object],
        value: str = "",
        past: str = "",
        typed: Callable[[str], object] | None = None,
    ) -> None:
        """Lets the person type a line; `answer` gets it unless they leave. `past` names the list
        of earlier answers that ↑ walks through. `typed` hears of each change; when they leave, of
        the first value again.
        """

    def copy(self, text: str, what: str) -> None:
        """Puts safe text into the clipboard and says so."""

    def refresh_view(self) -> None:
        """Shows the present moment again, as after a breakpoint was set."""

    def feed(self, pane: Pane) -> None:
        """Asks a pane's question again if its want has changed."""

    def reveal(self, name: str, *, focus: bool = True) -> None:
        """Makes a pane visible in its slot."""

    def selected_variable(self) -> Node | None:
        """The row of the variables pane that has its cursor."""

    def selected_expression(self) -> str:
        """What the focused pane's cursor points at, else the selected variable; empty: nothing."""

    def source_line(self) -> int:
        """The line of the statement under the source's cursor, from 1."""

    def light_up(self, text: str) -> None:
        """Marks a text wherever source and output show it; an empty one marks nothing."""

    def keep(self, marks: Sequence[Marked]) -> None:
        """These are marked now."""
