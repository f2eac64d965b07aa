"""Random programs: the oracle and the recording agree."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.oracle.compare import Target, compare

NAMES = ("a", "b", "c", "d", "e")
FIELDS = ("x", "y")

PRELUDE = """\
import copy


class Thing:
    limit = 3

    def __init__(self, x):
        self.x = x
        self.y = []

    def add(self, value):
        self.y.append(value)
        self.x = value
        return self

    def __lt__(self, other):
        return False


class Slotted:
    __slots__ = ("x", "y")


def put(target, value):
    if isinstance(target, list):
        target.append(value)
    elif isinstance(target, dict):
        target["put"] = value
    elif isinstance(target, set):
        target.add(1)
    else:
        target.x = value
    return target


def walk(xs):
    for item in xs:
        got = yield item
        if got:
            xs.append(got)


def counter(start):
    count = start

    def step():
        nonlocal count
        count = count + 1
        return count

    return step


def spread(*args, key=None, **rest):
    total = len(args) + len(rest)
    rest["key"] = key
    return total, rest


a = 1
b = [1, 2]
c = {"k": b, 1: [3]}
d = Thing(b)
e = (b, {5})
"""


def names() -> st.SearchStrategy[str]:
    return st.sampled_from(NAMES)


def atoms() -> st.SearchStrategy[str]:
    literals = st.one_of(
        st.integers(-5, 5),
        st.sampled_from([2**40, -(2**70), 1.5, -0.0, "", "text", b"by", None, True, ...]),
    ).map(repr)
    return st.one_of(names(), names(), literals)


def expressions() -> st.SearchStrategy[str]:
    atom = atoms()

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, inner).map(lambda p: f"[{p[0]}, {p[1]}]"),
            st.tuples(inner, inner).map(lambda p: f"({p[0]}, {p[1]})"),
            st.tuples(inner, inner).map(lambda p: f"{{'k': {p[0]}, 'm': {p[1]}}}"),
            inner.map(lambda p: f"Thing({p})"),
            inner.map(lambda p: f"put([{p}], 1)"),
            inner.map(lambda p: f"[n for n in [{p}, 2] if n]"),
            inner.map(lambda p: f"{{type(n).__name__: n for n in [{p}, 2]}}"),
            inner.map(lambda p: f"(lambda v: [v, {p}])(1)"),
            inner.map(lambda p: f"copy.copy({p})"),
            inner.map(lambda p: f"list(walk([{p}, 1]))"),
            st.tuples(inner, inner).map(lambda p: f"({p[0]} if {p[1]} else 0)"),
            st.tuples(inner, inner).map(lambda p: f"({p[0]} or {p[1]})"),
            st.tuples(inner, inner).map(lambda p: f"spread({p[0]}, key={p[1]}, z=1)"),
        )

    return st.recursive(atom, grow, max_leaves=3)


def simple() -> st.SearchStrategy[str]:
    name, value = names(), expressions()
    pair = st.tuples(name, value)
    two = st.tuples(name, name)
    return st.one_of(
        pair.map(lambda p: f"{p[0]} = {p[1]}"),
        two.map(lambda p: f"{p[0]} = {p[1]}"),
        two.map(lambda p: f"{p[0]}, {p[1]} = {p[1]}, {p[0]}"),
        two.map(lambda p: f"{p[0]}, *{p[1]} = {p[1]}"),
        pair.map(lambda p: f"{p[0]} += {p[1]}"),
        pair.map(lambda p: f"{p[0]}.append({p[1]})"),
        pair.map(lambda p: f"{p[0]}[0] = {p[1]}"),
        pair.map(lambda p: f"{p[0]}['k'] = {p[1]}"),
        pair.map(lambda p: f"{p[0]}['k'].append({p[1]})"),
        pair.map(lambda p: f"{p[0]}[0]['k'] = {p[1]}"),
        pair.map(lambda p: f"{p[0]}.x = {p[1]}"),
        pair.map(lambda p: f"{p[0]}.y.append({p[1]})"),
        pair.map(lambda p: f"{p[0]}.x += {p[1]}"),
        pair.map(lambda p: f"{p[0]}[1:2] = [{p[1]}, 7]"),
        pair.map(lambda p: f"{p[0]}.extend([{p[1]}])"),
        pair.map(lambda p: f"{p[0]}.update(k={p[1]})"),
        pair.map(lambda p: f"{p[0]}.setdefault('s', []).append({p[1]})"),
        pair.map(lambda p: f"put({p[0]}, {p[1]})"),
        pair.map(lambda p: f"{p[0]} = put({p[0]}, {p[1]})"),
        pair.map(lambda p: f"{p[0]}.add({p[1]}).y.append(0)"),
        pair.map(lambda p: f"setattr({p[0]}, 'x', {p[1]})"),
        pair.map(lambda p: f"Thing.limit = {p[1]}"),
        pair.map(lambda p: f"{p[0]}.x, {p[0]}.y = {p[1]}, []"),
        pair.map(lambda p: f"[{p[0]}.append(n) for n in ({p[1]}, 1)]"),
        pair.map(lambda p: f"{p[0]} = [({p[0]} := n) for n in ({p[1]}, 1)]"),
        pair.map(lambda p: f"next(walk({p[0]}))"),
        name.map(lambda n: f"{n}.sort()"),
        name.map(lambda n: f"{n}.reverse()"),
        name.map(lambda n: f"{n}.pop()"),
        name.map(lambda n: f"{n}.clear()"),
        name.map(lambda n: f"del {n}[0]"),
        name.map(lambda n: f"del {n}['k']"),
        name.map(lambda n: f"del {n}.x"),
        name.map(lambda n: f"del {n}; {n} = 0"),
        name.map(lambda n: f"{n} = copy.deepcopy({n})"),
        name.map(lambda n: f"{n} = Slotted(); {n}.x = [1]"),
        name.map(lambda n: f"{n} = counter(1); {n}(); {n}()"),
        name.map(lambda n: f"{n} *= 2"),
        st.just("pass"),
    )


def block(body: list[str], depth: int) -> str:
    return "\n".join("    " * depth + line for text in body for line in text.split("\n"))


def safely(text: str) -> str:
    return f"try:\n    {text}\nexcept Exception as error:\n    caught = type(error).__name__"


def statements() -> st.SearchStrategy[str]:
    plain = st.one_of(simple().map(safely), simple().map(safely), simple().map(safely))

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        bodies = st.lists(inner, min_size=1, max_size=3).map(lambda body: block(body, 1))
        return st.one_of(
            st.tuples(expressions(), bodies, bodies).map(
                lambda p: f"if {p[0]}:\n{p[1]}\nelse:\n{p[2]}"
            ),
            st.tuples(names(), bodies).map(lambda p: f"for {p[0]} in [1, [2]]:\n{p[1]}"),
            bodies.map(lambda p: f"n = 0\nwhile n < 2:\n    n += 1\n{p}"),
            st.tuples(names(), bodies, expressions()).map(
                lambda p: (
                    f"def f({p[0]}):\n{_local(p[1])}\n    return {p[0]}\n"
                    + safely(f"{p[0]} = f({p[2]})")
                )
            ),
            st.tuples(bodies, bodies).map(
                lambda p: (
                    f"try:\n{p[0]}\n    raise ValueError([1])\nexcept ValueError as ve:\n"
                    f"{p[1]}\nfinally:\n    done = True"
                )
            ),
            st.tuples(names(), bodies).map(
                lambda p: (
                    f"match {p[0]}:\n    case [first, *others]:\n{_deeper(p[1])}\n"
                    f"    case {{'k': inner}}:\n        pass\n    case other:\n        pass"
                )
            ),
        )

    return st.recursive(plain, grow, max_leaves=5)


def _deeper(text: str) -> str:
    return "\n".join("    " + line for line in text.split("\n"))


def _local(text: str) -> str:
    return "    global " + ", ".join(NAMES[3:]) + "\n" + text


def programs() -> st.SearchStrategy[str]:
    def build(body: list[str]) -> str:
        return PRELUDE + "\n".join(body) + "\nend = True\n"

    return st.lists(statements(), min_size=3, max_size=14).map(build).filter(_compiles)


def _compiles(source: str) -> bool:
    try:
        compile(source, "program.py", "exec")
    except SyntaxError:
        return False
    return True


def check(source: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "program.py")
        script.write_text(source, encoding="utf-8")
        report = compare("random program", Target([str(script)], timeout=60), Path(folder))
        assert report.clean, report.text() + "\n" + source


COMMON = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@settings(max_examples=5, suppress_health_check=COMMON)
@given(programs())
def test_random_programs_agree(source: str) -> None:
    check(source)


@pytest.mark.slow
@pytest.mark.timeout(3000)
@settings(max_examples=250, suppress_health_check=COMMON)
@given(programs())
def test_many_random_programs_agree(source: str) -> None:
    check(source)
