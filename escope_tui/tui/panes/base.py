"""What all panes are: rows that project one moment, and a question where the view is not enough."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

from ...session.projection import View
from ..widgets.lines import LineView

if TYPE_CHECKING:
    from ..feeds import Job
    from ..host import Host


class Pane(LineView):
    """One row of `registry.PANES`. A subclass gives rows and overrides `show`.

    An action of `actions.ACTIONS` whose ``pane`` is this pane's name calls ``action_<name>`` here,
    after the pane was revealed and focused.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.view: View | None = None
        """The moment shown; set before `show` is called."""
        self.wanted: Hashable = None

    @property
    def host(self) -> Host:
        """The app."""
        return cast("Host", self.app)

    @property
    def shown(self) -> bool:
        """Whether it has a place on the screen; a pane that has none is not told of moments."""
        return not self.has_class("-behind")

    @property
    def expression(self) -> str:
        """What the cursor points at, as an expression over the frame's variables; empty if it
        points at none.
        """
        return ""

    # -- a moment

    def show(self, view: View) -> None:
        """Becomes a view of this moment. Cheap: it runs on the app's thread at each step."""

    def state(self) -> Hashable:
        """What going back to this moment restores, beside the moment: cursor, selection."""
        return self.cursor

    def restore(self, state: Any) -> None:
        """Puts back what `state` gave; called after `show` of the same moment."""
        self.move_cursor(state)

    FILTERS = False
    """It can show a part of its rows; then it overrides `filter_rows`."""
    needle = ""
    """What its rows are filtered by."""

    def filter_rows(self, text: str) -> None:
        """Shows only rows that have a text in them; all of them if it is empty."""

    def seek_text(self, text: str) -> None:
        """Marks a text that is searched for wherever the pane shows it."""

    # -- what the view does not hold; see `feeds`

    def wants(self, view: View) -> Hashable:
        """What `fetch` has to find for this moment; None: nothing."""
        return None

    def fetch(self, job: Job, want: Any) -> Any:
        """Finds it, on the feeds' thread; touches nothing of the widget."""
        raise NotImplementedError

    def fill(self, answer: Any) -> None:
        """Shows what `fetch` gave."""

    def waiting(self, note: str) -> None:
        """Shows that the answer takes a while, or how far it is."""

    def refused(self, note: str) -> None:
        """Shows in a line why there is no answer."""
        self.host.tell(note, "warning")

    def leads_nowhere(self) -> None:
        """Says that Enter has nothing to do here."""
        self.host.tell(self.nothing() or "this row leads nowhere", "warning")

    def action_remove(self) -> None:
        self.host.tell("no row of this pane can be taken away", "warning")

    def want_again(self) -> None:
        """After a change of what `wants` depends on beside the moment."""
        if self.view is not None and self.shown:
            self.host.feed(self)
