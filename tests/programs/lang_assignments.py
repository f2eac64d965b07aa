"""Every form of assignment: chained, starred, nested, augmented, annotated, by attribute and item."""


class Box:
    pass


def scalars():
    a = b = c = 1
    d: int = a + b
    e: "never evaluated"
    a, b = b, c + d
    (a, (b, c)), *rest = (1, [2, 3]), 4, 5
    [x, *middle, y] = range(5)
    *head, tail = "xyz"
    return a, b, c, d, rest, x, middle, y, head, tail


def places():
    box = Box()
    box.value = box.other = [0, 0, 0]
    grid = [[0] * 3 for _ in range(2)]
    i, j = 1, 2
    grid[i][j] = 5
    grid[0][j - 1] = 6
    grid[i - 1][-1] = grid[i][j] + 1
    box.value[i + 1] = "last"
    box.value[:1] = ["first", "second"]
    table = {}
    table[i, j] = table["k"] = box.other
    i, table[i] = 7, "new index"
    box.value, box.value[0] = [9, 9], 8
    return vars(box), grid, table


def augmented():
    n = 1
    n += 2
    n **= 2
    xs = [1]
    alias = xs
    xs += [2, 3]
    xs *= 2
    box = Box()
    box.count = 0
    box.count += 5
    box.items = xs
    box.items += [4]
    table = {"a": [1], "b": 1}
    table["a"] += [2]
    table["b"] -= 3
    table["a"][0] += 10
    s = {1}
    s |= {2}
    return n, xs, alias is xs, vars(box), table, sorted(s)


print(scalars())
print(places())
print(augmented())
word: str = "module"
count = total = 0
count += len(word)
first, *others = word
print(word, count, total, first, others, sorted(__annotations__) if "__annotations__" in dir() else [])
