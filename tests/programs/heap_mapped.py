"""What builtins call back: functions of a library that change what map, filter, sorted and the like give them."""
import collections, functools, operator, heapq
a, b = [3, 1, 2], [9, 8, 7]
x = list(map(heapq.heapify, [a, b]))
rows = [a, b]
x = list(map(operator.methodcaller("sort"), rows))
x = list(map(list.pop, rows))
x = any(map(list.reverse, rows))
x = sorted(rows, key=list.pop)
x = max(rows, key=operator.methodcaller("append", 4))if 0 else 0
x = [*map(functools.partial(list.append, a), [5])]
x = set(map(operator.methodcaller("append", 4), rows))
x = len([1 for _ in map(list.clear, rows)])
x = list(filter(list.sort, rows))
a, b = [1, 2, 3, 4, 5], [5, 6, 7, 8, 9, 10]
rows = [a, b]
a.sort(); b.sort()
def f(rows, fn):
    x = list(map(fn, rows))
    x = tuple(filter(fn, rows))
    x = sorted(rows, key=fn)
    x = min(rows, key=fn)
    for y in map(fn, rows): pass
    x = sum(map(bool, map(fn, rows)))
    x = dict(zip("ab", map(fn, rows)))
    x = list(zip(map(fn, rows)))
    x, y = map(fn, rows)
    x = [*map(fn, rows)]
    x = functools.reduce(operator.iadd, rows)
    for y in iter(rows[0].pop, 9): break
    x = list(iter(functools.partial(rows[1].pop), None))if 0 else 0
    z = iter(rows[1].pop, None); next(z)
    return x
f([[3, 2, 5, 6, 7, 8, 9, 3, 2, 4, 5, 6, 7, 8, 9, 1], [4, 1, 9, 5, 6, 7, 8, 9, 3, 2, 4, 5, 6, 7, 8, 9, 1, 1]], list.pop)
f([[3, 2, 5, 6, 7, 8, 9, 3, 2, 4, 5, 6, 7, 8, 9, 1], [4, 1, 9, 5, 6, 7, 8, 9, 3, 2, 4, 5, 6, 7, 8, 9, 1, 1]], operator.methodcaller("pop", 0))
c = {"k": 1}
def f(e):
    list(map(functools.partial(operator.setitem, c, 0), ["", c]))
    return e
f(1)
def g(e):
    try:
        try:
            list(map(functools.partial(operator.setitem, c, 1), ["", c]))
        except Exception:
            x = 1
        return e
    finally:
        e = 2
g(1)
d = {}
list(map(functools.partial(operator.setitem, d, 1), ["", (c or e)]))
def h(e):
    list(map(functools.partial(operator.setitem, d, 2), ["", (c or e)]))
    return e
h(1)
x = [1]
y = max([3, 4], default=0, key=functools.partial(operator.setitem, x)) if 0 else 0
y = list(map(functools.partial(operator.setitem, x), [0, 0], [3, 4]))
m = map(x.append, [1])
n = list(m)
m = map(functools.partial(x.append), [1])
n = (len(list(m)), 1)
k = c and list(map(functools.partial(operator.setitem, x, 0), [7]))
def q(z, flag):
    k = flag and list(map(functools.partial(operator.setitem, z, 0), [7]))
    k = list(map(z.append, [7])) if flag else 0
    k = flag and functools.partial(z.append, 1)()
    k = flag and max([z], key=lambda v: v.append(1) or 1)
    k = flag and list(filter(functools.partial(operator.setitem, z, 0), [z, 1]))
    k = [v for v in map(functools.partial(operator.setitem, z, 0), [8, 9])]
    k = [functools.reduce(operator.iadd, [[1], [2]], z) for _ in "ab"]
    k = lambda: functools.reduce(operator.iadd, [[1], [2]], z)
    k()
    k = f"{operator.iadd(z, [1])}"
    k = -len(operator.iadd(z, [1]))
    k = len(operator.iadd(z, [1])) + 1
    k = not operator.iadd(z, [1])
    k = operator.iadd(z, [1]) == 1
    k = z[len(operator.iadd(z, [1])) - 1]
    return k
q([1], True)


h = collections.OrderedDict(k=1, m=[2])
def nested():
    u = 0
    try:
        try:
            list(map(functools.partial(operator.setitem, h, 0), ["text", 5]))
        except Exception:
            caught = 1
        raise ValueError([1])
    except ValueError as ve:
        pass
    finally:
        done = True
nested()
try:
    del h; h = collections.OrderedDict(k=1, m=[2])
except Exception: pass
try:
    try:
        list(map(functools.partial(operator.setitem, h, 0), ["text", 5]))
    except Exception:
        caught = 1
    x = 1
    raise ValueError([1])
except ValueError as ve:
    pass
try:
    list(map(functools.partial(operator.setitem, h, 1), ["text", 5]))
except Exception:
    caught = 1
list(map(functools.partial(operator.setitem, h, 2), ["text", 5]))
end = 1
