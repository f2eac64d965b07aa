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


def partly(x, y):
    """A later target fails: those before it are gone, or stored."""
    try:
        del x, y[9], y
    except IndexError:
        left = y
    try:
        for x, y[9] in [(5, 6)]:
            pass
    except IndexError:
        x += 1
    try:
        with open(os.devnull) as (x, y[9]):
            pass
    except (IndexError, ValueError):
        x += 1
    return left, x


def deleted_elsewhere(n):
    """What a statement names is deleted by what it calls."""
    y = [5, 6]

    def inner():
        nonlocal y
        del y
        return 1

    if n == 0:
        y[inner() - 1] = 4
    elif n == 1:
        y[inner()] += 4
    elif n == 2:
        y[0] = inner()
    elif n == 3:
        y.append(inner())
    elif n == 4:
        y += [inner()]
    elif n == 5:
        operator.contains(y, inner())
    y.clear()


def not_there_yet(a, b):
    """A name without a value is read in its turn, after what fails before it."""
    try:
        a = a.no_such(unknown)
    except AttributeError as error:
        kept = type(error)
    try:
        b = b.no_such(error.args)
    except AttributeError:
        kept = error_name = "AttributeError"
    try:
        error
    except NameError:
        kept = error_name
    return kept


def handled_again(which):
    """A clause that raises unbinds its name, which something else binds, too."""
    error = 1
    try:
        try:
            if which == 1:
                raise KeyError(1)
            if which == 2:
                raise ExceptionGroup("g", [KeyError(1), IndexError(2)])
            [][0]
        except KeyError as error:
            which.no_such
    except AttributeError:
        which = 0
    except IndexError:
        error = 2
    except ExceptionGroup:
        try:
            try:
                raise
            except* KeyError as error:
                which.no_such
            except* IndexError:
                which = 3
        except (ExceptionGroup, AttributeError):
            which = 4
    return which


import operator, os
partly(1, [2])
for n in range(6):
    try:
        deleted_elsewhere(n)
    except NameError as error:
        print(n, error)
not_there_yet([], [])
for n in range(3):
    handled_again(n)
g = [1]


def vanish(x):
    globals().pop("g")


try:
    operator.call(vanish, g) if hasattr(operator, "call") else vanish(g)
except NameError as error:
    print(error)
end = 1
