"""A frame's own steps, however they are asked for, are those that the recording has."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from escope_tui.query.recording import open_recording
from escope_tui.session.ownsteps import OwnSteps

PROGRAM = """\
def leaf(n):
    total = 0
    for i in range(n):
        total += i
    return total

def caller(k):
    for j in range(k):
        leaf(400 if j % 3 else 3)
        x = j

caller(12)
leaf(3000)
"""


def test_they_are_the_same_in_any_order_of_asking(
    tmp_path: Path, record: Callable[..., Any]
) -> None:
    script = tmp_path / "own.py"
    script.write_text(PROGRAM)
    rec = open_recording(str(record(str(script)).trace))
    every: dict[int, list[tuple[int, int]]] = {}
    for step in rec.steps():
        every.setdefault(step.frame_id, []).append((step.index, step.line))
    own = OwnSteps(rec)
    chance = random.Random(7)
    frames = list(every)
    frame = frames[0]
    at = 0
    for _ in range(1500):
        if chance.random() < 0.3:
            frame = chance.choice(frames)
            at = chance.randrange(len(rec) + 1)
        else:
            at = max(0, min(len(rec), at + chance.randrange(-60, 61)))
        limit = chance.choice((1, 5, 50, 700))
        expected = [each for each in every[frame] if each[0] < at][::-1][:limit]
        assert list(own.before(frame, at, limit)) == expected, (frame, at, limit)
    rec.close()
