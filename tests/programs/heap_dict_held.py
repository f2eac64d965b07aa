"""Objects whose `__dict__` somebody holds for a while, and changes outside the object's own methods."""
import collections
import operator


def nothing():
    found = []
    return found


class Store:
    def __init__(self, **given):
        self.__dict__.update(given)
        self.rows = []

    def all(self):
        return self.__dict__

    def own(self):
        return getattr(self, "__dict__", nothing())

    def held(self):
        view = collections.ChainMap(self.own(), {})
        return view


def shared(a, b):
    b.__dict__ = a.__dict__
    return b


store = Store(name="first")
store.__dict__["direct"] = 1
everything = store.all()
operator.setitem(everything, "library", [2])
print(store.library)
del everything
view = store.held()
operator.setitem(view, "through", 3)
print(store.through)
twin = shared(store, Store())
operator.setitem(vars(twin), "both", 4)
twin.more = 5
print(store.both, store.more)
pair = [store.__dict__, nothing()]
operator.setitem(pair[0], "last", 6)
operator.delitem(pair.pop(0), "name")
print(sorted(vars(store)))
