"""The room of the panes: one visible pane for each slot of the present plan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.containers import Container
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from ..frame import Rect

Plan = Callable[[int, int], dict[str, Rect]]
"""From a size to the rectangle of each visible pane, by its id."""


class _PlanLayout(Layout):
    """Puts children where a plan wants them; those without a place are hidden by the app."""

    name = "plan"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        parent.pre_layout(self)
        places = self._plan(size.width, size.height)
        return [
            WidgetPlacement(Region(*places[child.id]), NULL_OFFSET, Spacing(), child)
            for child in children
            if child.id in places
        ]


class Stage(Container):
    """Holds the panes."""

    def __init__(self, plan: Plan, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.styles.set_rule("layout", _PlanLayout(plan))

    class Resized(Message):
        """There is another size to plan for."""

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def again(self) -> None:
        """Call after the plan gives other places."""
        # A child that asks for a layout makes its parent forget the arrangement it has.
        for child in list(self.children)[:1]:
            child.refresh(layout=True)
