"""Instances whose attributes lie in a dict of their own: in another order, deleted, replaced, with keys that are no names."""


class Thing:
    kind = "thing"

    def __init__(self, *names):
        self.first = 0
        vars(self).update(dict.fromkeys(names, 1))


def store(things):
    for i, thing in enumerate(things):
        thing.first = i
        thing.last = [i]
        thing.last.append(thing.first)
    return things


def delete(things):
    for thing in things:
        del thing.first
        thing.first = "again"
        thing.kind = thing.first
    return things


def replace(things):
    for thing in things:
        thing.__dict__ = {"last": 2, "first": 1}
        thing.first = [3]
        thing.last = thing.first
    return things


def strange(things):
    for thing in things:
        thing.__dict__[1] = 2
        thing.first = {4}
        thing.first.add(thing.last[0])
    return things


def inherited():
    plain, filled = Thing(), Thing("a", "b", "last")
    for thing in (plain, filled, plain):
        kind = thing.kind
        thing.a = kind
        thing.b = thing.a
    return plain, filled


things = [Thing(), Thing("a"), Thing("last", "b"), Thing("b", "a", "last")]
for change in (store, delete, store, replace, strange):
    change(things)
last = inherited()
