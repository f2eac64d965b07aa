"""for and while with break, continue, else; loops in loops; loop targets of every kind."""


class Slot:
    value = None


def plain(items):
    total = 0
    for item in items:
        total += item
    return total, item


def leave(items, wanted):
    for i, item in enumerate(items):
        if item == wanted:
            break
    else:
        return "missing"
    return i


def skip(n):
    odd = []
    while n:
        n -= 1
        if n % 2 == 0:
            continue
        odd.append(n)
    else:
        odd.append("end")
    return odd


def targets():
    slot = Slot()
    cells = [0, 0]
    out = []
    for slot.value in "ab":
        out.append(slot.value)
    for cells[1] in range(3):
        pass
    for a, (b, *c) in [(1, (2, 3, 4)), (5, "xy")]:
        out.append((a, b, c))
    for _ in ():
        never = 1
    return out, cells, vars(slot)


def nested():
    found = []
    for y in range(4):
        for x in range(4):
            if x == y:
                continue
            if x * y == 6:
                break
            found.append((x, y))
        else:
            found.append(y)
    return found


def iterator_by_hand(values):
    it = iter(values)
    for first in it:
        second = next(it, None)
        yield first, second


def forever():
    n = 0
    while True:
        n += 1
        try:
            if n < 3:
                continue
            if n > 4:
                break
        finally:
            n += 10
    while 1:
        return n


print(plain([1, 2, 3]))
print(leave("abc", "c"), leave("abc", "z"))
print(skip(5))
print(targets())
print(nested())
print(list(iterator_by_hand("abcde")))
print(forever())
