"""Slots, dict subclasses, dataclasses, enums, namedtuples, class attributes, descriptors."""

import collections
import dataclasses
import enum
import typing


class Slots:
    __slots__ = ("x", "__private")

    def __init__(self, x):
        self.x = x
        self.__private = [x]

    def bump(self):
        self.x += 1
        self.__private.append(self.x)
        del self.x
        self.x = "again"


class SlotsAndDict(Slots):
    __slots__ = ("y", "__dict__")

    def __init__(self):
        super().__init__(5)
        self.y = 1
        self.z = 2


class Ordered(dict):
    def __init__(self, *args):
        super().__init__(*args)
        self.log = []

    def __setitem__(self, key, value):
        self.log.append(key)
        super().__setitem__(key, value)


@dataclasses.dataclass
class Item:
    name: str
    price: float = 1.5
    tags: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    a: int
    b: tuple = ()


class Color(enum.Enum):
    RED = 1
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Flags(enum.Flag):
    A = enum.auto()
    B = enum.auto()


Pair = collections.namedtuple("Pair", "left right")


class Typed(typing.NamedTuple):
    x: int
    items: list


class Counter:
    total = 0
    registry = []

    def __init__(self):
        Counter.total += 1
        self.registry.append(self.total)

    @property
    def double(self):
        return self.total * 2

    @classmethod
    def reset(cls):
        cls.total = 0
        cls.registry.clear()


class Celsius:
    def __get__(self, instance, owner):
        return instance.degrees

    def __set__(self, instance, value):
        instance.degrees = value * 2


class Weather:
    temperature = Celsius()

    def __init__(self):
        self.degrees = 0

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        object.__setattr__(self, "last", name)


s = Slots(1)
s.bump()
sd = SlotsAndDict()
sd.bump()
sd.extra = [1]
del sd.z
o = Ordered({"a": 1})
o["b"] = 2
o["c"] = [3]
item = Item("pen")
item.tags.append("blue")
item.price *= 2
other = dataclasses.replace(item, name="cup")
other.tags.append("shared")
frozen = Frozen(1, (2, [3]))
frozen.b[1].append(4)
red = Color.RED
level = Level.HIGH
both = Flags.A | Flags.B
pair = Pair([1], {"k": 2})
pair.left.append(2)
typed = Typed(1, [])
typed.items.append(pair)
c1 = Counter()
c2 = Counter()
twice = c1.double
Counter.reset()
w = Weather()
w.temperature = 21
w.__dict__["sneaky"] = True
setattr(w, "named", [1])
vars(w)["named"].append(2)
delattr(w, "sneaky")
method = item.tags.append
method("bound")
print(s.x, sd.extra, o.log, item, other, frozen, red, level, both, pair, typed, twice, w.degrees)
