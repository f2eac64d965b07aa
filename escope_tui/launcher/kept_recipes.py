"""Recipes of modules, kept beside their rewritten code.

Reading a source again takes longer than packing the steps that most modules make.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from typing import Any

from escope_tui.format.recipes import Draft, Row, draft_of
from escope_tui.instrument import cache

FORMAT = 1
"""Raised whenever other recipes are made of the same module."""


class KeptRecipes:
    """Makes recipes of module tables, as `recipes_of` does, once for each cache folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(
        self, table: dict[str, Any], number: Callable[[str], int]
    ) -> tuple[list[Row], list[int | float]]:
        facts = marshal.dumps([table.get(name) for name in ("source", "functions", "sites")], 2)
        key = cache.key(facts, "", "recipes", FORMAT)
        draft = self._load(key)
        if draft is None:
            draft = draft_of(table)
            cache.store_bytes(self.folder, key, marshal.dumps(tuple(draft)))
        return draft.numbered(number)

    def _load(self, key: str) -> Draft | None:
        body = cache.load_bytes(self.folder, key)
        if body is None:
            return None
        try:
            return Draft(*marshal.loads(body))
        except (ValueError, EOFError, TypeError):
            return None
