"""Subclasses of every builtin type whose special methods, metaclass and properties all raise and count their calls."""

import array
import collections
import datetime
import decimal
import functools
import io
import types
import weakref

calls = []


def evil(name):
    def method(self, *args, **kw):
        calls.append(name)
        raise RuntimeError(name)

    return method


class Desc:
    __get__ = evil("desc get")
    __set__ = evil("desc set")
    __delete__ = evil("desc del")


class MetaDesc:
    def __get__(self, o, t=None):
        calls.append("metadesc")
        raise RuntimeError


class Meta(type):
    __repr__ = evil("meta repr")
    __eq__ = evil("meta eq")
    __hash__ = evil("meta hash")
    __instancecheck__ = evil("meta instancecheck")
    __subclasscheck__ = evil("meta subclasscheck")
    __getattribute__ = evil("meta getattribute")
    __getattr__ = evil("meta getattr")
    __len__ = evil("meta len")
    __iter__ = evil("meta iter")
    __bool__ = evil("meta bool")
    __dir__ = evil("meta dir")
    __call__ = evil("meta call")
    __name__ = property(evil("meta name"))
    __module__ = property(evil("meta module"))
    __mro__ = property(evil("meta mro"))


NAMES = (
    "__repr__ __str__ __eq__ __ne__ __lt__ __hash__ __len__ __iter__ __next__ __bool__ __contains__ __getitem__ __setitem__ __delitem__ "
    "__call__ __index__ __int__ __float__ __complex__ __format__ __dir__ __reduce__ __reduce_ex__ __getstate__ __sizeof__ __copy__ __deepcopy__ "
    "__enter__ __exit__ __length_hint__ __getattr__ __getattribute__ __reversed__ __missing__ __bytes__ __fspath__ __buffer__ __release_buffer__ __array__ __array_interface__ "
    "__torch_function__ __add__ __iadd__ __await__ __aiter__ keys items values"
).split()
body = {n: evil(n) for n in NAMES}
body["__class__"] = property(evil("__class__"))
body["prop"] = property(evil("prop"))
body["desc"] = Desc()


def make(name, base, slots=False):
    ns = dict(body)
    if slots:
        ns["__slots__"] = ("slot", "unset")
    return type.__new__(Meta, name, (base,), ns)


bases = [
    object,
    list,
    dict,
    set,
    frozenset,
    str,
    int,
    float,
    complex,
    bytes,
    bytearray,
    tuple,
    Exception,
    OSError,
    collections.deque,
    collections.defaultdict,
    collections.OrderedDict,
    array.array,
    datetime.datetime,
    datetime.date,
    datetime.time,
    datetime.timedelta,
    datetime.tzinfo,
    decimal.Decimal,
    io.StringIO,
    io.BytesIO,
    functools.partial,
    types.ModuleType,
    types.SimpleNamespace,
    property,
    staticmethod,
    classmethod,
    weakref.ref,
    zip,
    map,
    enumerate,
    filter,
]
classes = {}
for b in bases:
    classes[b] = make("Evil_" + b.__name__, b)


class RealTarget:
    pass


target = RealTarget()
args = {
    array.array: ("i", [1, 2]),
    datetime.datetime: (2020, 1, 2),
    datetime.date: (2020, 1, 2),
    functools.partial: (len, 1),
    types.ModuleType: ("m",),
    property: (),
    staticmethod: (len,),
    classmethod: (len,),
    weakref.ref: (target,),
    zip: ([1], [2]),
    map: (len, [[]]),
    enumerate: ([1],),
    filter: (None, [1]),
    list: (),
    dict: (),
    set: (),
    frozenset: ([1],),
    str: ("text",),
    int: (5,),
    float: (1.5,),
    complex: (1j,),
    bytes: (b"x",),
    bytearray: (b"x",),
    tuple: ([1, 2],),
    decimal.Decimal: ("1.5",),
    OSError: (2, "no"),
    io.StringIO: ("abc",),
    io.BytesIO: (b"abc",),
}


def build(b):
    c = classes[b]
    a = args.get(b, ())
    o = b.__new__(c, *a)
    if b not in (object,):
        try:
            b.__init__(o, *a)
        except TypeError:
            pass
    return o


class EvilKey(str):
    armed = False

    def __eq__(self, other):
        if EvilKey.armed:
            calls.append("key eq")
            raise RuntimeError
        return str.__eq__(self, other)

    def __hash__(self):
        if EvilKey.armed:
            calls.append("key hash")
            raise RuntimeError
        return str.__hash__(self)


class EvilIntKey(int):
    def __eq__(self, other):
        if EvilKey.armed:
            calls.append("int key eq")
            raise RuntimeError
        return int.__eq__(self, other)

    def __hash__(self):
        if EvilKey.armed:
            calls.append("int key hash")
            raise RuntimeError
        return int.__hash__(self)


class Tz(datetime.tzinfo):
    utcoffset = evil("utcoffset")
    tzname = evil("tzname")
    dst = evil("dst")
    __repr__ = evil("tz repr")
    __reduce__ = evil("tz reduce")


class Plain:
    pass


def touch(value):
    other = value
    pair = (value, other)
    box = [value]
    box.append(value)
    d = {"k": value}
    d["j"] = value
    keep = lambda: value
    return pair, box, d, keep


made = {}
for b in bases:
    made[b.__name__] = build(b)
keyed = {EvilKey("a"): 1, EvilIntKey(3): 2, "plain": 3}
attrs = Plain()
attrs.__dict__[EvilKey("name")] = 1
attrs.__dict__["ok"] = 2
ns = types.SimpleNamespace(**{"x": 1})


class WithEvilDictName:
    pass


type.__setattr__(WithEvilDictName, "data", 5)
EvilKeyed = type("EvilKeyed", (), {EvilKey("__call__"): 3, EvilKey("__setitem__"): 3, "real": 4})
ek = EvilKeyed()
zoned = datetime.datetime(2020, 1, 2, tzinfo=Tz())
tzoned = datetime.time(1, tzinfo=Tz())
Liar = type("X", (), {"__slots__": ("a", "b")})
Liar.__name__ = "numpy.ndarray"
Liar2 = type("X", (), {})
Liar2.__name__ = "collections.deque"
Liar3 = type("X", (list,), {})
Liar3.__name__ = "array.array"
liars = [Liar(), Liar2(), Liar3()]


class EvilNamed:
    pass


class Sub(str):
    __repr__ = evil("sub repr")
    __hash__ = evil("sub hash")
    __eq__ = evil("sub eq")


type.__setattr__(EvilNamed, "__module__", Sub("mod"))
named = EvilNamed()


def f():
    pass


f.__qualname__ = "plain"
exc = ValueError("x")
exc.__notes__ = [made["object"]]
exc.__cause__ = OSError(1, "x")
nt = collections.namedtuple("NT", "a")(1)
calls.clear()
EvilKey.armed = True
for key in list(made):
    one = made[key]
    out = touch(one)
    made2 = one
out = touch(keyed)
out = touch(attrs)
out = touch(ek)
out = touch(zoned)
out = touch(tzoned)
out = touch(liars)
out = touch(named)
out = touch(exc)
attrs.ok2 = 5
del attrs.ok
attrs.ok2 += 1
e = made["object"]
object.__setattr__(e, "late", 3)
l = made["list"]
list.append(l, 5)
dict.__setitem__(made["dict"], "k", 1)
set.add(made["set"], 4)
try:
    raise made["Exception"]
except Exception as caught:
    x = 1
count = list(calls)
EvilKey.armed = False
print(count)
