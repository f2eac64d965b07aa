"""Functions that get another name."""
import functools
def deco(f):
    def inner(*a): return f(*a)
    x = 1
    functools.update_wrapper(inner, f)
    y = 2
    inner.__name__ = "other"; inner.__qualname__ = "quite.other"
    z = 3
    return inner
@deco
def g(a): return a
g(1)
end = 2
