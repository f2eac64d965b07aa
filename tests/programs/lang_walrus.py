"""Assignment expressions in every place where they bind."""


def conditions(data):
    if (n := len(data)) > 2:
        print("long", n)
    while (item := data.pop()) != "stop":
        print("item", item, len(data))
    return n, item


def comprehension(values):
    found = [y for x in values if (y := x * x) > 4]
    pairs = {x: (last := x) for x in values}
    total = sum((acc := x) for x in values)
    any((hit := x) == 2 for x in values)
    return found, y, pairs, last, total, acc, hit


def short(flag):
    if flag and (maybe := [flag]):
        maybe.append("set")
        return maybe
    return (outer := 1) + (inner := outer + 1) + inner


def nested():
    f = lambda x: (y := x + 1) * y
    return f(2), [(z := i, [(w := j) for j in range(i)]) for i in range(3)], z, w


print(conditions(["a", "stop", "b", "c"]))
print(comprehension([1, 2, 3]))
print(short(0), short("yes"))
print(nested())
print((top := 3) + top, [spill := i for i in range(3)], spill)
