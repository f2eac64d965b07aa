"""Expressions over recorded values give what Python gives, or say why they cannot."""

from __future__ import annotations

import copy
import math
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from escope_tui.errors import EvaluationError
from escope_tui.model.values import Contents, Value, value_of
from escope_tui.replay.evaluator import evaluate
from tests.unit.test_values import Objects

DATA: dict[str, Any] = {
    "n": 3,
    "m": -7,
    "big": 2**70,
    "x": 2.5,
    "zero": 0,
    "yes": True,
    "none": None,
    "s": "Ab cab",
    "e": "",
    "b": b"ab\x00",
    "xs": [3, 1, 2, 1],
    "ws": ["b", "a", "cc"],
    "fs": [1.5, -0.0, 2.0],
    "mixed": [1, "a", None, 2.0, (1, 2)],
    "empty": [],
    "t": (1, (2, "z"), [4, 5]),
    "d": {"a": 1, "b": [2, 3], 3: "c"},
    "nested": {"rows": [{"k": 1, "v": "p"}, {"k": 2, "v": "q"}]},
    "ints": {1, 5, 3},
    "none_in": {None: 0, True: 1, 2.0: "two"},
    "frozen": frozenset({2, 4}),
}


class Recording:
    """Recorded values that stand for plain data."""

    def __init__(self, data: dict[str, Any]) -> None:
        self._table: dict[int, Contents] = {}
        self._heap = Objects(self._table)
        self.scope = {name: self._value(self._raw(value)) for name, value in data.items()}

    def _value(self, raw: Any) -> Value:
        return self._heap.value(raw, 3)

    def _raw(self, data: Any) -> Any:
        if isinstance(data, tuple):
            members = tuple(map(self._raw, data))
            return Value("tuple", members, size=len(data), heap=self._heap, step=3)
        if not isinstance(data, list | dict | set | frozenset):
            return value_of(data)
        number = len(self._table) + 1
        name = type(data).__name__
        self._table[number] = Contents(name, name)
        if isinstance(data, dict):
            found = tuple((self._raw(k), self._raw(v)) for k, v in data.items())
            self._table[number] = Contents(name, name, size=len(data), pairs=found)
        else:
            members = tuple(map(self._raw, data))
            self._table[number] = Contents(name, name, size=len(data), items=members)
        return ("ref", number)


SCOPE = Recording(DATA).scope


def same(left: Any, right: Any) -> bool:
    """Equal and of the same types, members included; not-a-number is itself."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float):
        both = math.isnan(left) and math.isnan(right)
        return both or (left == right and math.copysign(1, left) == math.copysign(1, right))
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    if isinstance(left, set | frozenset):
        return left == right and sorted(map(repr, left)) == sorted(map(repr, right))
    return bool(left == right)


def python(expression: str) -> Any:
    """What Python gives; an iterator or a view as the list of its members."""
    result = eval(expression, copy.deepcopy(DATA))
    views: tuple[type, ...] = (type({}.keys()), type({}.values()), type({}.items()))
    return list(result) if isinstance(result, views) or hasattr(result, "__next__") else result


# -- random expressions

NAMES = st.sampled_from(sorted(DATA))
ATOMS = st.one_of(
    NAMES,
    NAMES,
    st.integers(-3, 6).map(str),
    st.sampled_from(["1.5", "0.0", "'a'", "'b c'", "None", "True", "b'a'", "[]", "()", "{}", "''"]),
)
BINARY = ["+", "-", "*", "/", "//", "%", "**", "&", "|", "^", "<<", ">>", "@"]
COMPARED = ["<", "<=", ">", ">=", "==", "!=", "in", "not in", "is", "is not"]
ONE = ["len", "sum", "min", "max", "sorted", "any", "all", "abs", "round", "list", "tuple", "set"]
ONE += ["dict", "str", "repr", "int", "float", "bool", "enumerate", "reversed", "range", "type"]
ONE += [
    "frozenset",
    "ord",
    "chr",
    "bin",
    "hex",
    "oct",
    "ascii",
    "bytes",
    "iter",
    "hash",
    "callable",
]
METHODS = {
    "upper": 0,
    "lower": 0,
    "title": 0,
    "strip": 1,
    "split": 1,
    "join": 1,
    "replace": 2,
    "find": 1,
    "startswith": 1,
    "count": 1,
    "index": 1,
    "partition": 1,
    "zfill": 1,
    "center": 1,
    "isdigit": 0,
    "keys": 0,
    "values": 0,
    "items": 0,
    "get": 1,
    "copy": 0,
    "union": 1,
    "issubset": 1,
    "difference": 1,
    "bit_length": 0,
    "is_integer": 0,
    "encode": 0,
    "splitlines": 0,
    "rsplit": 1,
    "hex": 0,
    "swapcase": 0,
    "expandtabs": 0,
    "removeprefix": 1,
    "isdisjoint": 1,
    "append": 1,
    "pop": 0,
    "format": 1,
    "symmetric_difference": 1,
    "conjugate": 0,
    "as_integer_ratio": 0,
}
KEYS = ["lambda v: v", "lambda v: -v", "lambda v: str(v)", "len", "str", "lambda v: (v, 1)", "abs"]
SPECS = [">5", "<4", ".2f", "05d", "x", ",", "^7", "e", "%", "{n}", "s", "d"]


def _more(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    spans = st.tuples(*[st.sampled_from(["", "0", "1", "-1", "2", "n"])] * 3)
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(BINARY), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(COMPARED), inner),
        st.builds("({} {} {} {} {})".format, inner, st.just("<"), inner, st.just("<="), inner),
        st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner),
        st.builds("({}{})".format, st.sampled_from(["-", "+", "~", "not "]), inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("{}({})".format, st.sampled_from(ONE), inner),
        st.builds(
            "{}({}, {})".format, st.sampled_from(["min", "max", "zip", "round"]), inner, inner
        ),
        st.builds(
            "{}({}, {})".format,
            st.sampled_from(["sum", "pow", "divmod", "enumerate"]),
            inner,
            inner,
        ),
        st.builds(
            "{}({}, {})".format, st.sampled_from(["map", "filter"]), st.sampled_from(KEYS), inner
        ),
        st.builds(
            "list({}({}, {}))".format,
            st.sampled_from(["map", "filter"]),
            st.sampled_from(KEYS),
            inner,
        ),
        st.builds(
            "isinstance({}, {})".format,
            inner,
            st.sampled_from(
                ["int", "str", "(list, tuple)", "bool", "float", "dict", "object", "int | None"]
            ),
        ),
        st.builds(
            "{}({}, key={})".format,
            st.sampled_from(["sorted", "min", "max"]),
            inner,
            st.sampled_from(KEYS),
        ),
        st.builds("sorted({}, reverse={})".format, inner, inner),
        st.builds("{}[{}]".format, inner, inner),
        st.builds("{}[{}]".format, inner, spans.map(":".join)),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("({}, *{})".format, inner, inner),
        st.builds("{{{}, {}}}".format, inner, inner),
        st.builds("{{{}: {}, **{}}}".format, inner, inner, inner),
        st.builds(
            "[{} for v in {} if {}]".format,
            st.sampled_from(["v", "v * 2", "(v, n)", "str(v)"]) | inner,
            inner,
            st.sampled_from(["v", "True", "v != 1"]) | inner,
        ),
        st.builds("{{{} for v in {}}}".format, st.sampled_from(["v", "str(v)"]), inner),
        st.builds("{{v: {} for v in {}}}".format, inner, inner),
        st.builds(
            "{}({} for v in {})".format,
            st.sampled_from(["sum", "any", "all", "max", "list", "len", "set", "sorted"]),
            st.sampled_from(["v", "v > 1", "1 / v"]) | inner,
            inner,
        ),
        st.builds("[k for k, v in {}]".format, inner),
        st.builds("[v for k, *v in {}]".format, inner),
        st.builds("[i for i, v in enumerate({}) if v]".format, inner),
        st.builds("f'{{{}}}'".format, NAMES),
        st.builds("f'{{{}!r}}-{{{}:{}}}'".format, NAMES, NAMES, st.sampled_from(SPECS)),
        st.builds("format({}, '{}')".format, inner, st.sampled_from(SPECS)),
        st.builds("('%s %r' % ({}, {}))".format, inner, inner),
        st.sampled_from(sorted(METHODS)).flatmap(
            lambda name: st.builds(
                lambda owner, given: f"{owner}.{name}({', '.join(given)})",
                inner,
                st.lists(inner, min_size=METHODS[name], max_size=METHODS[name]),
            )
        ),
    )


EXPRESSIONS = st.recursive(ATOMS, _more, max_leaves=6)


def answer(expression: str, scope: dict[str, Value]) -> Value | EvaluationError:
    """What escope gives, or why it does not."""
    try:
        return evaluate(expression, [scope])
    except EvaluationError as error:
        return error


@settings(max_examples=150)
@given(EXPRESSIONS)
def test_a_random_expression_gives_what_python_gives_or_says_why_not(expression: str) -> None:
    found = answer(expression, SCOPE)
    try:
        expected = python(expression)
    except Exception:  # whatever it is: then there is no answer
        expected = EvaluationError
    if isinstance(found, EvaluationError):
        assert found.message
        assert "\n" not in found.message
    elif isinstance(expected, type) and expected is not EvaluationError:
        assert expected.__name__ in found.summary()
    elif "<class" not in repr(expected):  # inside others, types are given as text
        assert same(found.python(depth=50), expected), f"{expression}: {found} for {expected!r}"


CUT = {
    "xs": Objects({1: Contents("list", "list", size=9, items=(1, 2), items_cut=True)}).ref(1),
    "d": Objects({1: Contents("dict", "dict", size=9, pairs=(("a", 1),), items_cut=True)}).ref(1),
    "ints": Objects({1: Contents("set", "set", size=9, items=(1, 5), items_cut=True)}).ref(1),
    "s": Value("str", "Ab", size=6, cut=True),
}
"""The beginnings of these were recorded, and their lengths."""
WAYS: list[dict[str, Any]] = [
    {
        "xs": [1, 2] + [7] * 7,
        "d": dict.fromkeys("amnopqrst", 1),
        "ints": {1, 5, *range(20, 27)},
        "s": "Abcdef",
    },
    {
        "xs": [1, 2, 0, "z"] + [3] * 5,
        "d": {"a": 1} | dict.fromkeys(range(8)),
        "ints": {1, 5, *"tuvwxyz"},
        "s": "Ab xyz",
    },
]
"""How they may have gone on."""
DATA_TYPES = (list, dict, set, str, int, float, tuple)


@settings(max_examples=80)
@given(EXPRESSIONS.filter(lambda text: any(f"{name}" in text for name in ("xs", "ints", "(s)"))))
def test_what_was_cut_is_never_taken_for_the_whole(expression: str) -> None:
    # given: the same names, of which only a beginning was recorded
    found = answer(expression, {**SCOPE, **CUT})
    if isinstance(found, EvaluationError):
        return
    # then: what is answered is what Python says of any way in which it may have gone on
    for way in WAYS:
        try:
            expected = eval(expression, copy.deepcopy(DATA | way))
        except Exception:
            continue
        told = found.python(depth=50)
        marked = "Truncated" in repr(told) or "long)" in found.summary(2000)
        if isinstance(expected, DATA_TYPES) and not marked:
            assert same(told, expected), f"{expression}: {found} for {expected!r}"
