"""Every pane with its key, its place and its class: one row here is all that a new pane needs.

Bindings, help, palette, layouts and the order of `tab` come from this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .panes.base import Pane

STAGE = "stage"
"""The largest place."""
SIDE = "side"
"""The tall place beside the stage."""
FOOT = "foot"
TAIL = "tail"
"""The two places below the stage."""
EXTRA = "extra"
"""A third place below the stage; takes room only once one of its panes was asked for."""
STRIP = "strip"
"""The lines at the bottom, as wide as the screen."""
SLOTS = (STAGE, SIDE, FOOT, TAIL, EXTRA)


@dataclass(frozen=True, slots=True)
class PaneSpec:
    """One pane. Of those that share a slot one is visible; at first the one that stands first."""

    name: str
    """The widget's id, and what `action_pane` takes."""
    key: str
    """The key that reveals and focuses it; empty if only an action of its own does."""
    title: str
    """A noun, for help and palette."""
    factory: str
    """``module:Class`` below `tui.panes`; imported when the pane is first revealed."""
    slot: str

    @property
    def module(self) -> str:
        """The full name of the module with its class."""
        return f"{__package__}.panes.{self.factory.partition(':')[0]}"

    def load(self) -> Pane:
        """A new widget of the pane's class."""
        found = getattr(import_module(self.module), self.factory.partition(":")[2])
        pane: Pane = found(id=self.name, classes="pane" if self.slot != STRIP else "")
        pane.set_tabs(self.key, ())
        return pane


PANES: tuple[PaneSpec, ...] = (
    PaneSpec("source", "1", "source", "source:SourcePane", STAGE),
    PaneSpec("variables", "2", "variables", "variables:VariablesPane", SIDE),
    PaneSpec("stack", "3", "stack", "stack:StackPane", FOOT),
    PaneSpec("output", "4", "output", "output:OutputPane", TAIL),
    PaneSpec("answer", "", "answer", "answer:AnswerPane", EXTRA),
    PaneSpec("executions", "6", "executions", "executions:ExecutionsPane", TAIL),
    PaneSpec("calls", "7", "calls", "calls:CallsPane", FOOT),
    PaneSpec("watches", "8", "watches", "watches:WatchesPane", SIDE),
    PaneSpec("threads", "9", "threads", "threads:ThreadsPane", FOOT),
    PaneSpec("found", "", "found", "found:FoundPane", TAIL),
    PaneSpec("history", "", "history", "history:HistoryPane", TAIL),
    PaneSpec("why", "", "why", "why:WhyPane", TAIL),
    PaneSpec("marks", "", "marks", "marks:MarksPane", TAIL),
    PaneSpec("timeline", "5", "timeline", "timeline:Timeline", STRIP),
)

LATER = (
    *(spec.module for spec in PANES),
    *(f"{__package__}.screens.{name}" for name in ("help", "palette", "chooser", "library")),
)
"""Modules that a key needs first, imported while nobody moves so that it does not wait for them."""

BY_NAME = {spec.name: spec for spec in PANES}


def first_in(slot: str) -> str:
    """The pane that a slot shows at first; empty if it shows none."""
    if slot == EXTRA:
        return ""
    return next((spec.name for spec in PANES if spec.slot == slot), "")
