"""The evaluator: Python's answers over recorded values, within bounds, and never a wrong one."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escope_tui.errors import EvaluationError
from escope_tui.model.values import Contents, Value, value_of
from escope_tui.replay.evaluator import evaluate
from tests.unit.test_values import Objects

HEAP = Objects(
    {
        1: Contents("list", "list", size=3, items=(3, 1, 2)),
        2: Contents("dict", "dict", size=2, pairs=(("a", 1), ("b", ("ref", 1)))),
        3: Contents("instance", "Order", "__main__", attrs=(("id", 7), ("lines", ("ref", 4)))),
        4: Contents("list", "list", size=2, items=(("ref", 5), ("ref", 6))),
        5: Contents("instance", "Line", "__main__", attrs=(("qty", 2), ("price", 1.5))),
        6: Contents("instance", "Line", "__main__", attrs=(("qty", 3), ("price", 2.0))),
        7: Contents("list", "list", size=1_000, items=(1, 2), items_cut=True),
        8: Contents("list", "list", size=2, items=(1, 2), recorded_at=4, uncertain=True),
        9: Contents("list", "Stack", "__main__", size=1, items=(1,)),
        10: Contents("set", "set", size=2, items=(1, 2)),
        11: Contents("class", "type", text="Order"),
        12: Contents("dict", "dict", size=50, pairs=(("k", 1),), items_cut=True),
        13: Contents("value", "Decimal", "decimal", text="Decimal('-64.90')"),
        14: Contents("value", "Decimal", "decimal", text="Decimal('0.1')"),
        15: Contents("value", "Decimal", "money", text="Decimal('1')"),
        16: Contents("value", "date", "datetime", text="datetime.date(2026, 1, 2)"),
        17: Contents(
            "value",
            "datetime",
            "datetime",
            text="datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone.utc)",
        ),
        18: Contents(
            "value",
            "timedelta",
            "datetime",
            attrs=(("days", 1), ("seconds", 5), ("microseconds", 0)),
            text="datetime.timedelta(days=1, seconds=5)",
        ),
        19: Contents(
            "instance", "Fraction", "fractions", attrs=(("_numerator", 1), ("_denominator", 3))
        ),
        20: Contents("value", "Decimal", "decimal", text="Decimal('1E+999999')"),
    }
)
NAMES = {
    "xs": HEAP.ref(1),
    "d": HEAP.ref(2),
    "order": HEAP.ref(3),
    "cut": HEAP.ref(7),
    "old": HEAP.ref(8),
    "stack": HEAP.ref(9),
    "seen": HEAP.ref(10),
    "Order": HEAP.ref(11),
    "part": HEAP.ref(12),
    "total": HEAP.ref(13),
    "tenth": HEAP.ref(14),
    "other": HEAP.ref(15),
    "day": HEAP.ref(16),
    "moment": HEAP.ref(17),
    "span": HEAP.ref(18),
    "third": HEAP.ref(19),
    "vast": HEAP.ref(20),
    "text": Value("str", "abc", size=10, cut=True),
    "n": value_of(5),
    "name": value_of("Ada"),
    "nothing": value_of(None),
    "pair": value_of((1, "x")),
}


def ask(expression: str) -> Any:
    """The answer as plain data."""
    return evaluate(expression, [NAMES]).python()


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ("n + 1", 6),
        ("len(xs) > 2 and n", 5),
        ("xs[0] + xs[-1]", 5),
        ("xs[1:]", [1, 2]),
        ("sorted(xs)", [1, 2, 3]),
        ("sum(xs) / len(xs)", 2.0),
        ("max(xs), min(xs, default=0)", (3, 1)),
        ("d['a']", 1),
        ("d['b'][0]", 3),
        ("'a' in d and 'z' not in d", True),
        ("d.get('z', 9)", 9),
        ("list(d.keys())", ["a", "b"]),
        ("order.id", 7),
        ("sum(line.qty * line.price for line in order.lines)", 9.0),
        ("[line.qty for line in order.lines if line.qty > 2]", [3]),
        ("{line.qty: line.price for line in order.lines}", {2: 1.5, 3: 2.0}),
        ("order.lines[0] is order.lines[1]", False),
        ("order is order", True),
        ("nothing is None", True),
        ("xs == [3, 1, 2]", True),
        ("xs == (3, 1, 2)", False),
        ("[order] == [order]", True),
        ("f'{name!r}:{n:>3}'", "'Ada':  5"),
        ("name.upper()", "ADA"),
        ("'yes' if n > 3 else 'no'", "yes"),
        ("isinstance(n, int)", True),
        ("isinstance(xs, (list, tuple))", True),
        ("isinstance(order, Order)", True),
        ("isinstance(n, Order)", False),
        ("type(order) is Order", True),
        ("type(order).__name__", "Order"),
        ("type(n) is int", True),
        ("1 < n < 10", True),
        ("[i for i, x in enumerate(xs) if x == 1]", [1]),
        ("2 in seen", True),
        ("repr(xs)", "[3, 1, 2]"),
        ("len(cut)", 1_000),
        ("cut[1]", 2),
        ("cut[:2]", [1, 2]),
        ("1 in cut", True),
        ("part['k']", 1),
        ("text[:2]", "ab"),
        ("len(text)", 10),
        ("pair[1]", "x"),
        ("any(x > 2 for x in xs)", True),
        ("xs[n] if n < len(xs) else None", None),
        ("[line.qty for line in sorted(order.lines, key=lambda line: -line.qty)]", [3, 2]),
        ("max(order.lines, key=lambda line: line.price).qty", 3),
        ("next((line.qty for line in order.lines if line.price > 1.5), None)", 3),
        ("any(1 / x > 0.3 or missing for x in xs)", True),
        ("sorted(seen), sum(x for x in seen), sorted(x * 2 for x in seen)", ([1, 2], 3, [2, 4])),
        ("[first for first, *rest in zip(xs, xs)]", [3, 1, 2]),
        ("dict(zip('ab', map(lambda x: x + 1, xs)))", {"a": 4, "b": 2}),
        ("'{:>3}|{name}'.format(n, name=name)", "  5|Ada"),
        ("len(order.lines + order.lines)", 4),
        ("'a' in d.keys() and len(d.values())", 2),
        ("pow(2, 10, 7), bin(5), format(n, '03d')", (2, "0b101", "005")),
    ],
)
def test_answers_as_python_does(expression: str, answer: Any) -> None:
    assert ask(expression) == answer


@pytest.mark.parametrize(
    "expression",
    [
        "missing",
        "xs[9]",
        "d['z']",
        "cut[5]",
        "sorted(cut)",
        "9 in cut",
        "cut == [1, 2]",
        "part['z']",
        "text == 'abc'",
        "text + 'd'",
        "text[-1]",
        "order.total",
        "order == 3",
        "order == order",
        "order + 1",
        "len(order)",
        "bool(order)",
        "str(order)",
        "f'{order}'",
        "order()",
        "order.save()",
        "len(stack)",
        "list(stack)",
        "isinstance(order.lines[0], Order)",
        "[x for x in order]",
        "xs.append(1)",
        "d.pop('a')",
        "__import__('os')",
        "open('f')",
        "n.__class__",
        "name.__class__.__mro__",
        "(y := 3)",
        "await n",
        "n +",
        "import os",
        "",
        "{order: 1}",
        "'{0.real}'.format(n)",
        "(lambda *a: a)()",
        "sorted(order.lines)",
        "sorted(xs, key=Order)",
        "list(seen)",
        "str(seen)",
        "next(xs)",
        "len(x for x in xs)",
        "[order] + 1",
    ],
)
def test_what_cannot_be_known_is_an_error(expression: str) -> None:
    with pytest.raises(EvaluationError):
        ask(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "10 ** 10 ** 10",
        "2 ** 10**9",
        "1 << 10**9",
        "'a' * 10**9",
        "[0] * 10**9",
        "sum(range(10**12))",
        "list(range(10**9))",
        "sorted(range(10**9))",
        "max(range(10**9))",
        "'%999999999d' % 1",
        "f'{1:999999999}'",
        "'a'.ljust(10**9)",
        "round(5, -10**9)",
        "[a for a in range(10**5) for b in range(10**5)]",
        "(" * 500 + "1" + ")" * 500,
        "-" * 3_000 + "1",
        "'a'.replace('', 'b' * 999_999).replace('b', 'c' * 999_999)",
        "x" * 100_000,
    ],
)
def test_what_would_take_too_much_is_refused(expression: str) -> None:
    with pytest.raises(EvaluationError):
        evaluate(expression, [NAMES], seconds=0.5)


def test_an_answer_from_uncertain_contents_is_marked() -> None:
    value = evaluate("len(old) + 1", [NAMES])
    assert value == 3
    assert value.uncertain
    assert value.as_of == 4
    assert "as of step 4" in value.summary()


def test_a_recorded_object_is_given_as_itself() -> None:
    value = evaluate("order.lines", [NAMES])
    assert value.object_id == 4


NUMBERS = st.integers(-50, 50)


@given(
    NUMBERS,
    NUMBERS,
    st.sampled_from(["+", "-", "*", "//", "%", "**", "<", "<=", "==", "!=", "&", "|", "^", ">>"]),
)
def test_arithmetic_agrees_with_python(left: int, right: int, operator: str) -> None:
    expression = f"({left}) {operator} ({right})"
    try:
        expected = eval(expression)
    except (ArithmeticError, ValueError):
        with pytest.raises(EvaluationError):
            ask(expression)
    else:
        assert ask(expression) == expected


@given(st.text(alphabet="xsnd()[]{}.,:'\"+-*/ 019andorfilt=<>!", max_size=30))
def test_any_text_gives_an_answer_or_an_evaluation_error(text: str) -> None:
    with suppress(EvaluationError):
        evaluate(text, [NAMES], seconds=0.2)


KEYS = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from([1.0, 1.5, "", "a", b"a"]),
    lambda inner: st.tuples(inner, inner),
    max_leaves=4,
)


@given(st.dictionaries(KEYS, st.integers(), max_size=8), KEYS)
def test_a_key_is_found_as_python_finds_it(table: dict[Any, int], key: Any) -> None:
    names = {"table": value_of(table)}

    assert evaluate(f"{key!r} in table", [names]).data is (key in table)
    assert evaluate(f"table.get({key!r})", [names]).data == table.get(key)


class Counted(Objects):
    """A heap that keeps what was decoded."""

    def __init__(self, table: dict[int, Contents]) -> None:
        super().__init__(table)
        self.decoded: list[Any] = []

    def value(self, raw: Any, step: int) -> Value:
        self.decoded.append(raw)
        return super().value(raw, step)


def test_looking_up_a_key_leaves_the_other_keys_undecoded() -> None:
    pairs = tuple((n, "x") for n in range(1_000))
    heap = Counted({1: Contents("dict", "dict", size=1_000, pairs=pairs)})

    found = evaluate("table[700]", [{"table": heap.ref(1)}])

    assert found == "x"
    assert heap.decoded == [700, "x"]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("total > 0", "False"),
        ("total < 0 < tenth", "True"),
        ("total == -64.9", "False"),
        ("total + tenth * 3", "Decimal('-64.60')"),
        ("sum([tenth, tenth, tenth]) == tenth * 3", "True"),
        ("max([total, tenth])", "Decimal('0.1')"),
        ("float(tenth)", "0.1"),
        ("f'{total:.1f}'", "'-64.9'"),
        ("total and n", "5"),
        ("{tenth: 1}[tenth] if tenth else 0", "1"),
        ("day + span", "datetime.date(2026, 1, 3)"),
        ("moment - moment == span * 0", "True"),
        ("span > span / 2", "True"),
        ("third * 3 == 1", "True"),
        ("third + third", "Fraction(2, 3)"),
        ("(each * 2 for each in [tenth])", "[Decimal('0.2')]"),
        ("map(lambda each: each + 1, [tenth])", "[Decimal('1.1')]"),
        ("{third: tenth}", "{Fraction(1, 3): Decimal('0.1')}"),
        ("{tenth, 1}", "{1, Decimal('0.1')}"),
    ],
)
def test_numbers_and_times_of_the_library_are_computed_with(expression: str, shown: str) -> None:
    assert evaluate(expression, [NAMES]).summary(60) == shown


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("tenth / 3", "decimal context"),
        ("tenth / 0", "DivisionByZero"),
        ("other > 0", "would run the program's code"),
        ("vast > 0", "would run the program's code"),
        ("day > moment", "TypeError"),
        ("third ** 100000", "powers"),
    ],
)
def test_what_a_setting_of_the_program_may_decide_is_refused(expression: str, reason: str) -> None:
    with pytest.raises(EvaluationError, match=reason):
        evaluate(expression, [NAMES])
