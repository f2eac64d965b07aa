"""Results that `functools.lru_cache` keeps, changed by code that gets them from the cache."""

import functools
import operator

library = {}
exec("def use(f, i):\n f.extra['k'].append(i)\n f(i).append(i)\n return 1", library)
use = library.pop("use")


@functools.lru_cache(maxsize=None)
def row(i):
    return [3, i, 2]


@functools.lru_cache
def box(i):
    return {"i": i}


class Shelf:
    @functools.lru_cache(maxsize=None)
    def get(self, i):
        return [self, i]


a = row(1)
n = 1
list(map(list.sort, map(row, [1])))
n = 2
b = box(1)
list(map(dict.clear, map(box, [1])))
n = 3
row.log = [1, 2]
list(map(operator.call, [row.log.reverse]))
n = 4
row.extra = {"k": [2, 1]}
n = use(row, 1)
n = use(row, 5)
c = row(5)
n = use(row, 5)
n = 5


def work(shelf):
    kept = shelf.get(2)
    list(map(list.pop, map(shelf.get, [2])))
    n = 1
    return kept


work(Shelf())


class Cached(type(row)):
    pass


sub = Cached(lambda i: [i], None, False, functools._CacheInfo)
sub.extra = {"k": []}
d = sub(1)
n = use(sub, 1)
del row.__wrapped__
n = use(row, 1)
n = 6
