"""Aliases, swaps, targets, deletions, walrus, match, nonlocal."""
import sys


class Prop:
    def __init__(self):
        self._x = [0]
        self.log = []

    @property
    def x(self):
        self.log.append("get")
        return self._x

    @x.setter
    def x(self, value):
        self.log.append("set")
        self._x = value


def closures():
    shared = []

    def add(n):
        shared.append(n)
        return shared

    def reset():
        nonlocal shared
        shared = [len(shared)]

    alias = add(1)
    reset()
    add(2)
    alias.append(9)
    fs = [add, reset]
    for f in fs:
        f(*([3] if f is add else []))
    return alias, shared


class Counter:
    total = 0
    seen = []

    def bump(self):
        Counter.total += 1
        self.seen.append(self)
        type(self).total += 1
        self.total = -1
        del self.total


def swaps():
    a, b = [1], [2]
    a, b = b, a
    a[0], b[0] = b[0], a[0]
    x = y = z = []
    x.append(1)
    i = 0
    i, a[i] = 0, 5
    (p, (q, *r)), s = (1, (2, 3, 4)), a
    *h, t = r
    h.append(s)
    a[0:1], b[:] = [7, 8], [9]
    c = [0, 1, 2, 3]
    c[c[0]], c[c[1]] = 3, 2
    del c[0], c[-1]
    del c[:]
    d = {"k": [1], "l": {}}
    d["k"], d["l"]["m"] = d["l"], d["k"]
    del d["k"]
    d["n"] = d
    for d["loop"] in range(2):
        pass
    for a[0], b[0] in [(1, 2), (3, 4)]:
        pass
    [u, v] = w = a
    w.append(u)
    return a, b, c, d


def walruses(xs):
    ys = [y for x in xs if (y := x + 1) > 1]
    zs = [(last := x) for x in xs]
    if (n := len(xs)) and (m := n + 1):
        pass
    while (k := xs.pop() if xs else None) is not None:
        zs.append(k)
    return (r := [n, m]), r, last, ys, y


def matches(v):
    match v:
        case {"a": a, **rest} if a > 5:
            rest["z"] = a
        case {"a": a, "b": [b0, *bs]}:
            bs.append(a)
        case [x, y] | [x, y, _] if x == y:
            pass
        case Prop(_x=inner):
            inner.append(1)
        case str() as s:
            t = s
        case _:
            w = v
    return sorted(locals())


def excs():
    out = []
    for i in range(3):
        try:
            try:
                [1][i]
                out.append(i)
            except IndexError as e:
                out.append(e)
                e.note = out
                if i == 2:
                    raise ValueError from e
            finally:
                out.append("f")
        except ValueError as e:
            cause = e.__cause__
            del cause.note
    return out


def gens():
    total = 0
    box = []

    def g():
        nonlocal total
        while True:
            got = yield total
            total += got or 1
            box.append(total)

    it = g()
    next(it)
    a = it.send(5)
    b = next(it) + it.send(2) + len(box)
    it.close()
    it2 = iter([1, 2, 3, 4])
    c = [next(it2), *[x for x in it2 if x != 3]]
    z = zip(it2, box)
    src = iter(range(6))
    pairs = [(x, next(src)) for x in src]
    s = sum(next(src2) for src2 in [iter(box)] * 2)
    return a, b, c, list(z), pairs, s


p = Prop()
p.x += [1]
p.x[0] += 1
p.x.append(2)
closures()
ct = Counter()
ct.bump()
ct.bump()
swaps()
walruses([1, 0, 2])
matches({"a": 6, "q": 1})
matches({"a": 1, "b": [1, 2]})
matches([1, 1])
matches(p)
matches("s")
matches(4)
excs()
gens()
end = 1
