"""Long lists: of what is listed, no moment is looked up that the list itself does not need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import escope_tui as escope
from escope_tui.cli.exceptions import behind_it
from escope_tui.query.exceptions import all_exceptions, iter_exceptions
from escope_tui.query.recording import Recording
from tests.helpers.rerecord import chunked

MANY = """
class Odd(Exception):
    pass
def fails(k):
    if k % 3:
        raise Odd(f"no {k}") if k % 2 else KeyError(k)
def tries(k):
    try:
        fails(k)
    except KeyError:
        return 0
    except Odd as error:
        return len(str(error))
for k in range(300):
    tries(k)
"""
BEHIND = """
def fails(k):
    raise ValueError(k)
def wraps(k):
    try:
        fails(k)
    except ValueError as error:
        if k % 3 == 0:
            raise KeyError(k) from error
        if k % 3 == 1:
            fails(-k)
        made = LookupError(k)
        raise made from None
def unrelated(k):
    try:
        fails(k)
    except ValueError:
        pass
kept = ValueError("kept")
def again():
    raise kept
for k in range(60):
    for each in (wraps, unrelated):
        try:
            each(k)
        except Exception as error:
            try:
                unrelated(k)
                again()
            except ValueError:
                pass
"""


def moments(rec: Recording, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The moments at which the state is looked up from now on."""
    asked: list[int] = []
    cursor = rec.state.cursor

    def noted(step: int) -> Any:
        asked.append(step)
        return cursor(step)

    monkeypatch.setattr(rec.state, "cursor", noted)
    return asked


def told(error: escope.ExceptionEvent) -> tuple[Any, ...]:
    behind = (error.cause, error.context, error.earlier)
    others = [each and (each.step, each.type_name, each.message) for each in behind]
    return (error.step, error.type_name, error.message, behind_it(error), *others)


def test_exceptions_with_none_behind_them_are_listed_without_a_moment_of_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escope.open(chunked(MANY, tmp_path, steps=100)) as rec:
        asked = moments(rec, monkeypatch)
        found = [told(each) for each in iter_exceptions(rec, -1, 1)]
        assert len(found) == 200
        assert {each[3] for each in found} == {""}
        assert len(asked) < len(found) / 4


def test_what_is_behind_an_exception_is_told_wherever_it_was_raised(tmp_path: Path) -> None:
    with escope.open(chunked(BEHIND, tmp_path, steps=30)) as rec:
        everything = [told(each) for each in all_exceptions(rec)]
        told_behind = [each for each in everything if each[3]]
        assert {each[3].partition(" ")[0] for each in told_behind} == {"from", "while", "raised"}
    with escope.open(chunked(BEHIND, tmp_path, steps=30)) as rec:
        assert [told(each) for each in iter_exceptions(rec, -1, 1)] == everything
    with escope.open(chunked(BEHIND, tmp_path, name="whole", steps=100_000)) as rec:
        assert len(rec.file.chunks) == 1
        assert [told(each) for each in all_exceptions(rec)] == everything


def test_what_is_behind_an_exception_is_told_where_a_list_begins_between_the_two(
    tmp_path: Path,
) -> None:
    path = chunked(BEHIND, tmp_path, steps=30)
    with escope.open(path) as rec:
        everything = [told(each) for each in all_exceptions(rec)]
    for step, *_ in everything[:12]:
        with escope.open(path) as rec:
            after = [told(each) for each in iter_exceptions(rec, step, 1)]
        assert after == [each for each in everything if each[0] > step]


OBJECTS = """
class Thing:
    def __init__(self, k):
        self.k = k
old = Thing(-1)
for k in range(200):
    one = Thing(k)
    old.k = one.k
"""


class Asked:
    """The codec's scanner; notes the objects of which an earlier write is asked for."""

    def __init__(self, scanner: Any) -> None:
        self._scanner = scanner
        self.objects: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scanner, name)

    def next_object_write(self, start: int, direction: int, oid: int, key: Any = None) -> Any:
        self.objects.append(oid)
        return self._scanner.next_object_write(start, direction, oid, key)


def test_objects_of_a_type_are_found_where_they_are_first_seen_by_their_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escope.open(chunked(OBJECTS, tmp_path, steps=50)) as rec:
        scanner = Asked(rec.scanner)
        monkeypatch.setattr(rec, "scanner", scanner)
        found = [
            each.value.object_id
            for each in rec.iter_search("Thing", ["type"])
            if each.value is not None
        ]
        things = [each for each in found if each is not None]
        assert len(set(things)) == len(things) == len(found) >= 201
        assert len(scanner.objects) < 10


def test_a_word_in_which_a_word_of_escope_is_is_looked_for_in_no_chunk_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escope.open(chunked(MANY, tmp_path, steps=100)) as rec:
        survey, looks = rec.surveyor.survey, []

        class Noting:
            def __getattr__(self, name: str) -> Any:
                return getattr(survey, name)

            def look_for(self, *asked: Any) -> Any:
                looks.append(survey.look_for(*asked))
                return looks[-1]

        monkeypatch.setitem(rec.surveyor.__dict__, "survey", Noting())
        for text in ("status", "low-index format", "findata"):
            looks.clear()
            assert list(rec.iter_search(text)) == []
            assert len(looks) == len(rec.file.chunks) > 8
            assert looks == [None] * len(looks)


PRINTS = """
for k in range(400):
    print("line", k)
"""


@pytest.mark.parametrize("direction", [1, -1])
def test_places_of_output_are_looked_up_as_they_are_read(
    direction: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with escope.open(chunked(PRINTS, tmp_path, steps=20)) as rec:
        asked: list[int] = []
        info = rec.step_info

        def noted(step: int) -> Any:
            asked.append(step)
            return info(step)

        monkeypatch.setattr(rec, "step_info", noted)
        rows = rec.iter_search("line", ["output"], None, direction)
        first = next(rows)
        assert first.text.startswith("stdout: line")
        assert len(set(asked)) <= 4
        steps = [first.step, *(each.step for each in rows)]
        assert len(steps) == 400
        assert steps == sorted(steps, reverse=direction < 0)
