"""Methods that take items away, in statements that store items too: what is left, and in which order."""


def chained(d, k):
    d[k] = v = d.pop(k)
    return v


def apart(d, k):
    v = d.pop(k)
    d[k] = v
    return v


def within(d, k):
    d.update({k: d.pop(k)})
    d[k] = d.pop(k)
    x = d.pop("a"), d.setdefault("a", 1)
    return x


def renamed(d, k, j):
    d[j] = d.pop(k)
    return d


def defaults(d, k, j):
    d[j] = d.pop(k, None)
    d[j] = d.setdefault(k, [1])
    d[k] += d.pop(j)
    del d[d.setdefault("no", "no")]
    return d


def lists(xs):
    xs[0] = xs.pop()
    xs[0] = xs.pop(0)
    xs[-1] += xs.pop(1)
    xs[xs.pop()] = 7
    xs[:1] = [xs.pop(), 4]
    del xs[xs.pop(0)]
    return xs


a = {"c": [1], "a": 1, "b": 2}
chained(a, "c")
chained(a, "c")
apart(a, "a")
within(a, "a")
within(a, "c")
renamed(a, "a", "z")
defaults(a, "none", "c")
defaults(a, "q", "c")
defaults(a, "c", "b")
lists([5, 6, 2, 3, 1, 0, 1, 3, 0, 2])
end = 1
