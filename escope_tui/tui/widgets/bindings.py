"""The action table as Textual's bindings."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from ..keymap import ACTIONS


def bindings(in_pane: bool) -> list[BindingType]:
    """Those of the panes, or those of the app."""
    return [
        Binding(",".join(action.keys), action.name, action.text, show=False, id=action.name)
        for action in ACTIONS
        if action.in_pane is in_pane
    ]
