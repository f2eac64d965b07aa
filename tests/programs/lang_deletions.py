"""del of names, attributes, items, slices, targets in tuples."""


class Box:
    pass


def names():
    a, b, c = 1, 2, 3
    del a
    del (b, [c])
    return sorted(locals())


def places():
    box = Box()
    box.a, box.b, box.inner = 1, 2, Box()
    box.inner.deep = [1, 2, 3, 4]
    del box.a
    del box.inner.deep[0]
    items = [0, 1, 2, 3, 4, 5]
    del items[0], items[-1]
    del items[1:3]
    table = {"k": {"x": 1, "y": 2}, 1: 2}
    del table["k"]["x"], table[1]
    return vars(box)["b"], box.inner.deep, items, table


def rebinding(flag):
    x = 1
    if flag:
        del x
    try:
        return x
    except UnboundLocalError:
        return "gone"


print(names(), places(), rebinding(0), rebinding(1))
gone = 1
del gone
print("gone" in globals())
