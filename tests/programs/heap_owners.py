"""Globals from elsewhere, slots, namedtuples, dataclasses, enum, inheritance from builtins."""
import collections
import contextlib
import dataclasses
import enum
import typing

G = 1
H = [1]


def setter():
    global G, NEWG

    def deeper():
        global G
        G += 1
        H.append(G)
        return G

    deeper()
    NEWG = [deeper()]
    globals().update(FROM=[1])
    globals()["H2"] = H
    del NEWG
    return G


class L(list):
    def append(self, x):
        super().append(x)
        self.last = x

    def __iadd__(self, other):
        self.extend(other)
        return self

    def __setitem__(self, i, v):
        super().__setitem__(i, [v])


class Dd(dict):
    def __missing__(self, k):
        self[k] = [k]
        return self[k]

    def __setitem__(self, k, v):
        super().__setitem__(k, v)
        self.count = len(self)


class Slots:
    __slots__ = ("a", "b", "__dict__")

    def __init__(self):
        self.a = []
        self.c = self.a


@dataclasses.dataclass
class Data:
    x: int
    ys: list = dataclasses.field(default_factory=list)
    kids: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        self.ys.append(self.x)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    items: list


class Color(enum.Enum):
    RED = []
    BLUE = {}


NT = collections.namedtuple("NT", "p q")


class Prop:
    _store = {}

    @property
    def data(self):
        return Prop._store.setdefault("d", [])

    @data.setter
    def data(self, v):
        Prop._store["d"] = v

    @data.deleter
    def data(self):
        Prop._store.clear()

    def __getattr__(self, name):
        return self._store.setdefault(name, {})


def main():
    setter()
    ls = L([1])
    ls.append(2)
    ls += [3]
    ls[0] = 4
    ls[0].append(5)
    dd = Dd()
    dd["x"].append(1)
    dd["y"] = 2
    v = dd["z"], len(dd)
    dd["x"] += [7]
    s = Slots()
    s.a.append(1)
    s.c += [2]
    s.b = s.a
    del s.a
    s.b[:] = []
    d = Data(1)
    d.ys += [2]
    d.kids["k"] = d
    d.kids["k"].ys.append(3)
    d2 = dataclasses.replace(d, x=5)
    d2.ys.clear()
    f = Frozen([1])
    f.items.append(2)
    object.__setattr__(f, "items", [3])
    Color.RED.value.append(1)
    Color.BLUE.value["k"] = 2
    n = NT([1], {})
    n.p.append(2)
    n.q["z"] = n.p
    n2 = n._replace(p=[9])
    p = Prop()
    p.data.append(1)
    p.data += [2]
    p.data[0] = 5
    p.other["k"] = 1
    p.other["m"], p.other["n"] = 2, 3
    x, *p.data = 1, 2, 3
    del p.data
    for p.data in ([1], [2]):
        p.data.append(3)
    with contextlib.nullcontext([1]) as p.handle:
        pass
    p.handle = None
    t = ([1], {"a": [2]})
    t[0].append(3)
    t[1]["a"] += [4]
    try:
        t[0] += [5]
    except TypeError as e:
        err = str(e)
    u = [[0] * 2] * 2
    u[0][0] = 1
    u[1][1] += 1
    w = {}
    w["self"] = w
    w.setdefault("l", u)[0].append(7)
    (w["m"],), [w["n"], *w["o"]] = [1], (2, 3, 4)
    y = [*u, *w["o"]]
    y[len(y):] = [1, 2]
    y[-1], y[0] = y[0], y[-1]
    a: typing.Any = y
    a[1:3] = ()
    b = c = y.copy()
    b.append(1)
    return a


class Orig:
    attr = [1]
    other = attr

    def change(self):
        self.attr.append(2)
        Orig.attr = [3]
        Orig.attr += [4]
        type(self).attr[0] = 5
        self.attr += [6]
        del self.attr
        setattr(Orig, "dyn", self.attr)
        Orig.dyn.append(8)
        delattr(Orig, "other")
        return Orig


try:
    main()
except TypeError:
    pass
Orig().change()
class Inner:
    val = [1]
    val.append(2)
    for i in range(2):
        val += [i]
    comp = [v for v in [val] * 2]
    comp[0].append(3)
    def f(self, d=val): return d
    f(None).append(4)
    del i
end = 1
