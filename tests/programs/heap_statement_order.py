"""Order within one statement."""


def peek(*objects):
    n = [len(o) for o in objects if hasattr(o, "__len__")]
    return n


class Node:
    def __init__(self, items):
        self.items = items
        self.kids = []

    def add(self, x):
        self.items.append(x)
        return self

    def look(self, *a):
        n = len(self.items)
        return n

    @property
    def size(self):
        n = len(self.items)
        return n

    def __add__(self, other):
        n = len(self.items)
        return self

    def __getitem__(self, i):
        n = len(self.items)
        return self.items[i]

    def __lt__(self, other):
        n = len(self.items)
        return n < len(other.items)

    def __repr__(self):
        n = len(self.items)
        return "N"


def inner(xs, d):
    a = peek(xs.append(1), xs) + peek(xs.pop(), xs)
    b = [peek(xs) for _ in range(2) if xs.append(2) is None]
    c = (xs.append(3), peek(xs), xs.clear(), peek(xs))
    e = peek(d.setdefault("k", []), d) and peek(d.pop("k"), d)
    f = {peek(xs)[0]: xs.append(4), 5: peek(xs)}
    n = Node(xs)
    n.add(1).add(2).look(xs.append(3), n.look())
    g = (xs.append(5), n.size, n + n, n[0], n < n, f"{n}", repr(n))
    n.kids[len(n.kids):] = [peek(xs.pop()), n.size]
    n.kids.append((xs.pop(), n.size))
    h = (xs.append(7), xs.append(6) or n.size)
    i = lambda q=xs.append(8): peek(xs)
    i()
    xs.sort(key=lambda v: (peek(xs), -v)[1])
    j = sorted(xs, key=lambda v: (xs.append(v) if len(xs) < 3 else None, v)[1])
    assert xs.append(9) is None and peek(xs)
    if xs.append(10) is None and n.size:
        k = 1
    while xs and (xs.pop() or n.size):
        if len(xs) < 2:
            break
    for x in [xs.append(1), n.size]:
        m = x
    with Ctx(xs.append(2), n.size):
        o = 1
    try:
        raise ValueError(xs.append(3), n.size)
    except ValueError as error:
        p = n.look()
    return peek(xs.append(11), xs), n.look(xs.clear())


class Ctx:
    def __init__(self, *a):
        self.a = a

    def __enter__(self):
        n = 1

    def __exit__(self, *e):
        n = 2


def gen(xs):
    a = yield peek(xs.append(1), xs)
    b = (yield xs.append(2)), (yield peek(xs))
    for x in xs:
        yield x, xs.append(0) if len(xs) < 6 else None, peek(xs)


def cb(xs):
    ys = [3, 1, 2]
    ys.sort(key=lambda v: peek(ys, xs.append(v), xs)[0])
    zs = list(filter(lambda v: peek(xs.append(v), xs), ys))
    ys.extend(peek(ys, zs.pop())[0] for _ in range(2))
    m = max(xs, key=lambda v: peek(xs) and v)
    d = {}
    d.update((k, peek(d)) for k in range(3))
    s = set()
    s.update(peek(s)[0] for _ in range(3))
    t = "".join(str(peek(xs.pop(), xs)[0]) for _ in range(2))
    return ys


class Meta(type):
    def __new__(mcls, name, bases, ns, **kw):
        n = len(ns)
        return super().__new__(mcls, name, bases, ns)

    def __call__(cls, *a):
        n = len(a)
        return super().__call__(*a)


class Made(metaclass=Meta):
    xs = [1]
    xs.append(2)
    ys = peek(xs.pop(), xs)

    def method(self):
        return __class__

    zs = xs


inner([0], {})
for value in gen([5]):
    last = value
cb([1])
Made()
glob = [1]
peek(glob.pop(), glob)
glob2 = peek(glob.append(1), glob), peek(glob.append(2), glob)
end = 1
