"""Arguments that are made for a call of unknown code alone, and names in them that may have no value."""
import operator, functools
def each(vs): 
    for v in vs: v.append(1)
lib = functools.partial(functools.reduce, lambda a, v: operator.iadd(v, [1]) and a)
ext = {}
exec("def touch(vs):\n    for v in (vs.values() if hasattr(vs, 'values') else vs):\n        v.append(1) if hasattr(v, 'append') else touch(v) if hasattr(v, '__iter__') else None\n", ext)
touch = ext["touch"]
class T: pass
def f(flag, xs, ys):
    flag and touch([xs, ys])
    flag and touch((xs, ys))
    flag and touch({"a": xs})
    flag and touch([[xs], [ys]])
    flag and touch(((xs,), ys))
    z = 0
    if flag and touch([xs]) is None: z = 1
    while flag and touch((ys,)): pass
    z = [touch([v]) for v in (xs, ys)]
    z = [touch((v,)) for v in (xs, ys)]
    z = [touch({1: v}) for v in (xs, ys)]
    xs = touch([xs, ys]) or xs
    xs = touch((xs, ys)) or xs
    (lambda v: touch([v]))(xs)
    (lambda v: touch((v,)))(xs)
    z = flag and touch(list([xs, ys]))
    z = flag and touch(list((xs, ys)))
    z = flag and touch(iter([xs, ys]))
    z = flag and touch(map(list, [[[1]]]))
    z = flag and touch(v for v in (xs, ys))
    z = flag and touch(zip([xs], [ys]))
    z = flag and touch([xs] + [ys])
    z = flag and touch({**{"k": xs}})
    z = flag and touch([*[xs]])
    z = flag and operator.setitem(xs, 0, 9)
    t = T(); t.a = [xs]
    z = flag and touch(t.a)
    z = flag and touch(t.a[0:1])
    z = flag and touch(vars(t).values())
    z = flag and touch(vars(t)["a"])
    z = flag and functools.partial(operator.setitem, xs, 0, 8)()
    z = flag and functools.partial(touch, [ys])()
    z = flag and functools.reduce(operator.iadd, [xs, [1], [2]])
    return z
f(1, [1], [2])
def g(xs):
    yield touch([xs])
    yield touch((xs,))
list(g([1]))
async def h(xs):
    async def inner(v):
        touch([v])
        return touch((v,))
    await inner(xs)
    return xs
import asyncio
asyncio.run(h([1]))
c = [1]
def t(f, *a):
    try: r = f(*a)
    except Exception as e: print(type(e).__name__, e)
    else: print("fine", r)
def f1(): return operator.contains([1], c or undefined_name)
def f2():
    if not c: late = 1
    return operator.contains([1], c or late)
def f3(x):
    if x: y = 1
    z = operator.contains([1], x and y)
    return z
def f4(x):
    if x: y = 1
    z = operator.contains([1], y if x else 2)
    z = c.count(y if x else 2)
    c.append(y if x else 2)
    c[0] = y if x else 2
    z = operator.contains([1], [y for _ in range(x)])
    z = operator.contains([1], 1 < 0 < y)
    z = sorted([3], key=operator.methodcaller("bit_length") if not x else y)
    operator.contains([c], c == 1 or y) if x else 0
    z = operator.contains([1], (lambda: y) and 1)
    z = operator.contains([1], {1: y} if x else f"{x}")
    z = operator.contains([1], x and (y, 1))
    z = operator.contains([1], x and f"{y}")
    z = operator.contains([1], x and y.real)
    z = operator.contains([1], x and [y][0])
    z = operator.contains([1], *(x and [y] or [2]))
    z = dict(a=1, **({"k": y} if x else {}))
    z = operator.call(dict, **({"k": y} if x else {}))
    return z
for f, a in [(f1, ()), (f2, ()), (f3, (0,)), (f4, (0,))]: t(f, *a)
