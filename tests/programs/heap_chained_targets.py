"""Chained and unpacking targets with calls between the stores: the calls see what was stored before them."""


class Box:
    def __init__(self):
        self.x = 0
        self.y = 0
        self.rows = [0, 0, 0, 0]
        self.by = {}


class Setting:
    def __setattr__(self, name, value):
        seen = name
        object.__setattr__(self, name, value)
        seen = value


def same(x):
    return x


def items(o, d):
    o[same(0)] = o[same(1)] = same(7)
    o[same(2)], o[same(3)] = same(1), same(2)
    o[0] = o[same(1)] = 8
    o[0], o[same(1)] = 9, 10
    d["a"] = d[same("b")] = 1
    d[same("c")] = d[same("d")] = d[same("e")] = []
    d[same("c")].append(1)
    o[-1] = d[same("f")] = o[same(0)] = 3
    o[same(0)] += same(2)
    o[same(0)], d[same("g")], o[same(3)] = 1, 2, 3
    [*o[same(0) : same(1)], d[same("h")]] = [1, 2, 3]
    o[0:2] = o[same(1)] = (4, 5)
    return o, d


def attributes(box, other):
    same(box).x = same(box).y = same(3)
    box.x = same(box).y = 4
    box.x, same(other).x = 5, 6
    box.x = other.rows[same(0)] = 7
    box.rows[0] = other.rows[same(1)] = box.rows[same(2)] = 8
    box.rows[same(0)] = same(box).x = other.by[same("k")] = 9
    x = same(box).x = 10
    x, box.rows[same(0)], y = 11, 12, 13
    x = y = box.rows[same(1)] = 14
    same(box).rows = same(box).more = [1]
    same(box).rows.append(2)
    same(box).x, (same(box).y, box.by[same("z")]) = 1, (2, 3)
    for same(box).x, box.by[same("i")] in [(1, 2), (3, 4)]:
        seen = box.x
    same(box).x += same(1)
    del same(box).x, box.by[same("i")]
    return box, other


def setting(s):
    same(s).x = same(s).y = 1
    s.x = same(s).z = 2
    same(s).x, s.y = 3, 4
    return s


def stepping(o):
    same(o).x, same(o).y = 1, (yield 1)
    o.x = same(o).y = yield 2
    same(o).x = o.rows[(yield 3)] = 4
    o.rows[0], o.rows[(yield 4)] = 5, 6
    yield same(o)


def around(o):
    same(o).x = o.rows[[same(i) for i in range(2)][1]] = 6
    o.rows[same(0)], o.rows[sorted([2, 1], key=same)[0]] = 7, 8
    o.rows[0] = o.rows[sorted([2, 1], key=same)[1]] = 9
    o.x = o.rows[sorted([2, 1], key=same)[1]] = 9
    o.x, o.y = same(1), (lambda: same(o.x))()
    return o


items([0, 0, 0, 0], {})
attributes(Box(), Box())
setting(Setting())
steps = stepping(Box())
for n in (None, 5, 6, 1, 2):
    seen = steps.send(n)
around(Box())
o = [0, 0]
o[same(0)] = o[same(1)] = same(7)
x = o[same(0)] = 4
o[0], x, o[same(1)] = 1, 2, 3
end = 1
