"""Each function repeats one kind of statement; which one runs often is told by the environment."""

import os


class Point:
    def __init__(self):
        self.x = 0


def same(value):
    return value


def loop(n):
    for _ in range(n):
        pass


def store_int(n):
    for i in range(n):
        x = i


def store_float(n):
    f = 0.5
    for _ in range(n):
        x = f


def store_text(n):
    t = "escope"
    for _ in range(n):
        x = t


def store_object(n):
    p = Point()
    for _ in range(n):
        x = p


def attribute(n):
    p = Point()
    for i in range(n):
        p.x = i


def item(n):
    d = {0: 0}
    for i in range(n):
        d[0] = i


def append(n):
    xs = []
    for i in range(n):
        xs.append(i)


def call(n):
    for i in range(n):
        same(i)


def noted(n):
    given = same
    [given(([i], i)) for i in range(n)]


def generator(n):
    def numbers():
        for i in range(n):
            yield i

    for _ in numbers():
        pass


def make_object(n):
    for _ in range(n):
        Point()


def examine(n):
    xs = [[1], [2], [3]]
    for _ in range(n):
        sorted(xs)


def catch(n):
    for _ in range(n):
        try:
            raise KeyError
        except KeyError:
            pass


often = os.environ.get("COUNTED_OFTEN", "")
few, many = 200, int(os.environ.get("COUNTED_TIMES", "200"))
for work in (
    loop,
    store_int,
    store_float,
    store_text,
    store_object,
    attribute,
    item,
    append,
    call,
    noted,
    generator,
    make_object,
    examine,
    catch,
):
    work(many if work.__name__ == often else few)
