"""Library containers and C functions that change what they are given."""
import array
import bisect
import collections
import copy
import functools
import heapq
import io
import itertools
import operator
import queue
import random
import struct


def ops():
    xs = [3, 1, 2]
    operator.setitem(xs, 0, 9)
    operator.delitem(xs, 0)
    operator.iadd(xs, [4])
    heapq.heapify(xs)
    heapq.heappush(xs, 0)
    a = heapq.heappop(xs)
    a = heapq.heapreplace(xs, 7)
    a = heapq.heappushpop(xs, 8)
    bisect.insort(xs, 2)
    bisect.insort(xs, 3, key=lambda v: v)
    random.seed(1)
    random.shuffle(xs)
    list.append(xs, 5)
    list.sort(xs)
    list.__init__(xs, [1, 2])
    xs.__init__([4])
    xs += (5,)
    xs *= 2
    xs[1:1] = [8]
    xs.__setitem__(0, 3)
    xs.__delitem__(0)
    del xs[::2]
    xs.reverse()
    ys = xs.copy()
    xs.clear()
    getattr(ys, "append")(6)
    setattr(ops, "attr", ys)
    ops.attr.append(7)
    map(ys.append, [1])
    list(map(ys.append, [1]))
    functools.reduce(lambda acc, v: acc.append(v) or acc, [1, 2], ys)
    any(ys.pop() is None for _ in range(2))
    b = 1
    return xs, ys


def dicts():
    d = {"a": 1}
    d |= {"b": 2}
    d.update(c=3)
    d.setdefault("l", []).append(1)
    d.pop("a")
    d.popitem()
    dict.update(d, z=1)
    dict.__setitem__(d, "y", 2)
    d.__ior__({"w": 1})
    keys, items = d.keys(), d.items()
    d["new"] = 1
    od = collections.OrderedDict(a=1, b=2)
    od.move_to_end("a")
    od.popitem(last=False)
    c = collections.Counter("aab")
    c.subtract("ab")
    c["q"] += 1
    c += collections.Counter("z")
    c.update("zz")
    cm = collections.ChainMap({}, d)
    cm["x"] = 1
    cm.maps[0]["y"] = 2
    child = cm.new_child()
    child["z"] = 3
    dd = collections.defaultdict(list)
    dd["k"].append(1)
    dd["m"]
    dd[1][:] = [5]
    ud = collections.UserDict(a=1)
    ud["b"] = [1]
    ud["b"].append(2)
    del ud["a"]
    s = {1}
    s |= {2}
    s.update([3])
    s -= {1}
    s ^= {9}
    s.add(4)
    s.discard(2)
    t = s
    t &= {4, 9}
    e = 1
    return d, od, c, cm, dd, ud, s, keys, items, child


def buffers():
    ba = bytearray(b"abcd")
    mv = memoryview(ba)
    mv[0] = 120
    mv[1:3] = b"zz"
    ba[3] = 1
    struct.pack_into("<H", ba, 0, 513)
    mv.release()
    ba += b"e"
    ba.extend(b"f")
    del ba[0]
    ar = array.array("i", [1, 2, 3])
    ar[0] = 9
    ar.append(4)
    m2 = memoryview(ar)
    m2[1] = 7
    m2.release()
    ar.extend([5])
    ar.byteswap()
    bio = io.BytesIO(b"xyz")
    bio.readinto(ba)
    bio.write(b"12")
    n = bio.getvalue()
    sio = io.StringIO()
    print("a", file=sio)
    n = 1
    return ba, ar, n


def queues():
    dq = collections.deque([1, 2, 3], maxlen=3)
    dq.rotate(1)
    dq.append(4)
    dq.appendleft(5)
    dq[0] = 6
    del dq[1]
    dq += [7]
    dq.extend([8, 9])
    dq.insert(0, 1) if len(dq) < 3 else None
    q = queue.Queue()
    q.put([1])
    q.put(2)
    x = q.get()
    x.append(3)
    pq = queue.PriorityQueue()
    pq.put((2, "a"))
    pq.put((1, "b"))
    y = pq.get()
    sq = queue.SimpleQueue()
    sq.put(1)
    z = 1
    return dq, x, y


def iters():
    src = iter([1, 2, 3, 4, 5, 6])
    a = next(src)
    b = list(itertools.islice(src, 2))
    c, d = itertools.tee(src)
    e = next(c)
    f = dict(zip("ab", c))
    cyc = itertools.cycle([1, 2])
    g = next(cyc), next(cyc)
    cnt = itertools.count()
    h = next(cnt)
    acc = [list(k) for _, k in itertools.groupby([1, 1, 2])]
    en = enumerate("xy")
    i = next(en)
    z = 1
    return a, b, e, f, g, h, acc, i


def partials():
    xs = []
    p = functools.partial(xs.append, 1)
    p()
    p.func(2)
    q = functools.partial(list.append, xs)
    q(3)
    m = operator.methodcaller("append", 4)
    m(xs)
    cp = copy.copy(xs)
    dp = copy.deepcopy([xs])
    dp[0].append(5)
    cached = functools.lru_cache(lambda k: xs)
    cached(1).append(6)
    cached(1).append(7)
    y = 1
    return xs, cp, dp


ops()
dicts()
buffers()
queues()
iters()
partials()
end = 1
