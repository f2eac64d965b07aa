"""Finalizers, weak references and reference counts behave as without escope."""

import sys
import weakref


class Tracked:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def local():
    t = Tracked("local")
    u = t
    del t
    print("still")
    return sys.getrefcount(u) < 4


def passed(t):
    ref = weakref.ref(t)
    t = None
    return ref


def raising():
    t = Tracked("raising")
    raise ValueError


print(local())
print(passed(Tracked("argument"))())
try:
    raising()
except ValueError:
    print("caught")
x = Tracked("first")
x = Tracked("second")
print("replaced")
d = {"k": Tracked("item")}
d["k"] = None
for i in [Tracked("loop")]:
    pass
del i
print([Tracked("comp").name for _ in range(1)])
