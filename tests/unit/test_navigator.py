"""Moves that wait for a long one."""

from __future__ import annotations

from threading import Event
from types import SimpleNamespace
from typing import Any, cast

from escope_tui.session.session import Arrival
from escope_tui.tui.navigator import Landing, Navigator


class Place:
    """As much of a session as moves need."""

    def __init__(self) -> None:
        self.here = SimpleNamespace(step=7)
        self.breakpoints: tuple[()] = ()

    def arrive(self, arrival: Arrival) -> None:
        """Nothing moves."""


def test_leaving_a_long_move_keeps_what_has_to_be_carried_out_after_it() -> None:
    """Such as a mark that was set while the move ran; another move that waits is forgotten."""
    landings: list[Landing] = []
    place: Any = Place()
    navigator = Navigator(place, cast("Any", SimpleNamespace()), landings.append)
    started, go_on, marked, moved = Event(), Event(), Event(), Event()

    def long() -> Arrival:
        started.set()
        go_on.wait(30)
        return Arrival(None, "found")

    def mark() -> Arrival:
        marked.set()
        return Arrival(None)

    def another() -> Arrival:
        moved.set()
        return Arrival(None)

    navigator.start()
    try:
        navigator.submit(long)
        assert started.wait(30)
        navigator.submit(another)
        navigator.submit(mark, kept=True)
        assert navigator.abandon()
        go_on.set()
        assert marked.wait(30)
    finally:
        navigator.stop()
        navigator.join(30)
    assert not moved.is_set()
    assert not any(each.note == "found" for each in landings)
