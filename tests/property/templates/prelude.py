"""What random programs begin with: classes and functions of every kind, and the variables."""

import array
import asyncio
import bisect
import collections
import contextlib
import copy
import dataclasses
import enum
import functools
import heapq
import io
import itertools
import json
import operator
import random
import re
import struct
import sys
import threading
import typing
import weakref


class Thing:
    limit = 3
    shared = []

    def __init__(self, x):
        self.x = x
        self.y = []

    def add(self, value):
        self.y.append(value)
        self.x = value
        return self

    def __lt__(self, other):
        return False

    def __call__(self, *values):
        self.called = values
        return values[0] if values else self.y


class Slotted:
    __slots__ = ("x", "y", "__weakref__")

    def __init__(self, x=0):
        self.x = x


class Sub(Thing, list):
    def __init__(self, *values):
        list.__init__(self, values)
        Thing.__init__(self, len(values))

    @classmethod
    def make(cls, value):
        cls.limit = value
        return cls(value, value)

    @staticmethod
    def first(values):
        return values[0]

    def append(self, value):
        super().append(value)
        self.x += 1


class Guarded:
    def __init__(self, x):
        self._x = x
        self.log = []

    @property
    def x(self):
        self.log.append("read")
        return self._x

    @x.setter
    def x(self, value):
        self._x = value
        self.log += ["written"]

    @x.deleter
    def x(self):
        self._x = None

    @functools.cached_property
    def y(self):
        return [self._x]

    def __setitem__(self, key, value):
        self.log.append((key, value))

    def __getitem__(self, key):
        return self.log[key]

    def __iadd__(self, other):
        self.log.append(other)
        return self

    def __enter__(self):
        self.log.append("in")
        return self.log

    def __exit__(self, kind, error, trace):
        self.log.append(kind is None)
        return True

    def __iter__(self):
        yield from self.log

    def __len__(self):
        return len(self.log)


class Table(dict):
    def __missing__(self, key):
        self[key] = made = [key]
        return made


class Checked:
    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, thing, owner=None):
        return self if thing is None else thing.__dict__.get(self.name)

    def __set__(self, thing, value):
        thing.__dict__[self.name] = value
        owner = type(thing)
        owner.writes = owner.writes + 1


class Meta(type):
    made = []

    def __new__(mcls, name, bases, namespace, **options):
        namespace["tag"] = options
        cls = super().__new__(mcls, name, bases, namespace)
        Meta.made.append(name)
        return cls


class Typed(metaclass=Meta, level=1):
    writes = 0
    x = Checked()
    y = Checked()


@dataclasses.dataclass
class Row:
    x: object = 0
    y: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    x: object = 0
    y: tuple = ()


class Pair(typing.NamedTuple):
    x: object
    y: object = None


class Colour(enum.Enum):
    RED = 1
    BLUE = "b"


def put(target, value):
    if isinstance(target, (list, collections.deque)):
        target.append(value)
    elif isinstance(target, dict):
        target["put"] = value
    elif isinstance(target, set):
        target.add(1)
    else:
        target.x = value
    return target


def walk(xs):
    for item in xs:
        if len(xs) > 9:
            return xs
        got = yield item
        if got:
            xs.append(got)
    return xs


def over(xs):
    try:
        result = yield from walk(xs)
        yield result
    finally:
        put(xs, "closed")


def counter(start):
    count = start

    def step(by=1):
        nonlocal count
        count = count + by
        return count

    return step


def gather(into=[], **options):
    into.append(len(into))
    options.setdefault("n", []).append(into)
    return options


def spread(*args, key=None, **rest):
    total = len(args) + len(rest)
    rest["key"] = key
    return total, rest


def noisy(function):
    noisy.calls = getattr(noisy, "calls", 0) + 1

    @functools.wraps(function)
    def inner(*args, **options):
        inner.last = args
        return function(*args, **options)

    return inner


@contextlib.contextmanager
def lent(thing):
    put(thing, "lent")
    try:
        yield thing
    except Exception as error:
        put(thing, type(error).__name__)
    else:
        put(thing, "back")


def deeper(value, depth):
    here = [value, depth]
    if depth:
        below = deeper(here, depth - 1)
        below.append(depth)
        return below
    return here


async def later(value, out):
    await asyncio.sleep(0)
    out.append(value)
    return out


async def several(value, out):
    first, second = await asyncio.gather(later(value, out), later(1, out))
    async with asyncio.Lock() as lock:
        last = [item async for item in ticks(out)]
    return first, last


async def ticks(out):
    for n in range(2):
        await asyncio.sleep(0)
        out.append(n)
        yield n


def key_of(thing):
    seen.append(type(thing).__name__)
    return seen[-1]


seen = []
a = 1
b = [1, 2]
c = {"k": b, 1: [3]}
d = Thing(b)
e = (b, {5})
g = collections.deque([b, 0], maxlen=5)
h = collections.defaultdict(list, k=[b])
