"""Containers that change when they are read: defaultdict, __missing__, Counter, setdefault."""

from collections import ChainMap, Counter, OrderedDict, defaultdict, deque


class Missing(dict):
    def __missing__(self, key):
        self[key] = [key]
        return self[key]


groups = defaultdict(list)
groups["a"].append(1)
probe = groups["b"]
m = Missing()
x = m["k"]
m["j"].append(2)
count = Counter("abca")
count["z"] += 1
count.update("aa")
ordered = OrderedDict(a=1, b=2)
ordered.move_to_end("a")
chain = ChainMap({}, {"base": []})
chain["base"].append(1)
chain["new"] = 2
d = deque([1, 2, 3], maxlen=3)
d.append(4)
d.rotate(1)
print(dict(groups), probe, m, x, sorted(count.items()), list(ordered), chain.maps, d)
