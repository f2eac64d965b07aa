"""Lambdas: defaults, closures, recursion, generators, as keys and callbacks."""

square = lambda x: x * x
identity = lambda x: x
nothing = lambda: None
variadic = lambda *args, k=1, **kw: (args, k, kw)
pairs = sorted([(2, "b"), (1, "c"), (2, "a")], key=lambda p: (p[0], p[1]))
fact = lambda n: 1 if n < 2 else n * fact(n - 1)
gen = lambda: (yield 5)
nested = lambda a: lambda b: a + b
bag = []
push = lambda v: bag.append(v) or len(bag)


class Holder:
    method = lambda self, n: (self, n)[1]


print(square(3), identity("i"), nothing(), variadic(1, 2, z=3), pairs, fact(6))
print(list(gen()), nested(1)(2), push("a"), push("b"), bag, Holder().method(7))
print(list(map(lambda x, y: x + y, [1, 2], [3, 4])), max([3, 1, 2], key=lambda v: -v))
