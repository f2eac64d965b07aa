"""What commands work on, and what they answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from ...errors import EvaluationError, NotFoundError
from ...model.text import safe_text
from ...replay.near import suggestion
from ..projection import Projector
from ..session import Arrival, Session

if TYPE_CHECKING:
    from ...model.events import Frame
    from ...model.values import Value
    from ...query.recording import Recording
    from ...query.sql.index import Told
    from ..bridge import Engine

Part = tuple[str, str]
"""Safe text and the name of its style."""


class Row(NamedTuple):
    """One line of an answer."""

    parts: tuple[Part, ...]
    step: int | None = None
    """The moment that the line tells of."""

    @property
    def text(self) -> str:
        """The line without styles."""
        return "".join(text for text, _ in self.parts)


def row(*parts: str | Part, step: int | None = None) -> Row:
    """A row of texts, each plain or with a style; everything in it becomes safe."""
    pairs = [(part, "") if isinstance(part, str) else part for part in parts]
    return Row(tuple((safe_text(text), style) for text, style in pairs), step)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a command answers."""

    rows: Iterable[Row] = ()
    """To be shown in order; there may be very many, and each may take a while to find."""
    arrival: Arrival | None = None
    """A move that the command asks for."""
    end: bool = False
    """The person wants to leave."""


@dataclass
class Talk:
    """One person's talk with one recording."""

    session: Session
    projector: Projector
    displays: dict[int, str] = field(default_factory=dict)
    """Expressions that are shown after each move."""
    listed: tuple[str, int, int] | None = None
    """File and lines that `list` has shown last; None after a move."""
    last_display: int = 0
    told: Told | None = None
    """Is told how far something is that takes long."""

    @property
    def engine(self) -> Engine:
        return self.session.engine

    @cached_property
    def rec(self) -> Recording:
        """The recording, for questions that the engine does not know."""
        found: Recording | None = getattr(self.engine, "recording", None)
        if found is None:
            raise NotFoundError("this question needs a recording")
        return found

    @property
    def step(self) -> int:
        return self.session.here.step

    @property
    def frame_id(self) -> int:
        return self.session.here.frame

    @property
    def frame(self) -> Frame:
        """The frame that is followed."""
        frames = self.engine.stack(self.step)
        for frame in frames:
            if frame.frame_id == self.frame_id:
                return frame
        return frames[-1]

    def evaluate(self, expression: str) -> Value:
        """An expression over the values at this moment."""
        try:
            return self.engine.evaluate(expression, self.step, self.frame_id)
        except EvaluationError as error:
            if error.slug != "unbound" or error.hint:
                raise
            names = [*self.frame.locals, *self.frame.globals]
            hint = suggestion(error.message.partition(" ")[0], names)
            raise EvaluationError(error.message, hint=hint, slug=error.slug) from error
