"""Containers that the standard library keeps in its modules, known to the program by any way."""

import copyreg
import linecache
import warnings


class Keeper:
    def __init__(self, rules):
        self.rules = rules


def look(rules):
    warnings.simplefilter("error", UserWarning)
    count = len(rules)
    warnings.simplefilter("ignore", UserWarning)
    return count - len(rules)


def table():
    return copyreg._inverted_registry


def registered():
    known = table()
    copyreg.add_extension("nowhere", "keeper", 241)
    size = len(known)
    copyreg.remove_extension("nowhere", "keeper", 241)
    return size - len(known)


def yielded():
    yield linecache.cache
    linecache.getline("/dev/null", 1)
    yield "read"


keeper = Keeper(warnings.filters)
warnings.simplefilter("ignore", DeprecationWarning)
difference = look(warnings.filters)
warnings.resetwarnings()
both = {"rules": [warnings.filters], "lines": linecache.cache}
linecache.cache["made up"] = (1, None, ["line\n"], "made up")
linecache.checkcache("made up")
left = len(linecache.cache)
for part in yielded():
    linecache.clearcache()
print(difference, registered(), len(keeper.rules), len(both))
