"""Attributes and items stored in what a call or a computed key gives: each kind of object that such a store may meet."""

import array
import collections


class Plain:
    def __init__(self, value=0):
        self.value = value
        self.log = []


class Slots:
    __slots__ = ("value", "log")

    def __init__(self):
        self.value = 0
        self.log = []


class Doubling:
    """A property that stores something else, and more."""

    def __init__(self):
        self.kept = 0
        self.log = []

    @property
    def value(self):
        return self.kept

    @value.setter
    def value(self, new):
        self.kept = [new, new]
        self.log.append(new)


class Diverting:
    """`__setattr__` stores under another name, and in an object of its own."""

    def __init__(self):
        object.__setattr__(self, "log", [])
        object.__setattr__(self, "value", 0)

    def __setattr__(self, name, new):
        object.__setattr__(self, name + "_kept", new)
        self.log.append((name, new))


class Keyed(dict):
    """A dict subclass whose items and attributes differ."""

    def __init__(self):
        super().__init__(value=0)
        self.value = 0
        self.log = []


class Mirrored(dict):
    """Its items are its attributes."""

    def __init__(self):
        self.__dict__ = self
        self.value = 0
        self.log = []


class Counting(dict):
    def __setitem__(self, key, new):
        super().__setitem__(key, [new])
        super().__setitem__("count", len(self))


class Box:
    def __init__(self, held):
        self.held = held

    def get(self):
        return self.held

    def give(self, value):
        self.last = value
        return value


def attributes(box, n):
    for i in range(n):
        box.get().value = i
        box.get().log = [i]
        box.get().log += [i + 1]
        box.get().value = box.give(i)
        box.get().value = box.get().value
    return box


def without_values(thing):
    """The same place in an object that lost its keys, got them back in another order, or got another dict."""
    box = Box(thing)
    box.get().value = 1
    del thing.value
    box.get().value = [2]
    vars(thing)["extra"] = 3
    box.get().value = 4
    thing.__dict__ = {"log": 5, "value": 6}
    box.get().value = 7
    box.get().log = 8
    thing.__dict__ = Plain(9).__dict__
    box.get().value = 10
    thing.__dict__ = collections.OrderedDict(log=11, value=12)
    box.get().value = 13
    return box


def shared_keys():
    """Dicts that share their keys, and one that stops to."""
    several = [Plain(i) for i in range(4)]
    for i, thing in enumerate(several):
        box = Box(thing)
        box.get().value = [i]
        if i == 1:
            for name in "abcdefghijklmnopqrstuvwxyzABCDEFGH":
                setattr(thing, name, i)
            box.get().value = {i}
        if i == 2:
            del several[0].log
            several[0].log = "again"
            Box(several[0]).get().log = "once more"
            Box(several[0]).get().value = "last"
        box.get().log = several[i - 1].log
    return several


def items(n):
    d, xs, numbers = {}, [0] * (n + 2), array.array("l", [0] * (n + 2))
    data = bytearray(n + 2)
    view = memoryview(data)
    counted, keyed, ordered = Counting(), Keyed(), collections.OrderedDict()
    default = collections.defaultdict(list)
    for i in range(n):
        d[i + 1] = i
        d[str(i)] = [i]
        d[i, i + 1] = {i}
        d[float(i)] = "float"
        d[i > 1] = "bool"
        xs[i + 1] = [i]
        xs[-i - 1] = i
        numbers[i + 1] = i
        data[i + 1] = i
        view[i + 1] = i + 1
        counted[i + 1] = i
        keyed[i + 1] = i
        ordered[i + 1] = i
        default[i + 1] = i
        default[i - 1] += [i]
        d[i + 1] += 1
        xs[i + 1] += [i]
        numbers[i + 1] += 1
    return d, xs, numbers, data, counted, keyed, ordered, default


def rebound(n):
    """The name of a container goes to another one while its item is stored."""
    d = first = {}
    for i in range(n):
        d[i + 1] = (d := {i: d and i})
        first[i + 1] = first = {i: "new"}
    return d, first


def failing(box, d):
    """An exception between the receiver and the store."""
    log = []
    for value in (1, 0):
        try:
            box.get().value = 1 // value
            d[value + 1] = 1 // value
            d[[value][value]] = value
        except (ZeroDivisionError, IndexError) as error:
            log.append(str(error))
            box.get().log = log
            d[value + 10] = log
        finally:
            box.get().ended = value
    try:
        d[[] + []] = 1
    except TypeError:
        d[len(log) + 20] = "unhashable"
    return box, d, log


def numbers(box):
    """A generator whose statement waits with its store open."""
    got = []
    while len(got) < 3:
        box.get().value = yield got
        got.append(box.get().value)
        got[len(got) - 1] = yield box
        box.get().log = got
    return got


def waiting():
    box = Box(Plain())
    other = Box(Slots())
    left, right = numbers(box), numbers(other)
    next(left), next(right)
    for i in range(5):
        try:
            left.send([i])
            right.send({i})
            box.get().value = other.get().value
            left.send(i)
            right.send([i])
        except StopIteration as stop:
            other.get().log = stop.value
            break
    unfinished = numbers(box)
    next(unfinished)
    unfinished.send(1)
    del unfinished
    box.get().value = "after"
    return box, other


def nested(box, depth):
    """Stores that wait for each other."""
    if depth:
        box.get().value = nested(box, depth - 1)
        box.get().log = [nested(box, 0) for _ in range(depth)]
    return [depth]


def temporary(things):
    [setattr(thing, "value", i) for i, thing in enumerate(things)]
    [thing.log.append(i) for i, thing in enumerate(things)]
    pairs = [(Box(thing).get(), Box(thing).give(i)) for i, thing in enumerate(things)]
    things[len(pairs) - 1] = pairs
    return {i: Box(thing).give([i]) for i, thing in enumerate(things)}


def several():
    """More than one store in a statement."""
    box, d = Box(Plain()), {}
    box.get().value = d[1 + 1] = box.get().log = [1]
    box.get().value, d[1 + 2], box.get().log[0] = 1, 2, 3
    (box.get().value, *box.get().log), d[2 + 2] = [4, 5, 6], 7
    for box.get().value in range(3):
        d[box.get().value + 1] = box
    for d["k" + "ey"] in range(2):
        box.get().log = d["key"]
    with Context() as box.get().value:
        box.get().value += 1
    return box, d


class Context:
    def __enter__(self):
        return 5

    def __exit__(self, *error):
        return False


for kind in (Plain, Slots, Doubling, Diverting, Keyed, Mirrored, Plain):
    kept = attributes(Box(kind()), 3)
changed = without_values(Plain()), shared_keys()
stored = items(4)
renamed = rebound(3)
failed = failing(Box(Plain()), {})
slept = waiting()
deep = Box(Plain())
nested(deep, 3)
given = temporary([Plain(), Plain(1), Slots()])
more = several()
