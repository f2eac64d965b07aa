"""Calls: arguments of every kind, methods, bound methods, callables, evaluation order."""

order = []


def note(value):
    order.append(value)
    return value


def take(*args, **kwargs):
    return args, kwargs


class Callable:
    def __init__(self):
        self.seen = []

    def __call__(self, *args):
        self.seen.extend(args)
        return self

    def method(self, xs):
        xs.append(len(self.seen))
        return self


print(take(note(1), *[note(2), 3], note(4), k=note(5), **{"z": note(6)}))
c = Callable()
print(c(1)(2, 3)(*"ab").seen, c.method(order).method(order).seen is c.seen)
push = order.append
push("bound")
list.append(order, "unbound")
[order, c.seen][0].append("chosen")
(lambda: c.seen)().append("returned")
table = {"f": take, "xs": [[]]}
table["xs"][0].append(table["f"](1))
sorted(order, key=str)
order.sort(key=str)
print(order, table["xs"], c.seen, max(map(len, ["a", "bb"])), getattr(c, "seen")[0])
setattr(c, "extra", order)
c.extra.clear()
print(order, vars(c)["extra"] is order)
