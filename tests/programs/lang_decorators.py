"""Decorators of functions and classes, with arguments, stacked; what they wrap keeps its face."""

import functools

registered = {}


def register(name):
    def wrap(function):
        registered[name] = function
        return function

    return wrap


def twice(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        """The wrapper."""
        return function(*args, **kwargs), function(*args, **kwargs)

    return wrapper


@register("one")
@twice
def add(a, b=1):
    """Adds."""
    return a + b


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@register("class")
class Thing:
    @functools.cached_property
    def heavy(self):
        return [1, 2]

    @register("method")
    def method(self):
        return self.heavy


print(add(1), add.__name__, add.__doc__, add.__wrapped__(1, 2))
print(fib(20), fib.cache_info().misses, sorted(registered))
thing = Thing()
print(thing.method() is thing.heavy, vars(thing), registered["method"](thing))
