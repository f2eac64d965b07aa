"""Values of the standard library's types: complete, and marked where they may not be current."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.heap import record_program, step_at, variables

pytest.importorskip("escope_tui._speedups.capture")

PROGRAM = """
import array, collections, datetime, decimal, fractions, functools, io, pathlib, queue
import re, socket, threading, types, uuid, weakref, zoneinfo


class Text(str): pass
class Number(int): pass
class Complex(complex): pass
class Day(datetime.datetime): pass
class Money(decimal.Decimal): pass
class Words(list): pass
class Frozen(frozenset): pass
class Zone(datetime.tzinfo): pass
class Thing: pass
class Base:
    __slots__ = ("x", "unset")
class Derived(Base):
    __slots__ = ("z", "__dict__")


def main():
    maxed = collections.deque([1, 2], maxlen=5)
    grouped = collections.defaultdict(list, a=[1])
    numbers = array.array("i", [1, -2, 3])
    letters = array.array("u", "h\\xe9")
    cut = array.array("d", range(1000))
    bounds = slice(1, None, 2)
    method = [1].append
    partial = functools.partial(int, "10", base=2)
    proxy = types.MappingProxyType({"a": 1})
    thing = Thing()
    weak = weakref.ref(thing)
    prop = property(len)
    static = staticmethod(len)
    memory = memoryview(bytearray(b"abc"))
    table = memoryview(array.array("h", [1, 2, 3, 4])).cast("B").cast("h", (2, 2))
    text = Text("text")
    text.attr = 1
    number = Number(2**70)
    imaginary = Complex(1 + 2j)
    day = Day(2020, 1, 2)
    zoned = datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=zoneinfo.ZoneInfo("UTC"))
    odd = datetime.datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=Zone())
    money = Money("1.50")
    words = Words("ab")
    words.attr = 1
    frozen = Frozen([1])
    frozen.attr = 1
    half = Derived()
    half.x, half.z, half.w = 1, [2], 3
    path = pathlib.PurePosixPath("a") / "b"
    windows = pathlib.PureWindowsPath("c:/b")
    third = fractions.Fraction(1, 3)
    unique = uuid.UUID(int=5)
    match = re.match("(a)(?P<x>b)", "abc")
    missing = FileNotFoundError(2, "No such file", "/x")
    stop = StopIteration(4)
    lock = threading.Lock()
    lock.acquire()
    locked = 1
    simple = queue.SimpleQueue()
    simple.put(1)
    put = 1
    binary = io.BytesIO(b"hello")
    binary.read(2)
    was_read = 1
    written = io.StringIO()
    written.write("abc")
    was_written = 1
    long = "x" * 5000
    other = "x" * 4999 + "y"
    here = open(__file__)
    del thing
    end = 1
    here.close()


main()
"""


@pytest.fixture(scope="module")
def rec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with record_program(PROGRAM, tmp_path_factory.mktemp("types")) as found:
        yield found


@pytest.fixture(scope="module")
def seen(rec: Any) -> dict[str, Any]:
    return variables(rec, "end = 1")


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        ("numbers", "array('i') [1, -2, 3]"),
        ("letters", "array('u') ['h', 'é']"),
        ("bounds", "slice(1, None, 2)"),
        ("text", "Text('text', attr=1)"),
        ("number", "Number(1180591620717411303424)"),
        ("imaginary", "Complex((1+2j))"),
        ("day", "Day(2020, 1, 2, 0, 0)"),
        (
            "zoned",
            "datetime.datetime(2020, 1, 2, 3, 4, 5, tzinfo=zoneinfo.ZoneInfo(key='UTC'))",
        ),
        ("odd", "datetime.datetime(2020, 1, 2, 3, 4, 5, 6)"),
        ("money", "Decimal('1.50')"),
        ("path", "PurePosixPath('a/b')"),
        ("windows", r"PureWindowsPath('c:\\b')"),
        ("third", "Fraction(1, 3)"),
        ("unique", "UUID('00000000-0000-0000-0000-000000000005')"),
        ("missing", "FileNotFoundError(2, 'No such file')"),
        ("memory", "memoryview('B') [97, 98, 99]"),
        ("table", "memoryview('h', (2, 2)) [1, 2, 3, 4]"),
    ],
)
def test_a_value_shows_as_python_shows_it(name: str, summary: str, seen: dict[str, Any]) -> None:
    assert seen[name].summary() == summary


@pytest.mark.parametrize(
    ("name", "attrs"),
    [
        ("maxed", {"maxlen": 5}),
        ("method", {"__self__": [1]}),
        ("partial", {"args": ("10",), "keywords": {"base": 2}}),
        ("proxy", {"mapping": {"a": 1}}),
        ("memory", {"readonly": False, "format": "B"}),
        ("table", {"shape": (2, 2)}),
        ("half", {"x": 1, "z": [2], "w": 3}),
        ("words", {"attr": 1}),
        ("frozen", {"attr": 1}),
        ("match", {"string": "abc", "lastgroup": "x", "regs": ((0, 2), (0, 1), (1, 2))}),
        ("missing", {"errno": 2, "strerror": "No such file", "filename": "/x"}),
        ("stop", {"value": 4}),
    ],
)
def test_attributes_that_a_type_keeps_in_c_are_there(
    name: str, attrs: dict[str, Any], seen: dict[str, Any]
) -> None:
    found = {key: value.python() for role, key, value in seen[name].entries() if role == "attr"}
    assert {key: found.get(key) for key in attrs} == attrs


def test_functions_in_builtin_wrappers_are_shown(seen: dict[str, Any]) -> None:
    for name, attr in (("prop", "fget"), ("static", "__func__")):
        assert seen[name].attr(attr).summary() == "<built-in function len>"
    assert seen["grouped"].attr("default_factory").summary() == "<class 'list'>"


def test_what_a_weak_reference_refers_to_is_none_after_its_death(rec: Any) -> None:
    before = variables(rec, "del thing")["weak"].attr("referent")
    after = variables(rec, "end = 1")["weak"].attr("referent")
    assert before.type_name == "Thing"
    assert after.data is None
    assert after.kind == "None"


def test_an_array_that_was_cut_says_how_much_is_missing(seen: dict[str, Any]) -> None:
    cut = seen["cut"]
    assert cut.size == 1000
    assert cut.truncated
    items = cut.python().items
    assert items[:3] == [0.0, 1.0, 2.0]
    assert items[-1].missing == 1000 - (len(items) - 1)
    assert "more" in cut.summary()
    assert [label for label, _ in cut.children() if label == "…"]


def test_texts_that_were_cut_are_told_apart_by_their_digest(seen: dict[str, Any]) -> None:
    long, other = seen["long"], seen["other"]
    assert long.size == other.size == 5000
    assert long.data == other.data
    assert long.digest is not None
    assert long.digest != other.digest


@pytest.mark.parametrize(
    ("line", "name", "attr", "value"),
    [
        ("put = 1", "simple", "qsize", 1),
        ("was_read", "binary", "position", 2),
        ("was_read", "binary", "value", b"hello"),
        ("was_written", "written", "value", "abc"),
    ],
)
def test_the_state_of_queues_and_buffers_is_seen_after_their_methods(
    line: str, name: str, attr: str, value: Any, rec: Any
) -> None:
    found = variables(rec, line)[name]
    assert found.attr(attr).data == value
    assert not found.uncertain


def test_a_lock_is_seen_locked_and_later_only_as_of_then(rec: Any) -> None:
    at_once = variables(rec, "locked = 1")["lock"]
    later = variables(rec, "put = 1")["lock"]
    assert "<locked" in at_once.summary()
    assert not at_once.uncertain
    assert later.uncertain
    assert later.as_of is not None
    assert later.as_of < step_at(rec, "locked = 1") <= later.step


def test_a_file_shows_its_name(seen: dict[str, Any]) -> None:
    assert "program.py" in seen["here"].summary()
    assert seen["here"].attr("encoding") is not None


BASES = """
import threading


class Worker(threading.Thread):
    def __init__(self):
        super().__init__()
        self.n = 1


class Own:
    def __init__(self):
        self.n = 1


class Child(Own):
    pass


worker = Worker()
child = Child()
x = 1
end = 2
"""


def test_an_instance_whose_base_is_not_recorded_is_known_as_of_a_step(tmp_path: Path) -> None:
    with record_program(BASES, tmp_path) as rec:
        seen = variables(rec, "end = 2")
        assert seen["worker"].uncertain
        assert not seen["child"].uncertain


def test_values_of_odd_places_are_shown(tmp_path: Path) -> None:
    source = """
        import ctypes, enum, ipaddress
        from xml.etree import ElementTree

        class Thing:
            def run(self): pass

        class Flags(enum.IntFlag):
            A = 1

        def main():
            odd = Thing()
            odd.__dict__[1] = [2]
            number, row = ctypes.c_int(5), (ctypes.c_short * 3)(1, 2, 3)
            row[1] = 9
            none, bound = Flags(0), odd.run
            try:
                1 / 0
            except ZeroDivisionError as error:
                trace = error.__traceback__
            address = ipaddress.ip_address("10.0.0.1")
            element = ElementTree.fromstring("<a>t</a>")
            return 1

        main()
    """
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(source))
    with record_program(script, tmp_path) as rec:
        last = [i for i in range(len(rec)) if rec[i].function == "main"][-1]
        shown = {name: value.summary() for name, value in rec.locals(last).items()}
        lines = rec.locals(last)["trace"].attr("lines").python()
    assert shown["odd"] == "Thing([1]=[2])"
    assert shown["number"] == "c_int [5]"
    assert shown["row"] == "c_short_Array_3 [1, 9, 3]"
    assert shown["none"] == "<Flags: 0>"
    assert shown["bound"] == "<method Thing.run of Thing([1]=[2])>"
    assert shown["address"] == "IPv4Address('10.0.0.1')"
    assert shown["element"].startswith("Element(tag='a', text='t', tail=None)")
    assert [(line, name) for _, line, name in lines] == [(18, "main")]
