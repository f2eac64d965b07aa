"""Objects whose memory the interpreter keeps for the next of their type: each is one object for as long as it lives."""

import contextvars


class Thing:
    def __init__(self):
        self.kept = None

    def method(self, x):
        return x


def slices(s):
    a = s
    t = [s, slice(3), slice(None, None, 2)]
    t[1] = slice(4, 5)
    del t[2]
    u = slice(5, 6)
    b = [0, 1, 2][a]
    t.append(u)
    for i in range(3):
        v = slice(i, i + 1)
        w = v
    return t, v


def ranges(r):
    a = r
    t = [r, range(3), range(0, 10, 2)]
    t[1] = range(4, 5)
    del t[2]
    for i in range(3):
        v = range(i)
        w = v
    return t, v


def methods(thing):
    m = thing.method
    n = m
    thing.kept = m
    t = [m, thing.method, [].append, thing.method]
    t[1] = t[2] = thing.method
    for i in range(3):
        p = thing.method
        q = (p, t[0])
    thing.kept = None
    m = n = None
    again = thing.method
    return t, again


def iterators(xs):
    it = iter(xs)
    a = it
    first = next(it)
    second = next(a)
    t = [it, iter((1, 2)), iter(range(4))]
    for i in range(3):
        u = iter([i, i + 1])
        got = next(u)
        t[1] = iter((i, 5))
        got = next(t[1])
        got = next(t[2])
    rest = list(it)
    return t, rest


def contexts():
    here = contextvars.copy_context()
    a = here
    for i in range(3):
        c = contextvars.copy_context()
        d = [c, here]
    return d


def deep():
    nest = None
    for i in range(100):
        nest = slice(nest)
    return i


kept = slices(slice(1, 2))
kept = ranges(range(1, 2))
kept = methods(Thing())
kept = iterators([1, 2, 3])
kept = contexts()
deep()
end = 1
