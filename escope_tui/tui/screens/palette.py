"""The palette: everything by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from ..commands import Commands, Entry
from .chooser import Chooser

if TYPE_CHECKING:
    from ..app import ReplayApp


class PaletteScreen(Chooser):
    """Actions, functions, files and places of the recording."""

    NAME = "Palette"
    PLACEHOLDER = "an action, a function, a file, a step, 24%, 1.5s, file.py:41"

    def begin(self) -> None:
        self._commands = Commands(cast("ReplayApp", self.app))
        super().begin()

    def search(self, query: str) -> Sequence[Entry]:
        return self._commands.search(query)
