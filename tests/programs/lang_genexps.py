"""Generator expressions: lazy, the first iterable at once, nested, closed early, raising."""


def source(n):
    print("made", n)
    return range(n)


def lazy():
    g = (print("item", i) or i for i in source(3))
    print("before")
    first = next(g)
    rest = list(g)
    return first, rest


def nested():
    return [list(g) for g in ((x * y for y in range(3)) for x in range(3))]


def raising():
    g = (1 // x for x in (2, 1, 0, 5))
    out = []
    try:
        for v in g:
            out.append(v)
    except ZeroDivisionError:
        out.append("zero")
    return out, list(g)


def early():
    return any(x == 3 for x in iter([1, 2, 3, 4])), next(x for x in range(9) if x > 4)


xs = [1, 2]
late = (x + y for x in xs for y in xs)
xs = [10, 20]
print(list(late), lazy(), nested(), raising(), early())
g = (i for i in range(5))
print(next(g), g.close(), list(g), sum(i for i in range(4)), dict((k, v) for k, v in ["ab", "cd"]))
