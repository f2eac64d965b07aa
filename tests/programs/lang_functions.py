"""Parameters of every kind, defaults, annotations, nested functions, recursion, docstrings."""


def kinds(a, b=2, /, c=3, *args, d, e=5, **kwargs):
    """All kinds."""
    return a, b, c, args, d, e, kwargs


def defaults(item, seen=[]):
    seen.append(item)
    return seen


def annotated(x: int, *rest: "str", flag: bool = False) -> list:
    return [x, rest, flag]


def factorial(n):
    if n <= 1:
        return 1
    return n * factorial(n - 1)


def mutual(n):
    def even(n):
        return True if n == 0 else odd(n - 1)

    def odd(n):
        return False if n == 0 else even(n - 1)

    return even(n)


def only_doc():
    """Nothing else."""


def empty(): ...


def rebinds(x, y):
    x, y = y, x
    del y
    y = x
    return x, y


print(kinds(1, d=4), kinds(1, 20, 30, 40, d=4, z=9))
print(defaults(1), defaults(2))
print(annotated(1, "a", flag=True), sorted(annotated.__annotations__))
print(factorial(10), mutual(7))
print(only_doc.__doc__, only_doc(), empty(), kinds.__doc__)
print(rebinds(1, 2))
print(kinds.__code__.co_varnames[:7], kinds.__defaults__, kinds.__kwdefaults__)
