"""Lambdas that capture a comprehension's variable, and are called before it is bound again."""

print([(lambda: i * 2)() for i in range(3)])
print([(lambda: i * j)() for i in range(2) for j in range(2)])
print({i: (lambda n: [n, i])(i + 1) for i in range(3)})


def function(rows):
    found = [(lambda: row * 2)() for row in rows]
    found += [(lambda: (lambda: row + 1)())() for row in rows]
    found += [sum(row * n for n in range(3)) for row in rows]
    return found, {(lambda: row[0])() for row in [[1], [2, 3]]}


def called(f):
    value = f()
    return value


def passed(rows):
    key = [sorted(rows, key=lambda n: n * sign) for sign in (1, -1)]
    both = [[called(lambda: a + b) for a in rows] for b in rows]
    return key, both


class Body:
    table = [(lambda: called(lambda: n * n))() for n in range(3)]
    names = {n: (lambda m: (m, n))(str(n)) for n in range(2)}


print(function([1, 2, 3]))
print(passed([4, 5]))
print(Body.table, Body.names)
