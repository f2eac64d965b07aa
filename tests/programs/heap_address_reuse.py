"""Objects that are freed and made again at the same address."""

import array


class Point:
    def __init__(self, x):
        self.x = x


def make(n):
    return [n]


def churn(rounds):
    last = array.array("Q", [0])
    for n in range(rounds):
        xs = make(n)
        last[0] = id(xs)
        del xs
    return len(last)


def points(rounds):
    seen = []
    for n in range(rounds):
        p = Point(n)
        seen.append(p.x)
        p = None
    return seen


def dicts(rounds):
    for n in range(rounds):
        d = {"n": n}
        d["more"] = n * 2
        d = None
    return n


def replaced():
    holder = {}
    for n in range(6):
        holder["it"] = [n, n]
        holder["it"].append(n)
    return holder


done = churn(20)
found = points(10)
m = dicts(10)
h = replaced()
for i in range(5):
    t = (i, [i])
    s = {i}
    b = bytearray([i])
    b.append(i)
    del t, s, b
print(found, m, h)
