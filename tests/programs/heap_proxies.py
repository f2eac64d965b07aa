"""Stores through weak proxies change what they stand for."""

import weakref


class Thing:
    pass


class Row(list):
    pass


def store(thing, row):
    proxy = weakref.proxy(thing)
    proxy.name = "b"
    named = 1
    del proxy.name
    proxy.items = []
    proxy.items.append(1)
    setattr(proxy, "count", 2)
    counted = named
    proxy.count += 1
    counted += 1
    cells = weakref.proxy(row)
    cells.append(1)
    cells[0] = 5
    counted += 1
    cells += [6]
    del cells[0]
    return counted


thing, row = Thing(), Row()
thing.name = "a"
print(store(thing, row), thing.items, row)
