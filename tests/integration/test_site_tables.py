"""The tables of injected sites: what is asked of a part of them is what the whole says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from escope_tui.model.sites import BEGINS_STEP, ENTER, HEADER, STEP

PROGRAMS = ("lang_loops.py", "lang_comprehensions.py", "lang_generators.py", "lang_classes.py")


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_part_of_the_sites_is_what_the_whole_holds(
    record: Callable[..., Any], programs: Path, name: str
) -> None:
    with record(str(programs / name)).open() as rec:
        program = rec.program
        whole = program.module_sites(0)
        for flags in (STEP, ENTER, HEADER, BEGINS_STEP):
            assert program.module_sites(0, flags) == [
                each for each in whole if each[1].flags & flags
            ]
        places = {site.function for _, site in whole}
        for place in places:
            own = [each for each in whole if each[1].function == place]
            assert program.module_sites(0, function=place) == own
        for line in range(1, len(program.lines(0)) + 1):
            begun = [n for n, s in whole if s.line == line and s.flags & BEGINS_STEP]
            found = program.sites_at(program.paths[0], line)
            assert found == begun if begun else all(program.site(n).line < line for n in found)


def test_of_what_no_statement_begins_on_only_the_wanted_sites_are_read(
    record: Callable[..., Any], programs: Path
) -> None:
    with record(str(programs / "lang_loops.py")).open() as rec:
        total = len(rec.program.module_sites(0))
    with record(str(programs / "lang_loops.py")).open() as rec:
        rec.program.sites_at(rec.program.paths[0], rec[0].line)
        rec.program.module_sites(0, ENTER)
        assert len(rec.program._sites) < total / 2
