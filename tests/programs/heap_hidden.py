"""Changes that no statement names: bound methods and __dict__ in other hands, exit stacks, async comprehensions."""
import asyncio
import collections
from contextlib import ExitStack, nullcontext


class Thing:
    def __init__(self, x):
        self.x = x


a = 1
b = [1, 2]
d = Thing(b)
e = (b, {5})
match e:
    case [first, *others]:
        d.x += [n for n in [Thing(a), 2] if n]


def ff(a):
    global d, e
    c, *d = d


z = {"a": [1]}
collections.deque(map(z["a"].append, [5, 6]), maxlen=0)


class R:
    pass


r = [R()]
r[0].__dict__.update(more=2)
vars(r[0])["k"] = 3
vars(r[0]).update(k=4)
q = vars(r[0])
q["z"] = 5
r[0].w = 6
q.pop("z")
end = 1


class Own(dict):
    def __init__(self):
        self.__dict__ = self


own = Own()
own["a"] = 1
own.b = 2
own.update(c=3)
del own["a"]


def stacks():
    xs = []
    with ExitStack() as es:
        es.callback(xs.append, 3)
        es.callback(xs.append, 4)
        y = 1
    y = 2
    return xs


stacks()


def handed():
    xs = [1]
    cb = [xs.append, xs.pop]
    cb[0](4)
    n = len(xs)
    cb[1]()
    n = len(xs)
    m = list(map(cb[0], [1, 2]))
    n = len(xs)
    app = xs.append
    app(3)
    n = 1
    return xs


handed()


class T(dict):
    pass


def make(kind):
    return kind


t = make(T)()
t2 = [T][0](a=1)


async def agen():
    for i in range(3):
        yield i


async def main():
    xs = [1, 2, 3]
    ys = [xs.pop() async for i in agen()]
    zs = [i async for i in agen() if i]
    ws = {i: await one(i) for i in range(3)}
    vs = [j async for i in agen() for j in range(i)]
    us = [[k async for k in agen()] for i in range(2)]
    return ys, zs, ws


async def one(x):
    await asyncio.sleep(0)
    return x


asyncio.run(main())


def loops():
    out = []
    for i in range(3):
        with nullcontext(1) as f:
            if i == 1:
                continue
            out.append(i)
    i = 5
    while i:
        i -= 1
        try:
            if i % 2:
                continue
            out.append(i)
        finally:
            out.append(-1)
    else:
        out.append("else")
    for i in gen(out):
        try:
            continue
        finally:
            out.pop()
    return out


def gen(out):
    yield 1
    out.append("g")
    yield 2


loops()
