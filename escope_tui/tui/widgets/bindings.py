"""The action table as Textual's bindings."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from ..actions import ACTIONS
from ..keymap import Action


def bindings(in_pane: bool) -> list[BindingType]:
    """Those of the panes, or those of the app."""
    return [
        Binding(",".join(action.keys), call(action), action.text, show=False, id=action.name)
        for action in ACTIONS
        if action.in_pane is in_pane
    ]


def call(action: Action) -> str:
    """What Textual is to run for an action."""
    if action.name.startswith("pane_"):
        return f"pane('{action.name.removeprefix('pane_')}')"
    if action.pane or action.takes_key:
        return f"perform('{action.name}')"
    return action.name
