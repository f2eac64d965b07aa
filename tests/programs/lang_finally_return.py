"""return, break and continue that pass through finally and with; a finally that swallows."""

from contextlib import contextmanager, suppress


@contextmanager
def noisy(name, log):
    log.append("enter " + name)
    try:
        yield name
    finally:
        log.append("exit " + name)


def through(log):
    try:
        return log.append("value") or len(log)
    finally:
        log.append("finally")


def override():
    try:
        return "try"
    finally:
        return "finally"


def swallow():
    for i in range(3):
        try:
            1 / 0
        finally:
            continue
    return i


def unreturned():
    while True:
        try:
            return "lost"
        finally:
            break
    return "after"


def inside(log):
    with noisy("a", log) as a, noisy("b", log) as b:
        return a + b


def suppressed(xs):
    with suppress(ZeroDivisionError):
        xs.append(1)
        xs.append(1 / 0)
        return "never"
    xs.append("after")
    return xs


def raises(log):
    try:
        with noisy("r", log):
            return log.missing
    except AttributeError as e:
        log.append(str(e))
    return log


def generator(log):
    try:
        yield 1
        return "done"
    finally:
        log.append("closed")


log = []
print(through(log), log)
print(override(), swallow(), unreturned())
log = []
print(inside(log), log)
print(suppressed([]))
print(raises([]))
log = []
g = generator(log)
print(next(g))
g.close()
print(log)
