"""Tests that are made from recorded calls run, pass, and say what they cannot rebuild."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import escope_tui as escope
from escope_tui.errors import EscopeError
from escope_tui.query.recording import Recording

KINDS = """\
from __future__ import annotations
import array, collections, datetime, decimal, enum, fractions, functools, pathlib, re, types, uuid
import ipaddress, os
from dataclasses import dataclass

class Color(enum.Enum):
    RED = 1
class Perm(enum.Flag):
    R = 1
    W = 2
Point = collections.namedtuple("Point", "x y")
class Stack(list):
    pass
class Table(dict):
    def __init__(self):
        super().__init__(a=1)
        self.name = "t"
class Word(str):
    pass
class Slotted:
    __slots__ = ("a",)
    def __init__(self):
        self.a = [1]
@dataclass(frozen=True)
class Frozen:
    a: int
class Plain:
    def __init__(self, inner):
        self.inner = inner
class Failure(Exception):
    def __init__(self, code):
        super().__init__(f"code {code}")
        self.code = code

def same(x):
    return x

shared = [1]
VALUES = [
    None, True, -2.5, float("nan"), float("inf"), 1 + 2j, "it's\\n\\x1b", b"\\0", bytearray(b"q"),
    (1,), [1, [2]], {1: 2, "a": [3]}, set(), {1, 2}, frozenset({1}), range(3), slice(1, 2), ...,
    collections.deque([1, 2], maxlen=2), collections.deque([1]), collections.OrderedDict(a=1),
    collections.defaultdict(list, {1: [2]}), collections.Counter("aab"),
    Color.RED, Perm.R | Perm.W, Point(1, 2), Stack([1]), Table(), Word("w"), Slotted(), Frozen(2),
    Plain([1]), [Plain(1)], Frozen(Plain(2)), (Plain(1), [float("nan")]), Failure(3),
    ValueError("x", 2), datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
    datetime.timedelta(seconds=5.5), decimal.Decimal("1.10"), fractions.Fraction(1, 3),
    pathlib.Path("/tmp/x"), uuid.UUID(int=5), re.compile("a+", re.I), array.array("i", [1, 2]),
    types.SimpleNamespace(a=1), same, len, Plain, int, re, [shared, shared],
    os.stat_result(range(10)), os.stat(__file__), ipaddress.IPv4Network("10.0.0.0/8"),
    ipaddress.IPv6Network("fe80::/64"), ipaddress.IPv4Interface("10.1.2.3/24"),
    ipaddress.IPv6Interface("::1/128"), ipaddress.IPv4Address("10.0.0.1"),
]
for value in VALUES:
    same(value)
REFUSED = [lambda: 1, (n for n in "ab"), iter([1]), list(range(1000)), "x" * 5000, object()]
for value in REFUSED:
    same(value)
"""

STATE = """\
import asyncio, functools, sys

limit = int(sys.argv[1])
seen = []

class Account:
    opened = 0
    def __init__(self, owner):
        Account.opened += 1
        self.owner, self.__pin = owner, 4
    def pin(self):
        return self.__pin + self.__secret(1)
    def __secret(self, by):
        return by * 2
    @property
    def name(self):
        return self.owner.upper()
    @name.setter
    def name(self, text):
        self.owner = text.lower()
    @classmethod
    def count(cls):
        return cls.opened
    def meet(self, other):
        self.other, other.other = other, self

def kept(function):
    @functools.wraps(function)
    def inner(*args):
        return function(*args) * 10
    return inner

@kept
def inner_result(x):
    return x + 1

def note(text):
    seen.append(text)
    return len(seen) < limit

def bubble(xs):
    for i in range(len(xs)):
        for j in range(len(xs) - 1 - i):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]

def put(table, key):
    table[key] = key * 2

def numbers(n):
    for i in range(n):
        yield i * i

async def later(x):
    await asyncio.sleep(0)
    return x + 1

def owner(account):
    return account.other.owner

note("a")
note("b")
one, two = Account("Ann"), Account("Bob")
one.pin()
two.name = two.name
Account.count()
inner_result(2)
bubble([3, 1, 2])
put({1: 2}, 5)
squares = list(numbers(3))
first = next(numbers(9))
asyncio.run(later(1))
one.meet(two)
owner(one)
for turn in range(3):
    limit += turn
    note(str(turn))
put({}, 1); put({}, 2); note("c")
sys.exit("the program fails")
"""


def passes(texts: list[str], folder: Path) -> str:
    """Runs test files; what pytest says in its last line."""
    for number, text in enumerate(texts):
        (folder / f"test_{number}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    return done.stdout.strip().split("\n")[-1]


def recorded(source: str, folder: Path, *arguments: str) -> Recording:
    script = folder / "program.py"
    script.write_text(source)
    trace = folder / "trace.esr"
    command = [sys.executable, "-m", "escope_tui", "record", "-q", "-o", str(trace), str(script)]
    subprocess.run([*command, *arguments], capture_output=True, check=False)
    return escope.open(str(trace))


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with recorded(KINDS, tmp_path_factory.mktemp("kinds")) as found:
        yield found


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    with recorded(STATE, tmp_path_factory.mktemp("state"), "3") as found:
        yield found


def test_an_argument_of_every_kind_that_a_recording_holds_is_rebuilt(
    kinds: Recording, tmp_path: Path
) -> None:
    calls = kinds.calls(function="same")
    texts = [kinds.test_case(call) for call in calls[:-6]]
    assert passes(texts, tmp_path).startswith(f"{len(texts)} passed")


def test_what_cannot_be_rebuilt_is_refused_with_a_reason_of_its_own(kinds: Recording) -> None:
    reasons = []
    for call in kinds.calls(function="same")[-6:]:
        with pytest.raises(EscopeError) as caught:
            kinds.test_case(call)
        assert caught.value.slug == "cannot-rebuild"
        reasons.append(caught.value.message)
    assert reasons == [
        "x is the function <lambda>, which a test cannot name",
        "x is a generator, which cannot be made again",
        "x is a list_iterator, which cannot be made again",
        "only a part of x (list) is in the recording",
        "only a part of x (str) is in the recording",
        "the result has a object, which equals nothing but itself",
    ]


def test_calls_of_every_sort_pass_in_the_state_that_they_were_recorded_in(
    state: Recording, tmp_path: Path
) -> None:
    calls = state.calls(function=None)
    texts = [
        state.test_case(call)
        for call in calls
        if call.function not in ("kept", "kept.<locals>.inner")
    ]
    assert len(texts) == len(calls) - 2
    assert passes(texts, tmp_path).startswith(f"{len(texts)} passed")


def test_a_test_fails_for_a_program_that_gives_something_else(
    state: Recording, tmp_path: Path
) -> None:
    # given: tests of what a call returned, left in its argument, yielded, and found in its module
    names = ("pin", "bubble", "put", "numbers", "count")
    calls = [state.calls(function=name)[0] for name in names]
    texts = [state.test_case(call) for call in [*calls, state.calls(function="note")[-1]]]
    # when: the program sorts the other way, and so on
    script = Path(state.files()[0])
    changes = [
        ("return by * 2", "return by * 3"),
        ("xs[j] > xs[j + 1]", "xs[j] < xs[j + 1]"),
        ("key * 2", "key * 3"),
        ("i * i", "i + i"),
        ("len(seen) < limit", "len(seen) <= limit"),
        ("return cls.opened", "return cls.opened + 1"),
    ]
    text = STATE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    script.write_text(text)
    try:
        outcome = passes(texts, tmp_path)
    finally:
        script.write_text(STATE)
    assert outcome.startswith("6 failed")
