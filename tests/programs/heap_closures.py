"""Closures: shared cells, nonlocal counters, late binding, generators that share lists."""

import functools


def counter():
    count = 0
    history = []

    def step(by=1):
        nonlocal count
        count += by
        history.append(count)
        return count

    def reset():
        nonlocal count, history
        count = 0
        history = []

    return step, reset


def late():
    functions = []
    for i in range(3):
        functions.append(lambda: i)
    return [f() for f in functions]


def default():
    return [f() for f in [lambda i=i: i for i in range(3)]]


def outer():
    x = [1]

    def middle():
        def inner():
            nonlocal x
            x = x + [2]
            return x

        return inner()

    before = x
    after = middle()
    return before, after, x


def producer(log):
    for n in range(3):
        log.append(("made", n))
        got = yield n
        log.append(("got", got))


def consumer(log):
    source = producer(log)
    value = next(source)
    while True:
        log.append(("used", value))
        try:
            value = source.send(value * 10)
        except StopIteration:
            break
    return log


def decorator(function):
    calls = []

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        calls.append(args)
        result = function(*args, **kwargs)
        wrapper.last = result
        return result

    wrapper.calls = calls
    return wrapper


@decorator
def add(a, b=2):
    total = a + b
    return total


def recursive(n, acc=None):
    if acc is None:
        acc = []
    acc.append(n)
    if n:
        recursive(n - 1, acc)
    return acc


def mutable_default(x, seen=[]):
    seen.append(x)
    return seen


step, reset = counter()
step()
step(5)
reset()
step(2)
l1 = late()
l2 = default()
o = outer()
shared = []
c = consumer(shared)
r = add(1)
r = add(r, b=r)
rec = recursive(5)
m1 = mutable_default(1)
m2 = mutable_default(2)
same = m1 is m2
print(l1, l2, o, shared, r, rec, same, add.calls)
