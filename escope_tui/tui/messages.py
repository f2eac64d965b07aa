"""What the parts of the app tell each other."""

from __future__ import annotations

from collections.abc import Callable

from textual.message import Message

from ..model.events import OutputChunk
from .feeds import Fed
from .navigator import Landing


class Landed(Message):
    """A move has ended; sent from the navigator's thread."""

    def __init__(self, landing: Landing) -> None:
        super().__init__()
        self.landing = landing

    def can_replace(self, message: Message) -> bool:
        """Of two moments that wait to be shown, the earlier one is left out."""
        if not isinstance(message, Landed) or self.landing.failure is not None:
            return False
        return message.landing.view is not None and not message.landing.deeper


class Arrived(Message):
    """The moves that came before a question are done; sent from the navigator's thread."""

    def __init__(self, step: int, then: Callable[[int], object]) -> None:
        super().__init__()
        self.step = step
        self.then = then


class SeekTo(Message):
    """A pane asks for a step."""

    def __init__(self, step: int, note: str = "") -> None:
        super().__init__()
        self.step = step
        self.note = note


class SeekWriter(Message):
    """A pane asks for the statement that wrote a piece of output."""

    def __init__(self, chunk: OutputChunk) -> None:
        super().__init__()
        self.chunk = chunk


class FollowFrame(Message):
    """A pane asks the views to follow another frame."""

    def __init__(self, frame: int) -> None:
        super().__init__()
        self.frame = frame


class Profiled(Message):
    """More of the timeline's picture is known."""

    def __init__(self, levels: list[int]) -> None:
        super().__init__()
        self.levels = levels


class FedTo(Message):
    """An answer for a pane; sent from the feeds' thread."""

    def __init__(self, fed: Fed) -> None:
        super().__init__()
        self.fed = fed
