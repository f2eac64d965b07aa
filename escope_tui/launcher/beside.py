"""The process beside a program that records a block of itself: empties the ring, writes the file.

It is started by `escope_tui.launcher.block` and told what to do by one line of JSON on its standard
input; a second line says that the block is over and what became of it. It answers each with a line.
When the program dies in between, the file is finished with what was written by then.
"""

from __future__ import annotations

import json
import os
import select
import sys
from typing import Any

from escope_tui._speedups.ring import Ring
from escope_tui.errors import EscopeError, reason
from escope_tui.format.writer import RecordingWriter
from escope_tui.launcher import places
from escope_tui.launcher.commit import checkout
from escope_tui.launcher.drain import (
    BUSY,
    LONGEST_WAIT,
    SHORTEST_WAIT,
    TURNED_OFF,
    Drain,
    fault_of,
)
from escope_tui.launcher.kept_recipes import KeptRecipes

NOTE = 3
"""The kind of a blob that is one line of text about the recording."""


class _Program:
    """The process that records a block of itself: what it says, and whether it is still there."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._poll.register(0, select.POLLIN | select.POLLHUP)
        self._parent = os.getppid()

    def over(self, seconds: float) -> bool:
        """Whether there is a word from it, or it is gone, now or before so many seconds passed."""
        return bool(self._poll.poll(seconds * 1000)) or os.getppid() != self._parent


def main() -> None:
    """Serve one block."""
    config: dict[str, Any] = json.loads(_line())
    ring = Ring(config["ring_fd"], config["ring_size"])
    os.close(config["ring_fd"])
    ring.launcher_pid = os.getpid()
    meta = config["meta"]
    if git := checkout(str(meta.get("cwd", "."))):
        meta["git"] = git
    recipes = KeptRecipes(places.cache_folder())
    writer = RecordingWriter(config["path"], meta, recipes=recipes)
    _say({"ready": True})
    try:
        drain = Drain(ring, writer)
        _follow(drain, _Program())
        end = _line()
        _say(_finish(writer, ring, drain.problem, json.loads(end) if end.strip() else {}))
    except BaseException:
        writer.abort()
        raise


def _follow(drain: Drain, program: _Program) -> None:
    """Writes what the program does until its block is over and the ring is empty."""
    wait = SHORTEST_WAIT
    while not program.over(wait):
        moved = drain.pump()
        while moved >= BUSY:
            drain.flush_if_due()
            moved = drain.pump()
        drain.flush_if_due()
        wait = SHORTEST_WAIT if moved else min(wait * 1.25, LONGEST_WAIT)
    while drain.pump():
        pass


def _finish(
    writer: RecordingWriter, ring: Ring, problem: str, facts: dict[str, Any]
) -> dict[str, Any]:
    notes = [text.decode("utf-8", "replace") for kind, text in writer.blobs if kind == NOTE]
    problem = problem or fault_of(ring.state)
    if problem == TURNED_OFF and notes:
        problem = notes[-1]
    if not facts:
        problem = problem or "the program ended inside the recorded block"
    facts["waited"] = round(ring.waited_ns / 1e9, 6)
    if notes:
        facts["notes"] = notes
    if problem:
        facts["problem"] = problem
    writer.set_meta(**facts)
    try:
        writer.finish()
    except (EscopeError, OSError) as error:
        problem = problem or reason(error)
    if writer.steps:
        places.announce(writer.path)
    return {"steps": writer.steps, "problem": problem or writer.problem}


def _line() -> bytes:
    """One line of standard input, read without a buffer: empty at its end."""
    found = bytearray()
    while not found.endswith(b"\n"):
        piece = os.read(0, 1)
        if not piece:
            break
        found += piece
    return bytes(found)


def _say(what: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()
    except OSError:
        pass  # the program is gone


if __name__ == "__main__":
    main()
