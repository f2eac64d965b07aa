"""Classes that change under their instances: slots, names, attributes; the class of an object."""

import abc
import enum


class Slots:
    __slots__ = ("x", "y")
    count = 0

    def __init__(self, x, y=None):
        self.x = x
        self.y = y
        Slots.count += 1


class Sub(Slots):
    extra = [1]


class Guarded(Slots):
    __slots__ = ()

    @property
    def x(self):
        return Slots.x.__get__(self)

    @x.setter
    def x(self, value):
        Slots.__dict__["x"].__set__(self, [value])


class Hidden(Slots):
    y = 5

    def __init__(self, x):
        Slots.x.__set__(self, x)
        Slots.y.__set__(self, x)


class Doubled(Slots):
    __slots__ = ("x",)

    def __init__(self, x):
        super().__init__(x)
        Slots.x.__set__(self, 9)


def replaced():
    one, two, sub = Slots([1]), Slots(2, 3), Sub([4])
    kept, other = Slots.__dict__["x"], Slots.__dict__["y"]
    Slots.x = 7
    seen = one.x, sub.x
    Slots.x = kept
    seen = one.x, sub.x
    del Slots.y
    one.x = [5]
    Slots.x = property(lambda self: 0)
    seen = one.x
    setattr(Slots, "x", kept)
    type.__setattr__(Slots, "x", 8)
    type.__setattr__(Slots, "x", kept)
    type.__delattr__(Slots, "x")
    Slots.again = kept
    one.again.append(6)
    Slots.x = kept
    del Slots.again
    Slots.y = other
    return seen, one, two, sub


def shadowed():
    one, two, three = Guarded(1), Hidden([2]), Doubled([3])
    two.own = 1
    Hidden.x = 4
    del Hidden.y
    del Hidden.x
    del Doubled.x
    Guarded.x = None
    return one, two, three


class Plain:
    label = "plain"
    seen = []


def attributes():
    Plain.label = 5
    Plain.seen.append(1)
    Plain.fresh = Plain.seen
    del Plain.label
    Plain.fresh = len
    setattr(Plain, "made", 1)
    type.__setattr__(Plain, "made", [])
    Plain.made.append(2)
    delattr(Plain, "made")
    Plain.seen = lambda self: 1
    Plain.__qualname__ = "Renamed"
    Plain.__name__ = "Renamed"
    return Plain


class Other(Plain):
    pass


def changed_class():
    thing = Plain()
    thing.x = 1
    thing.__class__ = Other
    object.__setattr__(thing, "__class__", Plain)
    Plain.__qualname__ = "Twice"
    return thing


def functions():
    def made(x, seen=[]):
        seen.append(thing)
        return seen

    thing = made
    setattr(made, "calls", [])
    made.calls.append(1)
    made(1)
    made.__defaults__ = (2,)
    made.thing = 3
    del made.calls
    return made


class Color(enum.Enum):
    RED = []
    BLUE = {}


class Flags(enum.Flag):
    A = 1
    B = 2


def enums():
    Color.RED.value.append(1)
    Color.BLUE.value["k"] = 2
    both = Flags.A | Flags.B
    return both


def called(function):
    return function()


class Loops:
    made = [(lambda: n) for n in (1, 2)]
    first = made[0]


def comprehensions(q):
    pairs = [(m, k) for m in [5, 1] for k in [lambda: m]]
    kept = []
    seen = [called(lambda: m + q) for m in [1, 2, 3] if called(lambda: m > 1)]
    seen = [kept.append(lambda: m) for m in [1, 2, 3]]
    nested = [[(lambda: (m, n)) for m in [n, 3]] for n in [1, 2]]
    table = {m: (lambda: m) for m in "ab"}
    lazily = ((lambda: m) for m in [1, 2])
    first = next(lazily)
    second = next(lazily)
    q = 7
    return pairs, kept, seen, nested, table, first, second


class Registry(abc.ABC):
    known = []

    def __init_subclass__(cls, tag=None, **rest):
        super().__init_subclass__(**rest)
        cls.tag = [tag]
        cls.known.append(cls)

    @abc.abstractmethod
    def work(self):
        """Nothing."""


class Worker(Registry, tag="w"):
    def work(self):
        return self.tag


def registered():
    class Late(Registry, tag="late"):
        size = {}

        def work(self):
            return self.size

    Late.tag.append(Late().work())
    Worker().work().append("seen")
    return Late


class Borg:
    state = {}

    def __init__(self, a):
        self.__dict__ = self.state
        self.a = a


def shared_state():
    one, two = Borg([1]), Borg([2])
    one.b = 3
    two.a.append(4)
    del one.a
    vars(two)["d"] = 4
    one.d = [5]
    one.__dict__ = dict(Borg.state)
    one.e = 6
    two.__dict__.clear()
    return one, two


replaced()
shadowed()
registered()
shared_state()
attributes()
changed_class()
functions()
enums()
comprehensions(1)
pairs = [(m, k) for m in [5, 1] for k in [lambda: m]]
end = True
