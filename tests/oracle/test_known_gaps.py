"""What a recording still shows wrongly: stated here, so that a repair is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.compare import Target, compare

GAPS = {
    "what a statement did before its own call is not seen inside the call": """
def f(value, xs):
    n = len(xs)
    return n


xs = [1, 2, 3]
f(xs.pop(), xs)
end = 1
""",
    "a list changed in place as an attribute, where a star target has the name elsewhere": """
class Thing:
    def __init__(self, x):
        self.x = x


a = 1
b = [1, 2]
d = Thing(b)
e = (b, {5})
match e:
    case [first, *others]:
        d.x += [n for n in [Thing(a), 2] if n]


def f(a):
    global d, e
    c, *d = d


end = 1
""",
    "a bound method of a list, given to something that calls it": """
import collections

z = {"a": [1]}
collections.deque(map(z["a"].append, [5, 6]), maxlen=0)
end = 1
""",
    "an instance changed through its __dict__": """
class R:
    pass


r = [R()]
r[0].__dict__.update(more=2)
end = 1
""",
    "a list while its own sort runs a recorded key function": """
def key(x):
    y = -x
    return y


def f():
    xs = [2, 1]
    xs.sort(key=key)
    return xs


f()
""",
}


@pytest.mark.parametrize("gap", GAPS)
def test_a_known_gap_is_still_there(gap: str, tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(GAPS[gap], encoding="utf-8")
    report = compare(gap, Target([str(script)]), tmp_path)
    print(report.text())
    assert report.pairs
    assert not report.problems
    assert report.wrong, "this gap is closed: move the program to tests/programs"
