"""Generator expressions whose element changes what others see, advanced one value at a time."""

xs = [1, 2, 3]
lazy = (xs.append(v) or v for v in list(xs)[:2])
l1 = next(lazy)
gen_sum = sum(x for x in xs if isinstance(x, int))
end = 1
def f():
    ys = [1, 2]
    g = (ys.append(v) or v for v in list(ys))
    for a in g:
        b = a
    h = (ys.append(v) or v for v in list(ys))
    c = next(h)
    d = 1
    m = [next(h), next(h)]
    e = 1
    k = list(h)
    n = 1
    return len(ys)
print(f())
def gen(zs):
    for z in list(zs):
        yield zs.append(z) or z
zs = [1, 2]
w = gen(zs)
p = next(w)
q = 1
r = sum(w)
s = 1
