"""escope's own colours. The panes only use variables, so other themes of Textual's work too."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="escope-dark",
    primary="#7aa2f7",
    secondary="#bb9af7",
    accent="#7dcfff",
    warning="#e0af68",
    error="#f7768e",
    success="#9ece6a",
    foreground="#c8d0e8",
    background="#14161f",
    surface="#1b1e2b",
    panel="#2a2f45",
    dark=True,
)
LIGHT = Theme(
    name="escope-light",
    primary="#2f5fd0",
    secondary="#7b3fc4",
    accent="#0b7285",
    warning="#a15c00",
    error="#c4213f",
    success="#2b7a2b",
    foreground="#23283b",
    background="#fbfbfd",
    surface="#eff1f6",
    panel="#d3d8e6",
    dark=False,
)
CONTRAST = Theme(
    name="escope-contrast",
    primary="#5ec8ff",
    secondary="#ff9cf5",
    accent="#4df3ff",
    warning="#ffd83d",
    error="#ff6b6b",
    success="#7dff7a",
    foreground="#ffffff",
    background="#000000",
    surface="#101010",
    panel="#4a4a4a",
    dark=True,
)
OWN_THEMES = (DARK, LIGHT, CONTRAST)
