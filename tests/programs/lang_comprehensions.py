"""Comprehensions: nested, filtered, in class bodies, shadowing, with closures and side effects."""


def many(rows):
    flat = [x for row in rows for x in row if x % 2 if x > 1]
    table = {key: value for key, value in zip("abc", flat)}
    unique = {len(str(x)) for row in rows for x in row}
    nested = [[y * x for y in range(x)] for x in range(4)]
    pairs = [(a, b) for a, *b in ["xyz", "pq"]]
    return flat, table, sorted(unique), nested, pairs


def shadow(x):
    inner = [x for x in range(x)]
    return x, inner, [x for x in [x, x]]


def closures():
    fs = [lambda: i for i in range(3)]
    return [f() for f in fs]


def effects():
    log = []
    made = [log.append(i) or len(log) for i in range(3)]
    deep = [[log.append((i, j)) for j in range(2)] for i in range(2)]
    groups = {k: [] for k in "ab"}
    [groups[k].append(i) for i, k in enumerate("aba")]
    return log, made, deep, groups


class Body:
    base = 3
    values = [i for i in range(base)]
    table = {i: j for i in range(2) for j in range(2)}
    text = ",".join(str(i) for i in values)


def broken():
    try:
        return [1 // x for x in (1, 0)]
    except ZeroDivisionError as e:
        return str(e)


print(many([[1, 2, 3], [4, 5], [7, 11]]))
print(shadow(3), closures(), effects())
print(Body.values, Body.table, Body.text, sorted(k for k in vars(Body) if k[0] != "_"))
print(broken(), [i for i in range(3)], [[i, j] for i in "ab" for j in "cd"][-1])
print({**{str(i): i for i in range(2)}, "z": [*[j for j in range(2)], *(k for k in "x")]})
