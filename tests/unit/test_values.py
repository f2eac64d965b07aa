"""Values: what they show, what they give as plain data, and that they stay at their moment."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escope_tui.errors import EscopeError
from escope_tui.model.text import clip, one_line, safe_text
from escope_tui.model.values import Contents, CutText, Instance, Truncated, Value, value_of
from escope_tui.replay.values import changes_unseen


class Objects:
    """A heap given as a table; raw entries are values, or ("ref", id)."""

    def __init__(self, table: Mapping[int, Contents]) -> None:
        self.table = table

    def contents(self, object_id: int, step: int) -> Contents | None:
        return self.table.get(object_id)

    def value(self, raw: Any, step: int) -> Value:
        if isinstance(raw, tuple) and raw[:1] == ("ref",):
            return self.ref(raw[1])
        return value_of(raw)

    def ref(self, object_id: int) -> Value:
        return Value("", object_id=object_id, heap=self, step=3)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_comes_back_as_it_was(data: Any) -> None:
    assert value_of(data).python(depth=50) == data


@given(PLAIN)
def test_a_summary_is_one_printable_line_of_bounded_length(data: Any) -> None:
    for width in (10, 40, 120):
        line = value_of(data).summary(width)
        assert line.isprintable()
        assert len(line) <= max(width + width // 4, width + 24)


@given(
    st.lists(st.integers(0, 99), max_size=5) | st.dictionaries(st.text("ab", max_size=2), st.none())
)
def test_a_small_container_shows_as_its_repr(data: Any) -> None:
    assert value_of(data).summary(500) == repr(data)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ([], "[]"),
        ((1,), "(1,)"),
        (set(), "set()"),
        (frozenset(), "frozenset()"),
        ({1}, "{1}"),
        (range(3), "range(0, 3)"),
        (bytearray(b"ab"), "bytearray(b'ab')"),
        ("a\x1b[31m\u202eb", "'a\\x1b[31m\\u202eb'"),
        ("\ud800", "'\\ud800'"),
        (None, "None"),
    ],
)
def test_summaries_look_like_python(data: Any, shown: str) -> None:
    assert value_of(data).summary() == shown


def test_a_long_list_says_how_many_are_missing() -> None:
    line = value_of(list(range(10_000))).summary(40)
    assert line.startswith("[0, 1, 2,")
    assert line.endswith(" more]")


def test_a_cut_list_says_so_everywhere() -> None:
    cut = Contents("list", "list", size=10_000, items=(1, 2), items_cut=True)
    value = Objects({1: cut}).ref(1)
    assert value.summary() == "[1, 2, … 9,998 more]"
    assert value.truncated
    assert value.size == 10_000
    assert value.python() == [1, 2, Truncated("items", 9_998)]
    label, last = list(value.children())[-1]
    assert (label, last.summary()) == ("…", "… 9,998 more")
    assert not value.is_exact


def test_items_known_beyond_a_cut_keep_their_place() -> None:
    cut = Contents("list", "list", size=100, items=(1, 2), pairs=((50, 7),), items_cut=True)
    value = Objects({1: cut}).ref(1)
    assert value.item(50) == 7
    assert value.item(60) is None
    assert value.python() == [1, 2, Truncated("items", 48), 7, Truncated("items", 49)]


def test_an_instance_shows_its_attributes() -> None:
    order = Contents("instance", "Order", attrs=(("id", 7), ("lines", ("ref", 2))))
    lines = Contents("list", "list", size=1, items=(("ref", 1),))
    value = Objects({1: order, 2: lines}).ref(1)
    assert value.summary() == "Order(id=7, lines=[<cycle #1>])"
    plain = value.python()
    assert isinstance(plain, Instance)
    assert plain.type_name == "Order"
    assert plain.attrs == {"id": 7, "lines": [Truncated("cycle", None, "Order", 1)]}
    assert [label for label, _ in value.children()] == ["id", "lines"]


def test_a_list_that_holds_itself_ends() -> None:
    value = Objects({1: Contents("list", "list", size=1, items=(("ref", 1),))}).ref(1)
    assert value.summary() == "[<cycle #1>]"


def test_doubt_is_shown_and_never_hidden() -> None:
    seen = Contents("list", "list", size=0, recorded_at=12, uncertain=True)
    value = Objects({1: seen}).ref(1)
    assert value.uncertain
    assert value.as_of == 12
    assert "as of step 12" in value.summary()


def test_hostile_names_are_escaped() -> None:
    bad = Contents("instance", "Evil\x1b]0;\x07", attrs=(("a\nb", 1),))
    value = Objects({1: bad}).ref(1)
    assert value.summary().isprintable()
    assert all(label.isprintable() for label, _ in value.children())
    assert value.type_name.isprintable()


def test_an_object_that_was_never_captured_says_so() -> None:
    value = Objects({}).ref(9)
    assert value.kind == "unknown"
    assert value.summary() == "<not recorded #9>"
    assert value.python() == Truncated("not recorded", None, "?", 9)


def test_cut_text_keeps_its_true_length() -> None:
    value = Value("str", "abc", size=1_000, cut=True)
    assert value.summary() == "'abc'… (1,000 long)"
    plain = value.python()
    assert isinstance(plain, CutText)
    assert plain == "abc"
    assert plain.total == 1_000


def test_numbers_too_large_for_a_line() -> None:
    assert value_of(10**6000).summary().endswith("(19,932 bits)")
    assert value_of(-(10**6000)).summary().startswith("-0x")


def test_truth_that_only_the_program_knows_is_an_error() -> None:
    value = Objects({1: Contents("instance", "Order")}).ref(1)
    with pytest.raises(EscopeError):
        bool(value)
    assert value_of([1])
    assert not value_of(0)


@pytest.mark.parametrize("bounds", [range(3, 10), range(0, 9, -2), slice(1, None, None)])
def test_ranges_and_slices_are_read_from_their_text(bounds: Any) -> None:
    shape = Contents("range", type(bounds).__name__, text=repr(bounds))
    value = Objects({1: shape}).ref(1)
    assert value.python() == bounds
    assert value.summary() == repr(bounds)


def test_exceptions_show_their_arguments_only() -> None:
    error = Contents("exception", "ValueError", items=("no",), attrs=(("__cause__", None),))
    assert Objects({1: error}).ref(1).summary() == "ValueError('no')"


@given(st.text())
def test_safe_text_is_printable(text: str) -> None:
    assert safe_text(text).isprintable()
    assert one_line(text, 20).isprintable()
    assert len(clip(text, 5)) <= 5


@pytest.mark.parametrize(
    ("module", "name", "shape", "doubtful"),
    [
        ("threading", "Thread", 7, True),
        ("app", "Order", 7, False),
        ("builtins", "object", 7, False),
        ("fractions", "Fraction", 7, False),
        ("pathlib", "PosixPath", 7, False),
        ("library", "Names", 1, False),
        ("_thread", "lock", 20, True),
        ("_io", "StringIO", 16, True),
        ("functools", "partial", 16, False),
        ("builtins", "list_iterator", 13, True),
    ],
)
def test_what_code_that_is_not_recorded_may_change_is_doubtful(
    module: str, name: str, shape: int, doubtful: bool
) -> None:
    found: Any = SimpleNamespace(type_id=4, shape=shape)
    assert changes_unseen(found, {4: (module, name)}, {"app", "__main__"}) is doubtful


def test_a_recorded_class_that_inherits_from_one_that_is_not_is_doubtful() -> None:
    found: Any = SimpleNamespace(type_id=4, shape=7)
    types = {4: ("app", "Worker")}
    recorded = {"app"}
    assert changes_unseen(found, types, recorded, {4: (("threading", "Thread"),)})
    assert not changes_unseen(found, types, recorded, {4: (("app", "Base"), ("abc", "ABC"))})
