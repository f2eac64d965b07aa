"""Objects changed through a `__dict__` whose name is computed, or that a function gives."""

import operator


class Box:
    def __init__(self, n):
        self.n = n
        self.items = [n]


def computed(o):
    d = getattr(o, "__di" + "ct__")
    d["n"] = 5
    done = o.n
    d["n"] = 6
    other = o.n
    return done, other


def by_getter(o):
    get = operator.attrgetter("__dict__")
    d = get(o)
    d["n"] = 7
    a = o.n
    d["extra"] = 8
    b = o.n
    return a, b


def getter_at_once(o):
    d = operator.attrgetter("__dict__")(o)
    d["n"] = 17
    a = o.n
    d["extra"] = 18
    b = o.n
    return a, b


def mapped(objs):
    ds = list(map(vars, objs))
    ds[0]["n"] = 11
    a = objs[0].n
    ds[1]["n"] = 12
    b = objs[1].n
    return a, b


def mapped_loop(objs):
    for d in map(vars, objs):
        d["n"] += 1
        d["z"] = d["n"]
    total = sum(o.n for o in objs)
    return total


def comp(objs):
    ds = [vars(o) for o in objs]
    for d in ds:
        d["n"] = -1
        d["y"] = 0
    return ds


def comp2(objs):
    ds = [o.__dict__ for o in objs]
    for d in ds:
        d["n"] = -2
        d["y"] = 9
    return ds


def mapped_getter(objs):
    ds = list(map(operator.attrgetter("__dict__"), objs))
    for d in ds:
        d["n"] = -3
        d["y"] = 10
    return ds


def mapped_attr(objs):
    ds = [getattr(o, name) for o in objs for name in ("__dict__",)]
    for d in ds:
        d["n"] = -4
        d["y"] = 11
    return ds


def dicts_by_key(objs):
    by = {id(o) % 1: vars(o) for o in objs}
    for d in by.values():
        d["n"] = -7
        d["y"] = 13
    return len(by)


boxes = [Box(1), Box(2), Box(3)]
r = computed(boxes[0])
r = by_getter(boxes[0])
r = getter_at_once(boxes[1])
r = mapped(boxes)
r = mapped_loop(boxes)
r = comp(boxes)
r = comp2(boxes)
r = mapped_getter(boxes)
r = mapped_attr(boxes)
r = dicts_by_key(boxes)
g = getattr(boxes[2], "__" + "dict__")
g["n"] = 100
print(boxes[2].n)
g["n"] = 101
print(boxes[2].n)
read = operator.attrgetter("n", "__dict__")
n, h = read(boxes[0])
h["n"] = 55
print(boxes[0].n)
h["n"] = 56
print(boxes[0].n)
h = boxes[1].__getattribute__("__dict__")
h["n"] = 57
print(boxes[1].n)
h["n"] = 58
print(boxes[1].n)
v = vars
h = v(boxes[2])
h["n"] = 59
print(boxes[2].n)
h["n"] = 60
print(boxes[2].n)
