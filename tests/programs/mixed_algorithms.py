"""Algorithms: matrix, graph, DP, LRU, trie, game of life, union find, simulation."""

import functools
import math
from collections import deque


class LRU:
    def __init__(self, n):
        self.n, self.data = n, {}

    def get(self, k, default=None):
        if k in self.data:
            self.data[k] = v = self.data.pop(k)
            return v
        return default

    def put(self, k, v):
        self.data.pop(k, None)
        self.data[k] = v
        while len(self.data) > self.n:
            del self.data[next(iter(self.data))]


class Trie:
    class Node:
        __slots__ = "kids", "end"

        def __init__(self):
            self.kids: dict = {}
            self.end = False

    def __init__(self):
        self.root = self.Node()

    def add(self, w):
        node = self.root
        for ch in w:
            node = node.kids.setdefault(ch, self.Node())
        node.end = True

    def walk(self, node=None, prefix=""):
        node = node or self.root
        if node.end:
            yield prefix
        for ch in sorted(node.kids):
            yield from self.walk(node.kids[ch], prefix + ch)


class DSU(dict):
    def find(self, x):
        p = self.setdefault(x, x)
        if p != x:
            self[x] = p = self.find(p)
        return p

    def join(self, a, b):
        self[self.find(a)] = self.find(b)


def life(cells, steps):
    for _ in range(steps):
        near = {}
        for x, y in cells:
            for dx in (-1, 0, 1):
                for dy in (-1, 0, 1):
                    if dx or dy:
                        near[x + dx, y + dy] = near.get((x + dx, y + dy), 0) + 1
        cells = {c for c, n in near.items() if n == 3 or n == 2 and c in cells}
    return cells


def matmul(a, b):
    out = [[0] * len(b[0]) for _ in a]
    for i, row in enumerate(a):
        for j in range(len(b[0])):
            out[i][j] += sum(row[k] * b[k][j] for k in range(len(b)))
    a[0], a[-1] = a[-1], a[0]
    a[0][0], b[0][0] = b[0][0], a[0][0]
    return [*zip(*out)]


@functools.lru_cache(None)
def edit(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(edit(a[1:], b) + 1, edit(a, b[1:]) + 1, edit(a[1:], b[1:]) + (a[0] != b[0]))


def bfs(grid, start):
    seen, todo = {start: 0}, deque([start])
    while todo:
        x, y = here = todo.popleft()
        for nx, ny in ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1)):
            if (
                0 <= ny < len(grid)
                and 0 <= nx < len(grid[ny])
                and grid[ny][nx] == "."
                and (nx, ny) not in seen
            ):
                seen[nx, ny] = seen[here] + 1
                todo.append((nx, ny))
    return seen


def sieve(n):
    flags = bytearray([1]) * (n + 1)
    flags[:2] = b"\0\0"
    for i in range(2, math.isqrt(n) + 1):
        if flags[i]:
            flags[i * i :: i] = bytes(len(flags[i * i :: i]))
    return [i for i, f in enumerate(flags) if f]


def quicksort(xs, lo=0, hi=None):
    hi = len(xs) - 1 if hi is None else hi
    if lo < hi:
        p, i = xs[hi], lo
        for j in range(lo, hi):
            if xs[j] < p:
                xs[i], xs[j] = xs[j], xs[i]
                i += 1
        xs[i], xs[hi] = xs[hi], xs[i]
        quicksort(xs, lo, i - 1)
        quicksort(xs, i + 1, hi)
    return xs


def permute(xs, k=0, out=None):
    out = [] if out is None else out
    if k == len(xs):
        out.append(xs[:])
    for i in range(k, len(xs)):
        xs[k], xs[i] = xs[i], xs[k]
        permute(xs, k + 1, out)
        xs[k], xs[i] = xs[i], xs[k]
    return out


class Account:
    rate = 0.1
    log: list = []

    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance

    def __iadd__(self, n):
        self.balance += n
        self.log.append((self.owner, n))
        return self

    def grow(self):
        self.balance *= 1 + self.rate
        self.rate += 0.05
        type(self).rate = max(type(self).rate, self.rate)


c = LRU(2)
for k in "abca":
    c.put(k, [k])
got = c.get("c"), c.get("zz", 0)
t = Trie()
for w in ("tea", "ten", "inn", "in"):
    t.add(w)
words = list(t.walk())
d = DSU()
d.join(1, 2)
d.join(2, 3)
same = d.find(1) == d.find(3)
cells = life({(0, 1), (1, 1), (2, 1)}, 3)
m = matmul([[1, 2], [3, 4]], [[5, 6], [7, 8]])
e = edit("kitten", "sit")
dist = bfs(["..#", ".#.", "..."], (0, 0))
primes = sieve(50)
qs = quicksort([3, 1, 2, 9, 0])
perms = permute([1, 2, 3])
acc = {n: Account(n) for n in "xy"}
acc["x"] += 50
acc["x"].grow()
acc["y"].balance = acc["x"].balance // 2
total = 0
for a in acc.values():
    total += a.balance
    if total > 1000:
        break
else:
    total = round(total, 3)
spiral = [[0] * 3 for _ in range(3)]
x = y = dx = 0
dy = -1
for n in range(9):
    if -2 < x < 2 and -2 < y < 2:
        spiral[y + 1][x + 1] = n
    if x == y or x < 0 and x == -y or x > 0 and x == 1 - y:
        dx, dy = -dy, dx
    x, y = x + dx, y + dy
end = 1
