"""Module globals changed from functions, from another module, and by name."""

import heap_globals_other as other

count = 0
items = []
mode = "start"


def bump():
    global count
    count += 1
    items.append(count)
    return count


def rebind():
    global items, fresh
    items = ["rebound"]
    fresh = True


def by_dict():
    globals()["count"] = 100
    globals()["dynamic"] = [1]


bump()
bump()
rebind()
bump()
other.poke("mode", "poked")
other.append(items)
other.register(items)
other.fire("event")
by_dict()
other.state["k"] = items
other.value = 5
other.value += 1
seen = other.read()
from heap_globals_other import *

state["star"] = 1
del fresh
for count in range(3):
    pass
with open(__file__) as stream:
    line = stream.readline()
print(count, items, mode, seen, sorted(state), dynamic, line.strip())
