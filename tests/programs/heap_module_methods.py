"""Modules changed by their own methods that are held, through partial, and by functions that are held."""

import sys
import types

m = types.ModuleType("m")
put = m.__setattr__
put("x", 1)
print(m.x)
here = sys.modules[__name__]
x = 0
put = here.__setattr__
put("x", 1)
print(x)
put("x", 2)
print(x)
drop = here.__delattr__
y = 5
drop("y")
print("y" in globals())


def later(set_):
    set_("x", 3)
    a = x
    set_("x", 4)
    return a, x


r = later(here.__setattr__)
r = later(put)


class C:
    v = 1


def on_class():
    p = type.__setattr__
    p(C, "v", 2)
    a = C.v
    p(C, "w", 3)
    b = C.w
    return a, b


on_class()
s = setattr
s(C, "v", 9)
print(C.v)
s(here, "x", 10)
print(x)
import functools

sx = functools.partial(setattr, here, "x")
sx(11)
print(x)
sx(12)
print(x)
o = C()
so = functools.partial(setattr, o)
so("q", 1)
print(o.q)
so("q", 2)
print(o.q)
so = o.__setattr__
so("q", 3)
print(o.q)
so("q", 4)
print(o.q)
globals()["x"] = 13
print(x)
upd = globals().update
upd(x=14)
print(x)
upd({"x": 15, "newone": 1})
print(x)
list(map(upd, [{"x": 16}]))
print(x)
