"""Inventory: dataclasses, enums, heapq, bisect, cached_property, total_ordering."""

import bisect
import copy
import enum
import functools
import heapq
import itertools
import operator
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple
from dataclasses import dataclass, field, replace, asdict, astuple


class Kind(enum.IntEnum):
    LOW = 1
    HIGH = 5


@dataclass(order=True)
class Item:
    price: float
    name: str = field(compare=False)
    tags: list = field(default_factory=list, compare=False)
    kind: Kind = field(default=Kind.LOW, compare=False)

    def __post_init__(self):
        self.tags.append(self.name.upper())
        self.total = self.price * self.kind

    @functools.cached_property
    def label(self):
        return f"{self.name}:{self.price:.2f}"


@dataclass(frozen=True, slots=True)
class Point:
    x: int
    y: int = 0

    def moved(self, dx):
        return replace(self, x=self.x + dx)


@functools.total_ordering
class Version:
    __slots__ = ("parts", "__weakref__")

    def __init__(self, text):
        self.parts = tuple(map(int, text.split(".")))

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts

    def __hash__(self):
        return hash(self.parts)


def stock():
    items = [Item(3.5, "nut"), Item(1.25, "bolt", kind=Kind.HIGH), Item(9, "gear", ["x"])]
    heap = list(items)
    heapq.heapify(heap)
    heapq.heappush(heap, Item(0.5, "pin"))
    cheapest = heapq.heappop(heap)
    best = heapq.nlargest(2, items)
    items.sort(key=operator.attrgetter("name"))
    labels = [item.label for item in items]
    twice = copy.copy(items[0])
    twice.tags.append("copied")
    deep = copy.deepcopy(items[1])
    deep.tags += ["deep"]
    as_dict = asdict(items[0])
    as_tuple = astuple(items[1])
    return items, heap, cheapest, best, labels, twice, deep, as_dict, as_tuple


def containers():
    words = "the cat sat on the mat the end".split()
    count = Counter(words)
    count.update(["cat"] * 3)
    count.subtract({"the": 2})
    top = count.most_common(2)
    groups = defaultdict(list)
    for word in words:
        groups[len(word)].append(word)
    od = OrderedDict.fromkeys(words)
    od.move_to_end("the")
    od["new"] = [1]
    first = od.popitem(last=False)
    chain = ChainMap({"a": 1}, {"b": 2})
    child = chain.new_child({"c": 3})
    child["a"] = 9
    child.maps[-1]["b"] = 7
    q = deque(range(5), maxlen=5)
    q.rotate(2)
    q.appendleft(99)
    q.extend([7, 8])
    del q[1]
    P = namedtuple("P", "x y", defaults=[0])
    p = P(1)
    p2 = p._replace(y=[5])
    p2.y.append(6)
    keys = sorted(groups)
    bisect.insort(keys, 3)
    at = bisect.bisect_left(keys, 3)
    return count, top, groups, od, first, chain, child, q, p, p2, keys, at


def pipelines():
    pairs = list(itertools.pairwise(range(4)))
    acc = list(itertools.accumulate([1, 2, 3], operator.mul))
    grouped = {k: list(g) for k, g in itertools.groupby("aabbb")}
    a, b = itertools.tee(iter([1, 2, 3]))
    next(a)
    rest = list(a)
    also = list(b)
    cyc = itertools.cycle("xy")
    took = [next(cyc) for _ in range(5)]
    prod = list(itertools.product([0, 1], repeat=2))
    sl = list(itertools.islice(itertools.count(10, 5), 1, 4))
    flat = list(itertools.chain.from_iterable([[1], [2, 3]]))
    z = list(itertools.zip_longest([1], [2, 3], fillvalue=None))
    total = functools.reduce(lambda x, y: x + y, sl, 0)
    return pairs, acc, grouped, rest, also, took, prod, flat, z, total


items, heap, *others = stock()
stuff = containers()
pipes = pipelines()
points = {Point(1): "a", Point(2, 3): "b"}
moved = [p.moved(10) for p in points]
versions = sorted(map(Version, ["1.10", "1.9", "0.1"]))
newest = max(versions)
try:
    moved[0].x = 5
except AttributeError as error:
    failure = type(error).__name__, str(error)
done = True
