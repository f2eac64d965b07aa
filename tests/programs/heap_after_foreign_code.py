"""What code that is not recorded does to objects after recorded code has run: as it leaves, as it goes on."""

import threading
import types
import unittest.mock

lib = types.ModuleType("lib")
CODE = """
known = []
def fire():
    for o in known:
        o.meth()
        o.x = o.x + 1
def hand(callback):
    for o in known:
        callback(1, o)
        o.x = o.x + 1
class Manager:
    def __init__(self, o):
        self.o = o
    def __enter__(self):
        return self
    def __exit__(self, *rest):
        self.o.x = 7
"""
exec(compile(CODE, "/nowhere/lib.py", "exec"), lib.__dict__)


def wrapped(function):
    def inner(*args, **rest):
        return function(*args, **rest)

    return inner


class Thing:
    def __init__(self):
        self.x = 0

    @wrapped
    def meth(self):
        return 1


def callback(number, thing):
    return number


def fired(thing):
    lib.fire()
    seen = thing.x
    lib.hand(callback)
    seen = thing.x
    return seen


def left(thing):
    with lib.Manager(thing):
        thing.x = 2
    seen = thing.x
    with unittest.mock.patch.object(thing, "x", 9):
        seen = thing.x
    again = thing.x
    return seen, again


local = threading.local()


class Fresh:
    @property
    def items(self):
        return local.items


def returned():
    local.items = [1]
    fresh = Fresh()
    fresh.items.append(5)
    seen = fresh.items
    return seen


def same(x):
    return x


def between(table):
    same(table)[(yield 1)] = 5
    seen = 1
    yield seen


thing = Thing()
lib.known.append(thing)
fired(thing)
left(thing)
returned()
table = {}
steps = between(table)
next(steps)
steps.send(3)
end = True
