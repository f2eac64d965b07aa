"""Recipes are made once for a module and kept with its rewritten code."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from escope_tui.format.recipes import recipes_of
from escope_tui.instrument import rewrite
from escope_tui.launcher import kept_recipes
from escope_tui.launcher.kept_recipes import KeptRecipes

SOURCE = """
class Account:
    def add(self, amount):
        self.__total = self.total = self.__total + amount
        a, (b, c) = amount, ("text", self.limits[0].upper)
        for i, row in enumerate(self.rows):
            row.name = self.name if i else "first"
        return self.check(self.total, "text")
"""


def table_of(source: str) -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        unit = rewrite.rewrite(source, "program.py")
    return {"source": source, "functions": unit.functions, "sites": unit.sites}


class Numbers(dict[str, int]):
    """Gives strings numbers from a first one on, as a packer does that knows some already."""

    def __init__(self, first: int) -> None:
        self.first = first

    def __call__(self, text: str) -> int:
        return self.setdefault(text, self.first + len(self))


def test_kept_recipes_are_those_that_were_made_whatever_numbers_strings_have(
    tmp_path: Path,
) -> None:
    table = table_of(SOURCE)
    made = recipes_of(table, Numbers(7))
    assert any(row[1] == 3 and row[2] >= 7 for row in made[0])

    first = KeptRecipes(str(tmp_path))(table, Numbers(1000))
    again = KeptRecipes(str(tmp_path))(table, Numbers(7))

    assert again == made
    assert first == recipes_of(table, Numbers(1000))


def test_a_module_that_was_seen_before_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(SOURCE)
    made = KeptRecipes(str(tmp_path))(table, Numbers(1))
    monkeypatch.setattr(kept_recipes, "draft_of", None)

    assert KeptRecipes(str(tmp_path))(table, Numbers(1)) == made


def test_another_source_has_other_recipes(tmp_path: Path) -> None:
    kept = KeptRecipes(str(tmp_path))

    assert kept(table_of("a = 1\nb = a + 1\n"), Numbers(1)) != kept(
        table_of("a = 1\nb = a + 2\n"), Numbers(1)
    )


def test_a_damaged_file_is_made_anew(tmp_path: Path) -> None:
    table = table_of(SOURCE)
    made = KeptRecipes(str(tmp_path))(table, Numbers(1))
    (kept,) = (path for path in tmp_path.rglob("*") if path.is_file())
    kept.write_bytes(kept.read_bytes()[:-9])

    assert KeptRecipes(str(tmp_path))(table, Numbers(1)) == made
