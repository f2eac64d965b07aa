"""The other module of heap_globals."""

import sys

state = {}
value = 0
_listeners = []


def poke(name, what):
    main = sys.modules["__main__"]
    setattr(main, name, what)


def append(xs):
    xs.append("from the other module")


def register(xs):
    _listeners.append(xs)


def fire(event):
    for xs in _listeners:
        xs.append(event)


def read():
    return value
