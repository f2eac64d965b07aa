# oracle: moment
"""Containers that a library has handed out and keeps, and what is changed where something dies."""
import sys
import warnings
import weakref
from warnings import filters

log = []


class Plain:
    pass


class Noisy:
    exec("def __del__(self):\n    log.append(1)")


def recorded_warnings():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        warnings.warn("late", stacklevel=1)
        first = len(seen)
        warnings.warn("later", stacklevel=1)
        second = len(seen)
        del seen[:]
        warnings.warn("last", stacklevel=1)
        third = len(seen)
    return first, second, third


def a_variable_of_a_module():
    rules = warnings.filters
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inside = len(rules)
    path = sys.path
    return inside, len(path)


def a_finalizer():
    noisy = Noisy()
    noisy = None
    after = len(log)
    return noisy, after


def a_callback():
    got = []
    one = Plain()
    weakref.finalize(one, got.append, 1)
    one = None
    after = len(got)
    two = Plain()
    watch = weakref.ref(two, got.append)
    del two
    late = len(got)
    return one, after, late, watch()


print(recorded_warnings(), a_variable_of_a_module()[0] - len(filters))
print(a_finalizer(), a_callback())
warnings.simplefilter("error")
shown = len(filters)
print(len(log))
