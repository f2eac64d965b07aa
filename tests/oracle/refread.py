"""Reads what the reference recorder wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .align import Activation


@dataclass
class Moment:
    """One sampled line event."""

    event: int
    activation: int
    line: int
    frames: list[tuple[Any, dict[str, Any]]]
    """(activation or "globals:file", variables), outermost first, the running frame last."""


@dataclass
class Reference:
    """A reference recording: activations at once, moments as a stream."""

    path: Path
    activations: dict[int, Activation] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    events: int = 0
    complete: bool = False
    objects: dict[int, list[Any]] = field(default_factory=dict)
    """Label to content as of the moment that was yielded last."""

    def load(self) -> Reference:
        """Read the activations and their line events."""
        for row in self._rows():
            if row[0] == "F":
                _, number, thread, file, name, _first, kind = row
                self.activations[number] = Activation(thread, file, name, kind)
                self.files.add(file)
            elif row[0] in "Ll":
                activation = self.activations[row[1]]
                activation.raw.append((row[2], self.events))
                if row[3]:
                    activation.forward.add(self.events)
                self.events += 1
            elif row[0] == "E":
                self.complete = True
        return self

    def moments(self) -> Iterator[Moment]:
        """Yield the sampled line events in order, with `objects` brought up to each."""
        self.objects.clear()
        last: dict[Any, dict[str, Any]] = {}
        event = -1
        for row in self._rows():
            if row[0] == "O":
                self.objects[row[1]] = row[2]
            elif row[0] == "l":
                event += 1
            elif row[0] == "L":
                event += 1
                frames = []
                for key, variables in row[4]:
                    if variables is not None:
                        last[key] = variables
                    frames.append((key, last[key]))
                yield Moment(event, row[1], row[2], frames)

    def _rows(self) -> Iterator[list[Any]]:
        with self.path.open(encoding="utf-8") as stream:
            for text in stream:
                if not text.endswith("\n"):
                    return
                yield json.loads(text)
