"""Generators: send, throw, close, return values, yield from, interleaved, abandoned."""


def echo(log):
    got = yield "start"
    while got is not None:
        try:
            got = yield got * 2
        except ValueError as error:
            log.append(str(error))
            got = yield "caught"
    log.append("end")
    return log


def inner():
    x = yield 1
    print("inner got", x)
    y = yield 2
    return x, y


def outer():
    result = yield from inner()
    print("result", result)
    yield from [10, 20]
    return result


def counter(n, name):
    i = 0
    while i < n:
        i += 1
        yield f"{name}{i}"


def abandoned(log):
    try:
        while True:
            yield len(log)
    finally:
        log.append("finalized")


def expressions():
    xs = [(yield 1), (yield 2)]
    xs.append((yield len(xs)) or "none")
    print("collected", xs)
    yield


log = []
g = echo(log)
print(next(g), g.send(3), g.throw(ValueError("bang")), g.send(4))
try:
    g.send(None)
except StopIteration as stop:
    print("returned", stop.value)
o = outer()
print(next(o), o.send("a"), o.send("b"), list(o))
print([pair for pair in zip(counter(3, "x"), counter(3, "y"))])
log = []
a = abandoned(log)
next(a)
del a
print(log)
e = expressions()
print(next(e), e.send("p"), e.send("q"), next(e), next(e, "over"))
broken = counter(2, 5)
broken.close()
print(list(broken))


def fails():
    yield 1
    raise KeyError("inside")


try:
    print(list(fails()))
except KeyError as error:
    print(error)


def stops():
    yield 1
    raise StopIteration(2)


try:
    list(stops())
except RuntimeError as error:
    print(error, type(error.__cause__).__name__)
