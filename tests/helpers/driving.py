"""Drives the replay app in a test: presses keys, waits for the views, reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot

from escope_tui.session.bridge import Engine
from escope_tui.session.projection import View
from escope_tui.tui import feeds, navigator
from escope_tui.tui.app import ReplayApp
from escope_tui.tui.widgets.lines import LineView

WAIT_SECONDS = 20.0
navigator.REST_SECONDS = feeds.REST_SECONDS = 0.0
"""The workers need not leave the processor to the painting."""


@dataclass
class Driver:
    """A running app."""

    app: ReplayApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Presses keys one by one; after each the app has come to rest."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Types text and Enter into the prompt."""
        named = {":": "colon", "%": "percent_sign", ".": "full_stop", " ": "space", "+": "plus"}
        named |= {"-": "minus", "@": "at", "_": "underscore", "'": "apostrophe"}
        named |= {"/": "slash", "[": "left_square_bracket", "]": "right_square_bracket"}
        await self.pilot.press(*(named.get(c, c) for c in text), "enter")
        await self.settle()

    async def settle(self) -> None:
        await settle(self.pilot, self.app)

    @property
    def view(self) -> View:
        assert self.app.view is not None
        return self.app.view

    @property
    def step(self) -> int:
        return self.view.moment.step

    @property
    def line(self) -> int:
        return self.view.frame.line

    @property
    def news(self) -> str:
        return self.app.hints.note

    def rows(self, pane: str) -> list[str]:
        return visible_rows(self.app.query_one(f"#{pane}", LineView))

    def width(self, pane: str) -> int:
        return self.app.query_one(f"#{pane}", LineView).region.width

    def text(self, pane: str) -> str:
        return "\n".join(self.rows(pane))


def visible_rows(pane: LineView) -> list[str]:
    """What a pane shows, as text."""
    return [pane.render_line(y).text.rstrip() for y in range(pane.size.height)]


async def settle(pilot: Pilot[None], app: ReplayApp) -> None:
    """Waits until no move is under way and every pane has been told."""
    waited, quiet = 0.0, 0
    while quiet < 3 and waited < WAIT_SECONDS:
        await pilot.pause()
        quiet = (
            0 if app.navigator.busy or not app.navigator.resting or app.feeds.busy else quiet + 1
        )
        if not quiet:
            await pilot.pause(0.01)
            waited += 0.01


@asynccontextmanager
async def replaying(
    engine: Engine, size: tuple[int, int] = (120, 36), step: int | None = None
) -> AsyncIterator[Driver]:
    """The app on a recording, opened and at rest."""
    app = ReplayApp(engine, step, memory={"taught": True})
    async with app.run_test(size=size) as pilot:
        await settle(pilot, app)
        while app.view is None:
            await pilot.pause(0.01)
        for _ in range(100):
            # On a busy machine the first layout may still be to come.
            if all(pane.size for pane in app.panes() if pane.shown):
                break
            await pilot.pause(0.01)
        yield Driver(app, pilot)
