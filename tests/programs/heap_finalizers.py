# oracle: moment
# oracle: ignore info
"""Weak references, finalizers and garbage collection, in their own order."""

import gc
import weakref

gc.disable()
log = []


class Noisy:
    def __init__(self, name):
        self.name = name

    # Plain code: a tracer that watches the end of a local would miss it.
    exec("def __del__(self):\n    log.append(f'del {self.name}')\n    print('del', self.name)")


class Recorded:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        log.append("recorded")
        print("recorded", self.name)


class Slotted:
    __slots__ = ("__weakref__", "x")


def scope():
    a = Noisy("local")
    b = Noisy("second")
    del a
    print("after del")
    b = Noisy("third")
    print("after rebind")
    return len(log)


def cycle():
    a, b = Noisy("cycle a"), Noisy("cycle b")
    a.other, b.other = b, a
    ref = weakref.ref(a, lambda r: log.append("ref died"))
    del a, b
    print(ref() is None)
    gc.collect()
    print(ref() is None)


def weak():
    table = weakref.WeakValueDictionary()
    keys = weakref.WeakKeyDictionary()
    x = Noisy("weak")
    table["x"] = x
    keys[x] = 1
    print(len(table), len(keys))
    del x
    print(len(table), len(keys))
    s = Slotted()
    s.x = 5
    r = weakref.ref(s)
    f = weakref.finalize(s, log.append, "finalized")
    print(r() is s, f.alive)
    s = None
    print(r(), f.alive)


def returned():
    return Noisy("returned")


def args(value):
    print("in args")


def gen():
    held = Noisy("held")
    yield 1
    yield held


def collected(phase, info):  # on 3.15 it counts what else is in the process
    if phase == "stop":
        log.append("collected")


r = Recorded("first")
r = None
print("after None")
r = Recorded("second")
r = Recorded("third")
print("after the second")
del r
print("after del")
n = scope()
cycle()
weak()
returned()
print("after returned")
args(Noisy("argument"))
print("after args")
g = gen()
next(g)
g.close()
print("after close")
g = None
gc.callbacks.append(collected)
gc.collect()
gc.callbacks.remove(collected)
x = [Noisy("in list")]
x.append(x)
x = None
print(gc.collect() > 0)
try:
    raise ValueError(Noisy("in exception"))
except ValueError as e:
    print("caught")
print("after except")
print(log)
