"""Small programs that are hard on a recorder, each a function of how often; run by `run.py`.

python cases.py NAME TIMES FILE     # runs one and writes its CPU seconds to FILE
"""

import copy
import heapq
import json
import logging
import operator
import random
import sys
import time
from collections import Counter, defaultdict, deque
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial, wraps


class Node:
    """A node of a graph."""

    def __init__(self, n):
        self.n = n
        self.out = []


@dataclass
class Point:
    """A record."""

    x: int
    y: int
    tags: list = field(default_factory=list)


class Grid:
    """A table with its own item access."""

    def __init__(self, n):
        self.rows = [[0] * n for _ in range(n)]

    def __setitem__(self, key, value):
        self.rows[key[0]][key[1]] = value

    def __getitem__(self, key):
        return self.rows[key[0]][key[1]]


def large_argument(n):
    """A library function gets a large graph and does next to nothing."""
    box = Node(0)
    box.d = {str(i): [i, i + 1, {"k": i}] for i in range(300)}
    get = operator.itemgetter("7")
    total = 0
    for _ in range(n):
        total += len(get(box.d))
    return total


def bound_large_argument(n):
    """The same through functools.partial."""
    data = [[i, str(i)] for i in range(300)]
    has = partial(operator.contains, data)
    return sum(has(i) for i in range(n // 10))


def growing_json(n):
    """json.dumps of a list that grows."""
    rows = []
    total = 0
    for i in range(n // 200):
        rows.append({"id": i, "name": "x" + str(i), "tags": ["a", "b"]})
        total += len(json.dumps(rows))
    return total


def deep_copies(n):
    """copy.deepcopy of a nested structure."""
    tree = {i: {j: [i, j] for j in range(5)} for i in range(10)}
    for _ in range(n // 500):
        tree = copy.deepcopy(tree)
    return tree


def sorting(n):
    """sorted and sort with a recorded key function."""
    points = [Point((i * 7919) % 1000, i) for i in range(200)]
    total = 0
    for _ in range(n // 200):
        total += sorted(points, key=lambda p: p.x)[0].x
        points.sort(key=lambda p: -p.x)
    return total


def queue(n):
    """A deque as a queue."""
    q = deque(range(300))
    for _ in range(n):
        x = q.popleft()
        q.append(x + 1)
    return len(q)


def list_queue(n):
    """A list as a queue, at both ends."""
    q = list(range(300))
    for _ in range(n):
        x = q.pop(0)
        q.append(x + 1)
        y = q.pop()
        q.insert(0, y)
    return len(q)


def heap(n):
    """A heap of tuples."""
    h = []
    order = random.Random(1)
    for i in range(n):
        heapq.heappush(h, (order.random(), i))
        if len(h) > 1000:
            heapq.heappop(h)
    return len(h)


def seen_set(n):
    """Members come and go in a large set."""
    seen = set()
    for i in range(n):
        k = (i * 7919) % 5000
        if k not in seen:
            seen.add(k)
        else:
            seen.discard(k)
    return len(seen)


def dict_pop(n):
    """Keys come and go in a large dict."""
    d = {i: i for i in range(500)}
    for i in range(n):
        v = d.pop(i % 500, None)
        d.setdefault(i % 500, v)
    return len(d)


def graph_search(n):
    """Breadth-first search with a queue, a set, counters and a defaultdict."""
    nodes = [Node(i) for i in range(200)]
    for i, a in enumerate(nodes):
        a.out += [nodes[(i * 3 + 1) % 200], nodes[(i * 7 + 2) % 200]]
    counts = Counter()
    groups = defaultdict(list)
    for r in range(n // 300):
        q = deque([nodes[r % 200]])
        seen = set()
        while q:
            x = q.popleft()
            if x.n in seen:
                continue
            seen.add(x.n)
            counts[x.n] += 1
            groups[x.n % 10].append(r)
            for y in x.out:
                q.append(y)
    return sum(counts.values())


def tries(n):
    """try around a look-up that fails every third time, a large dict at hand."""
    big = {i: [i] * 5 for i in range(250)}
    total = 0
    for i in range(n):
        try:
            total += len(big[i % 375])
        except KeyError:
            total += 1
    return total


def dataclasses(n):
    """dataclasses' replace, asdict and comparison."""
    total = 0
    for i in range(n // 10):
        p = Point(i, i + 1)
        q = replace(p, x=5, tags=[])
        total += asdict(p)["y"]
        total += p == q
    return total


def tree_walk(n):
    """Recursion with containers as arguments."""

    def build(depth):
        return {} if depth == 0 else {i: build(depth - 1) for i in range(3)}

    def walk(tree, path, found):
        if not tree:
            return 0
        found.append(len(path))
        return 1 + sum(walk(tree[k], [*path, k], found) for k in tree)

    tree = build(6)
    return sum(walk(tree, [], []) for _ in range(n // 2000))


def own_items(n):
    """A class with __getitem__ and __setitem__."""
    grid = Grid(50)
    for i in range(n):
        grid[i % 50, i // 50 % 50] = grid[i % 50, 0] + 1
    return grid[0, 0]


def decorated(n):
    """A decorated function that is handed shared state, and a cache."""

    def passing(f):
        @wraps(f)
        def inner(*args, **kwargs):
            return f(*args, **kwargs)

        return inner

    @passing
    def work(state, i):
        state["n"] += i
        return state

    cached = lru_cache(maxsize=None)(lambda k: k * k)
    state = {"n": 0, "data": [[k] for k in range(200)]}
    for i in range(n):
        work(state, i)
        cached(i % 50)
    return state["n"]


def log_calls(n):
    """Log calls below the level that is logged, with a large argument."""
    log = logging.getLogger("cases")
    log.setLevel(logging.ERROR)
    config = {i: [i] * 5 for i in range(200)}
    for _ in range(n):
        log.debug("value %s", config)
    return len(config)


if __name__ == "__main__":
    began = time.process_time()
    globals()[sys.argv[1]](int(sys.argv[2]))
    with open(sys.argv[3], "w") as file:
        file.write(str(time.process_time() - began))
