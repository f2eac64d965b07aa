"""Objects handed to unrecorded library code that keeps and changes them."""

import collections
import contextlib
import copy
import functools
import io
import itertools
import json
import operator


class Record:
    def __init__(self, name):
        self.name = name
        self.values = []

    def __repr__(self):
        return f"Record({self.name})"


def key(record):
    return record.name


records = [Record(n) for n in "cab"]
records.sort(key=key)
by_name = sorted(records, key=operator.attrgetter("name"), reverse=True)
operator.setitem(records, 0, Record("z"))
operator.iadd(records, [Record("y")])
functools.reduce(lambda acc, r: acc.append(r.name) or acc, records, names := [])
list(map(lambda r: r.values.append(1), records))
deep = copy.deepcopy(records)
deep[0].values.append("deep")
shallow = copy.copy(records[1])
shallow.values.append("shared")
text = io.StringIO()
json.dump({"names": names}, text)
loaded = json.loads(text.getvalue())
loaded["names"].append("new")
groups = {}
for initial, members in itertools.groupby("aabbbc"):
    groups[initial] = list(members)
it = iter([1, 2, 3])
first = next(it)
rest = list(it)
numbers = itertools.count(10)
taken = [next(numbers) for _ in range(3)]
zipped = dict(zip("ab", [[1], [2]]))
collections.deque(map(zipped["a"].append, [5, 6]), maxlen=0)


@contextlib.contextmanager
def opened(log):
    log.append("enter")
    try:
        yield log
    finally:
        log.append("exit")


with opened([]) as log, opened(log) as again:
    log.append("body")


@functools.lru_cache
def cached(n):
    return [n]


one = cached(1)
one.append("in the cache")
two = cached(1)
partial = functools.partial(names.append)
partial("partial")
stack = contextlib.ExitStack()
with stack:
    stack.callback(names.append, "callback")
    names.append("inside")
buckets = collections.defaultdict(lambda: collections.defaultdict(int))
for word in ["one", "two", "six", "ten"]:
    buckets[len(word)][word[0]] += 1
setattr(records[0], "dynamic", {"a": 1})
records[0].__dict__.update(more=2)
getattr(records[0], "values").extend("xy")
print(names, groups, first, rest, taken, zipped, log, two, loaded, by_name)
