"""Every builtin method that changes its receiver."""

import bisect
import collections
import heapq
import random


def change_list():
    xs = [3, 1, 2]
    xs.sort()
    xs.sort(key=lambda v: -v)
    xs.reverse()
    xs.insert(1, "in")
    xs.extend(["a", "b"])
    xs.extend(c for c in "cd")
    p = xs.pop()
    q = xs.pop(0)
    xs.remove("in")
    xs[1:2] = [7, 8, 9]
    xs[::2] = ["e"] * len(xs[::2])
    del xs[0]
    del xs[1:3]
    xs += ["plus"]
    xs *= 2
    xs.clear()
    return xs, p, q


def change_dict():
    d = {"a": 1}
    d["b"] = 2
    d.update({"c": 3}, d=4)
    d.setdefault("e", []).append(5)
    d.setdefault("e", []).append(6)
    v = d.pop("a")
    last = d.popitem()
    d |= {"f": 7}
    del d["b"]
    d["c"] += 10
    d["new"] = d
    del d["new"]
    e = d.fromkeys("xyz", 0)
    d.clear()
    return d, v, last, e


def change_set():
    s = {1, 2}
    s.add(3)
    s.discard(1)
    s.update([4, 5], (6,))
    s |= {7}
    s &= {3, 4, 5}
    s -= {4}
    s ^= {9}
    s.difference_update({9})
    s.symmetric_difference_update({1, 2})
    s.intersection_update({1, 2, 3})
    s.remove(3)
    s.clear()
    return s


def change_collections():
    dd = collections.defaultdict(list)
    dd["x"].append(1)
    dd["y"]
    dd["x"] += [2]
    dq = collections.deque([1, 2, 3], maxlen=4)
    dq.rotate(1)
    dq.appendleft(0)
    dq.append(9)
    dq.extendleft([7, 8])
    dq.popleft()
    dq.pop()
    dq[0] = "set"
    counter = collections.Counter("abca")
    counter["a"] -= 5
    counter.update("zz")
    counter.subtract("z")
    od = collections.OrderedDict(a=1, b=2, c=3)
    od.move_to_end("a")
    od.popitem(last=False)
    chain = collections.ChainMap({"k": 1}, {"k": 2, "m": 3})
    chain["k"] = 9
    chain["n"] = 10
    return dd, dq, counter, od, chain


def change_by_library():
    rng = random.Random(7)
    heap = []
    for value in (5, 2, 8, 1):
        heapq.heappush(heap, value)
    least = heapq.heappop(heap)
    heapq.heapreplace(heap, 3)
    tasks = [9, 4, 7]
    heapq.heapify(tasks)
    deck = list(range(6))
    rng.shuffle(deck)
    sorted_list = [1, 5, 9]
    bisect.insort(sorted_list, 6)
    bisect.insort_left(sorted_list, 0)
    data = bytearray(b"abc")
    data += b"d"
    data[0] = 65
    data.extend(b"ef")
    del data[1:3]
    return least, tasks, deck, sorted_list, data


print(change_list())
print(change_dict())
print(change_set())
print(change_collections())
print(change_by_library())
