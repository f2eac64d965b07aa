"""Changes in the statement of a call, seen from inside it, and finalizers seen from inside them."""
def f(value, xs):
    n = len(xs)
    return n


xs = [1, 2, 3]
f(xs.pop(), xs)


class P:
    def __init__(self):
        self._v = [1]

    @property
    def view(self):
        return self._v

    @view.setter
    def view(self, value):
        n = len(value)
        self._v = value


def g():
    p = P()
    p.view += [2]
    ys = [3, 2, 1]
    z = f(ys.pop(), ys) + f(ys.pop(), ys)
    ys.extend([5, 4, 6])
    ys.sort(key=lambda x: -x)
    ys.sort(key=key)
    return z


def key(x):
    y = -x
    return y


g()


class D:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        a = 1
        b = 2


def h():
    d = D("a")
    d = None
    d = D("b")
    del d
    e = [D("c")]
    e[0] = None
    e.append(D("d"))
    e[1].x = D("f")
    e[1].x = 5
    del e[1]
    return e


h()
d = D("m")
d = D("n")
del d
end = 1


def growing(xs):
    """What is extended in place has grown already while the generator runs."""

    def walk(items):
        for item in items:
            yield item

    xs += walk([xs, 2])
    box = {"k": xs}
    box["k"] += walk([box, 3])
    return box


growing([1])
