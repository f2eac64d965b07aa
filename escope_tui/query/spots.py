"""What is told of the sites at which exceptions are raised and caught."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from .._speedups.unpack import Text
from ..model.events import RAISE, Place
from ..model.text import safe_text
from .raised import finally_around, handler_around, star_around
from .said import said_of

if TYPE_CHECKING:
    from ..replay.recording import Replay

KEPT = 10_000
Spot = tuple[int, int, int, int]
"""A place on an exception's way: step, site, frame and moment."""


class Spots:
    """The places of sites and the words of exceptions, each looked up once."""

    def __init__(self, rec: Replay) -> None:
        self.rec = rec
        self._known: dict[int, tuple[str, str, int]] = {}
        self._final: dict[int, bool] = {}
        self._stars: dict[int, int | None] = {}
        self._names: dict[int, str] = {}
        self._said: dict[tuple[int, type, Any], str] = {}
        self._handling: dict[tuple[int, ...], bool] = {}
        self._from: dict[int, bool] = {}

    def place(self, spot: Spot) -> Place:
        """A place on an exception's way."""
        step, site, frame, moment = spot
        known = self._known.get(site)
        if known is None:
            info = self.rec.program.site(site)
            function = self.rec.program.function_of(info).qualname
            known = self._known[site] = (function, self.rec.program.paths[info.module], info.line)
        return Place(step, known[0], known[1], known[2], frame, moment, self.rec.state)

    def type_name(self, number: int) -> str:
        """The name of a type; empty where it is not known."""
        found = self._names.get(number)
        if found is None:
            known = self.rec.file.types.get(number)
            found = self._names[number] = safe_text(known[1]) if known is not None else ""
        return found

    def said(self, kind: int, argument: Any) -> str:
        """What an exception of a type says of its one argument; most say the same many times."""
        text = isinstance(argument, Text)
        plain = (argument.value, argument.length) if text else argument
        key = (kind, type(argument), plain)
        found = self._said.get(key)
        if found is None or isinstance(plain, float):  # 0.0 and -0.0 are one key
            if len(self._said) > KEPT:
                self._said.clear()
            values = [self.rec.state.value(argument, 0)]
            found = self._said[key] = said_of(self.type_name(kind), values)
        return found

    def handle(self, sites: tuple[int, ...]) -> bool:
        """Whether any of some sites is in an `except` clause."""
        found = self._handling.get(sites)
        if found is None:
            found = any(handler_around(self.rec, each) is not None for each in sites)
            self._handling[sites] = found
        return found

    def raises_from(self, site: int) -> bool:
        """Whether a site is a `raise` with a `from`."""
        found = self._from.get(site)
        if found is None:
            node = self.rec.syntax.statement(self.rec.program.site(site))
            found = isinstance(node, ast.Raise) and node.cause is not None
            self._from[site] = found
        return found

    def star(self, site: int) -> int | None:
        """The line of the `try` of which a site is in an `except*` clause; None: in none."""
        if site not in self._stars:
            self._stars[site] = star_around(self.rec, site) if site >= 0 else None
        return self._stars[site]

    def is_group(self, raw: Any, seen: int) -> bool:
        """Whether an exception, as it was at a step, is a group of others."""
        value = self.rec.state.passed_value(raw, seen)
        return value.attr("exceptions") is not None or "Group" in value.type_name

    def lets_wait(self, site: int) -> bool:
        """Whether a frame that is still at a site may have an exception on its way."""
        return self.in_finally(site) or self.rec.program.step_kind(site) == RAISE

    def in_finally(self, site: int) -> bool:
        """Whether a site is in a `finally` clause."""
        found = self._final.get(site)
        if found is None:
            found = self._final[site] = finally_around(self.rec, site) is not None
        return found
