# oracle: moment
"""Objects that write elsewhere: descriptors, __setattr__, metaclasses, contextmanagers, decorators."""
import contextlib
import functools
import sys
import types
import weakref

LOG = []
STORE = {}


class Elsewhere:
    def __setattr__(self, name, value):
        LOG.append(name)
        STORE[name] = value

    def __getattr__(self, name):
        LOG.append("get " + name)
        return STORE[name]

    def __delattr__(self, name):
        del STORE[name]

    def __setitem__(self, k, v):
        STORE[k] = v

    def __getitem__(self, k):
        return STORE[k]

    def __delitem__(self, k):
        STORE.pop(k)

    def __iadd__(self, other):
        STORE["iadd"] = other
        return self

    def __contains__(self, x):
        LOG.append("contains")
        return x in STORE

    def __len__(self):
        LOG.append("len")
        return 1

    def __bool__(self):
        LOG.append("bool")
        return True

    def __eq__(self, other):
        LOG.append("eq")
        return True

    __hash__ = object.__hash__

    def __call__(self, *args):
        LOG.append(args)
        return args

    def __enter__(self):
        LOG.append("enter")
        return self

    def __exit__(self, *exc):
        LOG.append("exit")
        return True

    def __iter__(self):
        LOG.append("iter")
        yield 1
        LOG.append("iter end")

    def __format__(self, spec):
        LOG.append("format")
        return "f"


class Field:
    def __set_name__(self, owner, name):
        self.name = "_" + name
        LOG.append(name)

    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        return obj.__dict__.setdefault(self.name, [])

    def __set__(self, obj, value):
        obj.__dict__[self.name] = [value]

    def __delete__(self, obj):
        obj.__dict__.pop(self.name, None)


class Holder:
    f = Field()
    g = Field()

    def __init__(self):
        self.f = 1
        self.g.append(2)

    def __init_subclass__(cls, **kw):
        cls.made = kw
        LOG.append(cls.__name__)


class Sub(Holder, tag=1):
    extra = []

    @functools.cached_property
    def slow(self):
        self.extra.append(1)
        return [1]

    @classmethod
    def grow(cls):
        cls.extra.append(2)
        cls.new_one = cls.extra
        return cls

    @staticmethod
    def stat(xs):
        xs.append(0)
        return xs


@contextlib.contextmanager
def changing(xs):
    xs.append("in")
    try:
        yield xs
    finally:
        xs.append("out")


def deco(fn):
    fn.calls = []

    @functools.wraps(fn)
    def inner(*args, **kw):
        fn.calls.append(args)
        return fn(*args, **kw)

    return inner


@deco
def work(xs, *, n=1):
    xs += [n]
    return xs


def use():
    e = Elsewhere()
    e.a = [1]
    e.a.append(2)
    e["k"] = 3
    e += 4
    del e.a
    del e["k"]
    x = "k" in e
    x = len(e)
    if e:
        x = 1
    x = e == 3
    x = e(1, 2)
    with e as f:
        raise KeyError
    for x in e:
        y = x
    y = f"{e}"
    a, = e
    z = [*e]
    h = Sub()
    h.f = 5
    h.f.append(6)
    h.f += [7]
    del h.g
    h.slow.append(2)
    Sub.grow().extra.append(3)
    xs = Sub.stat(h.f)
    with changing(xs) as ys, changing(ys):
        ys.append("mid")
    work(xs, n=2)
    w = work(xs)
    ns = types.SimpleNamespace(a=[1])
    ns.a.append(2)
    ns.b = 3
    ns.__dict__["c"] = 4
    setattr(ns, "d", xs)
    delattr(ns, "a")
    object.__setattr__(h, "raw", [1])
    h.raw.append(1)
    wd = weakref.WeakValueDictionary()
    wd["h"] = h
    r = weakref.ref(h, lambda _: LOG.append("dead"))
    fin = weakref.finalize(h, LOG.append, "fin")
    h = None
    del ns.d
    Sub.extra = None
    m = types.MethodType(lambda self, v: self.append(v), xs)
    m(1)
    globals()["NEW"] = [1]
    NEW.append(2)
    sys.modules[__name__].OTHER = NEW
    OTHER.append(3)
    q = 1
    return xs, w


use()
Dyn = type("Dyn", (Holder,), {"v": [1]}, tag=2)
Dyn.v.append(2)
Dyn().f.append(1)
exec("G = [1]\ndef setg():\n    global G\n    G = 2\n    LOG.append('g')\n")
setg()
end = 1
hooks = [setg]
hooks[0]()
end = 2


def __getattr__(name):
    LOG.append(name)
    return LOG


sys.modules[__name__].missing.append(1)
end = 3
