"""Chains of causes, hop by hop: each program's chain was read and is what a reader would say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import escope_tui as escope
from escope_tui.errors import EvaluationError
from escope_tui.query.recording import Recording

ROOT = Path(__file__).parents[2]
PROGRAMS = {
    "swap": """\
def order(pairs):
    out = {}
    for left, right in pairs:
        low, high = right, left
        out[left] = high - low
    return out
table = order([(1, 4), (2, 9)])
result = table[2]
done = 1
""",
    "shared_row": """\
def grid(n):
    row = [0] * n
    return [row for _ in range(n)]
board = grid(3)
board[0][1] = 7
cell = board[2][1]
done = 1
""",
    "prop": """\
class Item:
    def __init__(self, price, count):
        self.price = price
        self.count = count
    @property
    def amount(self):
        return self.price + self.count
items = [Item(10, 2), Item(5, 3)]
total = 0
for item in items:
    total += item.amount
done = 1
""",
    "env": """\
import os, random, time
def read_limit(name):
    raw = os.environ.get(name, "10")
    return int(raw) * 2
limit = read_limit("NO_SUCH_THING")
t = time.time()
r = random.random()
done = 1
""",
    "inherit": """\
class Base:
    rate = 2
    def __init__(self, base):
        self.base = base
    def cost(self):
        return self.base * self.factor()
    def factor(self):
        return 1
class Sale(Base):
    def factor(self):
        return self.base
def price_of(cls, n):
    thing = cls(n)
    return thing.cost()
price = price_of(Sale, 5)
done = 1
""",
    "closure": """\
def makers():
    fs = []
    for i in range(3):
        fs.append(lambda x: x * i)
    return fs
fs = makers()
answer = fs[0](10)
done = 1
""",
    "cache": """\
cache = {}
def area(w, h):
    key = w
    if key in cache:
        return cache[key]
    cache[key] = w * h
    return cache[key]
first = area(3, 4)
second = area(3, 10)
done = 1
""",
    "comp": """\
def clean(rows):
    kept = [r.strip().lower() for r in rows if len(r) > 3]
    return sorted(kept)
rows = ["  Abc", "De", "Fghi"]
names = clean(rows)
picked = names[0]
done = 1
""",
    "exc": """\
def parse(text):
    try:
        number = int(text)
    except ValueError as error:
        number = -1
    return number
def best(texts):
    top = 0
    for t in texts:
        n = parse(t)
        if n > top:
            top = n
    return top
value = best(["3", "x", "2"])
low = parse("q")
done = 1
""",
    "cond": """\
def fee_of(amount, member):
    if amount > 100 or member:
        fee = 0
    else:
        fee = amount // 10
    return fee
fee = fee_of(50, True)
none = fee_of(20, False) or 5
ternary = "a" if none > 3 else "b"
x = y = 3
x += y
nested = {"a": [1, {"b": x}]}
deep = nested["a"][1]["b"]
done = 1
""",
    "gen": """\
def pairs(n):
    for i in range(n):
        yield i, i * i
last = None
for i, sq in pairs(4):
    last = sq
text = ",".join(str(v) for _, v in pairs(3))
done = 1
""",
    "kw": """\
from dataclasses import dataclass, field
@dataclass
class Cfg:
    name: str
    size: int = 3
    tags: list = field(default_factory=list)
def run(cfg, *args, scale=1, **more):
    return cfg.size * scale + len(args) + more.get("extra", 0)
cfg = Cfg("x", size=4)
cfg.tags.append("t")
out = run(cfg, 1, 2, scale=3, extra=9)
first = cfg.tags[0]
done = 1
""",
}
CHAINS = {
    ("swap", "result"): [
        (0, "result", "item", 8),
        (1, "table[2]", "computed", 5),
        (2, "high", "iteration", 3),
        (3, "pairs", "parameter", 7),
        (2, "low", "iteration", 3),
        (3, "pairs", "parameter", 7),
    ],
    ("shared_row", "cell"): [
        (0, "cell", "item", 6),
        (1, "board[2][1]", "literal", 5),
    ],
    ("prop", "total"): [
        (0, "total", "computed", 11),
        (1, "total", "computed", 11),
        (2, "total", "literal", 9),
        (2, "item.amount()", "return", 7),
        (3, "self.price", "parameter", 8),
        (3, "self.count", "parameter", 8),
        (1, "item.amount()", "return", 7),
        (2, "self.price", "parameter", 8),
        (2, "self.count", "parameter", 8),
    ],
    ("env", "limit"): [
        (0, "limit", "call result", 5),
        (1, "read_limit()", "return", 4),
        (2, "raw", "input", 3),
        (3, "name", "parameter", 5),
    ],
    ("env", "t"): [
        (0, "t", "input", 6),
    ],
    ("env", "r"): [
        (0, "r", "input", 7),
    ],
    ("inherit", "price"): [
        (0, "price", "call result", 15),
        (1, "price_of()", "return", 14),
        (2, "thing.cost()", "return", 6),
        (3, "self.base", "parameter", 15),
        (3, "self.factor()", "return", 11),
        (4, "self.base", "parameter", 4),
    ],
    ("closure", "answer"): [
        (0, "answer", "call result", 7),
        (1, "fs[0]()", "return", 4),
        (2, "x", "parameter", 7),
        (2, "i", "iteration", 3),
    ],
    ("cache", "second"): [
        (0, "second", "call result", 9),
        (1, "area()", "return", 5),
        (2, "cache[key]", "computed", 6),
        (3, "w", "parameter", 8),
        (3, "h", "parameter", 8),
        (2, "key", "parameter", 9),
    ],
    ("comp", "picked"): [
        (0, "picked", "item", 6),
        (1, "names[0]", "call", 3),
        (2, "kept", "computed", 2),
        (3, "rows", "literal", 4),
    ],
    ("comp", "names"): [
        (0, "names", "call result", 5),
        (1, "clean()", "return", 3),
        (2, "kept", "computed", 2),
        (3, "rows", "literal", 4),
    ],
    ("exc", "value"): [
        (0, "value", "call result", 14),
        (1, "best()", "return", 13),
        (2, "top", "call result", 10),
        (3, "parse()", "return", 6),
        (4, "number", "call", 3),
        (5, "text", "iteration", 9),
        (6, "texts[0]", "literal", 14),
    ],
    ("exc", "low"): [
        (0, "low", "call result", 15),
        (1, "parse()", "return", 6),
        (2, "number", "literal", 5),
        (3, "except ValueError", "exception", 3),
        (4, "text", "parameter", 15),
    ],
    ("cond", "fee"): [
        (0, "fee", "call result", 7),
        (1, "fee_of()", "return", 6),
        (2, "fee", "literal", 3),
        (3, "amount > 100 or member", "computed", 2),
        (4, "amount", "parameter", 7),
        (4, "member", "parameter", 7),
    ],
    ("cond", "none"): [
        (0, "none", "computed", 8),
        (1, "fee_of()", "return", 6),
        (2, "fee", "computed", 5),
        (3, "amount", "parameter", 8),
    ],
    ("cond", "ternary"): [
        (0, "ternary", "computed", 9),
        (1, "none", "computed", 8),
        (2, "fee_of()", "return", 6),
        (3, "fee", "computed", 5),
        (4, "amount", "parameter", 8),
    ],
    ("cond", "x"): [
        (0, "x", "computed", 11),
        (1, "x", "literal", 10),
        (1, "y", "literal", 10),
    ],
    ("cond", "deep"): [
        (0, "deep", "item", 13),
        (1, "nested['a'][1]['b']", "computed", 12),
        (2, "x", "computed", 11),
        (3, "x", "literal", 10),
        (3, "y", "literal", 10),
    ],
    ("gen", "last"): [
        (0, "last", "iteration", 5),
        (1, "pairs()", "yield", 3),
        (2, "i", "iteration", 2),
        (3, "n", "parameter", 5),
    ],
    ("gen", "text"): [
        (0, "text", "call result", 7),
        (1, "pairs()", "yield", 3),
        (2, "i", "iteration", 2),
        (3, "n", "parameter", 7),
        (1, "pairs()", "yield", 3),
        (2, "i", "iteration", 2),
        (3, "n", "parameter", 7),
        (1, "pairs()", "yield", 3),
        (2, "i", "iteration", 2),
        (3, "n", "parameter", 7),
    ],
    ("kw", "out"): [
        (0, "out", "call result", 11),
        (1, "run()", "return", 8),
        (2, "cfg.size", "literal", 9),
        (2, "scale", "parameter", 11),
        (2, "args", "parameter", 11),
        (2, "more['extra']", "literal", 11),
    ],
    ("kw", "first"): [
        (0, "first", "item", 12),
        (1, "cfg.tags[0]", "literal", 10),
    ],
}


@pytest.fixture(scope="module")
def traces(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("why")
    found = {}
    for name, text in PROGRAMS.items():
        script = folder / f"{name}.py"
        script.write_text(text)
        found[name] = Path(escope.record([str(script)], output=str(folder / f"{name}.esr")))
    return found


@pytest.mark.parametrize(("program", "target"), CHAINS)
def test_each_hop_is_what_made_the_value(
    traces: dict[str, Path], program: str, target: str
) -> None:
    with escope.open(str(traces[program])) as rec:
        cause = rec.why(target, at=len(rec))
        found = [(depth, c.target, c.kind, c.line) for depth, c in cause.walk()]
        assert found == CHAINS[program, target]
        assert all(line.isprintable() for line in cause.lines())


@pytest.mark.parametrize(
    ("sample", "target", "function", "words"),
    [
        # given a cache under half of its key: the rate of another day is what is looked up
        ("exchange", "balance", "main", "rate = self.rates[payment.currency, payment.day]"),
        # given a default that all calls share: the definition that made it
        ("invoices", "self.lines", "Invoice.total", "lines: list[Line] = []"),
        # given a generator that is spent: the loop that took the last of it
        ("survey", "value", "main", "for region, answer in answers:"),
    ],
)
def test_the_chain_reaches_the_bug_planted_in_a_sample(
    sample: str, target: str, function: str, words: str
) -> None:
    with escope.open(str(ROOT / "recordings" / f"{sample}.esr")) as rec:
        call = rec.calls(function=function)[-1]
        last = max(s.index for s in rec if s.frame_id == call.frame_id)
        if sample == "exchange":
            last = len(rec) - 1
        cause = rec.why(target, at=last)
        assert any(words in each.source for each in cause), cause.lines()


def test_a_spent_generator_is_told_of(tmp_path: Path) -> None:
    with escope.open(str(ROOT / "recordings" / "survey.esr")) as rec:
        chain = list(rec.why("value", at=66))
    told = [each for each in chain if "nothing was left to take from it" in each.note]
    assert [(each.function, each.line) for each in told] == [("report", 46)]
    assert any("it ran no iteration" in each.note for each in chain)


AT_THE_END = """\
def squares(n):
    for i in range(n):
        yield i * i
found = list(squares(3))
counts = {}
for word in "a b".split():
    counts[word] = len(word)
rows = [{"price": 4}]
price = rows[0]["price"]
"""


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = tmp_path_factory.mktemp("ended")
    script = folder / "ended.py"
    script.write_text(AT_THE_END)
    with escope.open(escope.record([str(script)], output=str(folder / "t.esr"))) as rec:
        yield rec


def test_what_a_recorded_function_gave_is_not_taken_for_a_literal(ended: Recording) -> None:
    cause = ended.why("found")
    assert cause.kind == "call result"
    assert [read.cause.kind for read in cause.reads if read.cause] == ["yield"] * 3


def test_a_name_came_to_mean_the_object_as_it_was_then(ended: Recording) -> None:
    (bound,) = [cause for cause in ended.why("counts") if cause.kind == "literal"]
    assert bound.value is not None
    assert bound.value.summary() == "{}"


def test_when_all_is_over_the_module_can_still_be_asked(ended: Recording) -> None:
    end = len(ended)
    assert ended.evaluate("rows[0]['price'] + len(counts)", at=end) == 6
    assert ended.why("rows[0]['price']").kind == "literal"
    assert [p.value for p in ended.history("counts", at=end) if p.value is not None][-1] == {
        "a": 1,
        "b": 1,
    }


BEHIND = {
    "the last yield of a list": (
        "def squares(n):\n    for i in range(n):\n        yield i + n\n"
        "xs = list(squares(3))\nlast = xs[-1]\n",
        "last",
        ["item 5", "call result 4", "yield 3", "iteration 2", "parameter 4", "parameter 4"],
    ),
    "the statement that used a generator up": (
        "def some():\n    yield 3\n    yield 4\ndata = some()\nn = sum(1 for _ in data)\n"
        "total = sum(data)\n",
        "total",
        ["call 6", "change 5", "call 4"],
    ),
    "the function under a decorator": (
        "import functools\ndef kept(fn):\n    @functools.wraps(fn)\n    def wrapper(*args):\n"
        "        return fn(*args)\n    return wrapper\n@kept\ndef area(w, h):\n"
        "    return w + h\nroom = area(3, 4)\n",
        "room",
        [
            "call result 10",
            "return 5",
            "return 9",
            "parameter 5",
            "parameter 10",
            "parameter 5",
            "parameter 10",
        ],
    ),
    "a function in a dictionary": (
        'def sub(a, b):\n    return a - b\nops = {"+": sub}\ntotal = ops["+"](5, 3)\n',
        "total",
        ["call result 4", "return 2", "parameter 4", "parameter 4"],
    ),
    "the key of a sort": (
        "rows = [10, 9]\nranked = sorted(rows, key=lambda r: str(r))\n",
        "ranked",
        [
            "call result 2",
            "literal 1",
            "return 2",
            "parameter 2",
            "literal 1",
            "return 2",
            "parameter 2",
            "literal 1",
        ],
    ),
    "calls in a generator expression": (
        "def cost(n):\n    return n - 1\ntotal = sum(cost(n) for n in [1, 2])\n",
        "total",
        ["call result 3", "return 2", "iteration 3", "return 2", "iteration 3"],
    ),
    "the members of a comprehension": (
        "from dataclasses import dataclass\n@dataclass\nclass Job:\n    name: str\n"
        "    tries: int = 0\njobs = [Job('a'), Job('b')]\njobs[1].tries += 2\n"
        "worst = max(j.tries for j in jobs)\n",
        "worst",
        ["call 8", "default 6", "computed 7", "default 6", "computed 6"],
    ),
    "an attribute of the class": (
        "class Team:\n    names = []\n    def join(self, who):\n        self.names.append(who)\n"
        "red, blue = Team(), Team()\nblue.join('bob')\nn = len(red.names)\n",
        "n",
        ["call 7", "change 4", "parameter 6", "definition 1"],
    ),
    "a member that was moved": (
        "xs = [1, 2, 3]\nxs[1] = 9\nxs.insert(0, 7)\ny = xs[2]\n",
        "y",
        ["item 4", "change 3", "literal 2"],
    ),
    "a search that found nothing": (
        "def find(rows, key):\n    for row in rows:\n        if row == key:\n"
        "            return row\n    return None\nhit = find([1, 2], 3)\n",
        "hit",
        ["call result 6", "return 5", "computed 3", "iteration 2", "literal 6", "parameter 6"],
    ),
    "a key that was not there": (
        'config = {"retires": 5}\nretries = config.get("retries", 1)\n',
        "retries",
        ["call 2", "literal 1"],
    ),
    "the exception of `e.args`": (
        "def check(x):\n    raise ValueError(x * 2)\ntry:\n    r = check(5)\n"
        "except ValueError as e:\n    r = e.args[0]\n",
        "r",
        ["item 6", "exception 4", "exception 2", "parameter 4"],
    ),
    "a list that a copied dictionary hands on": (
        "base = {'hosts': ['a']}\ndef add(conf, host):\n    conf['hosts'].append(host)\n"
        "add(base.copy(), 'b')\nother = base.copy()\nfound = other['hosts']\n",
        "found",
        ["item 6", "call 5", "literal 1", "change 3", "parameter 4"],
    ),
    "a generator expression that gave its last": (
        "def numbers(text):\n    return (int(each) for each in text.split())\n"
        "def mean(ns):\n    n = sum(1 for _ in ns)\n    return sum(ns) / n\n"
        "m = mean(numbers('4 8 6'))\n",
        "m",
        [
            *("call result 6", "return 5", "change 4", "parameter 6", "return 2", "parameter 6"),
            *("call 4", "parameter 6"),
        ],
    ),
    "operands of an operator, not its result": (
        "class Vec:\n    def __init__(self, x):\n        self.x = x\n"
        "    def __add__(self, other):\n        return Vec(self.x + other.x)\n"
        "v = Vec(1) + Vec(3)\nx = v.x\n",
        "x",
        ["attribute 7", "parameter 5", "parameter 6", "parameter 6"],
    ),
}


@pytest.mark.parametrize("what", BEHIND)
def test_a_chain_goes_on_behind(tmp_path: Path, what: str) -> None:
    source, target, expected = BEHIND[what]
    script = tmp_path / "program.py"
    script.write_text(source)
    trace = escope.record([str(script)], output=str(tmp_path / "t.esr"))
    with escope.open(trace) as rec:
        assert [f"{each.kind} {each.line}" for each in rec.why(target)] == expected


def test_a_property_is_not_taken_for_what_a_base_class_holds(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(
        "class Base:\n    size = 1\n    kind = 'b'\nclass Sub(Base):\n    @property\n"
        "    def size(self):\n        return 9\nthing = Sub()\ndone = 1\n"
    )
    with escope.open(escope.record([str(script)], output=str(tmp_path / "t.esr"))) as rec:
        assert rec.evaluate("thing.kind", at=-1).python() == "b"
        with pytest.raises(EvaluationError, match="no recorded attribute size"):
            rec.evaluate("thing.size", at=-1)
