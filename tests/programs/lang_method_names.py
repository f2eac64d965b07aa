"""Methods that are named as those of the builtin containers, of classes that are not recorded, and change what they get."""

LIBRARY = {}
exec(
    """
class Store:
    def add(self, row):
        row.append(len(row))
        return len(row)

    get = update = add
""",
    LIBRARY,
)
stores = [LIBRARY["Store"](), LIBRARY["Store"]()]
shared = [0]


def store(number):
    return stores[number]


def by_item(number):
    found = stores[number].add(shared)
    found += store(number).get(shared)
    stores[number].update(shared)
    return found


def in_comprehensions():
    row = [1]
    counts = [each.add(row) for each in stores]
    each = stores[0]
    counts += [each.add(row) for _ in range(2)]
    return counts


print(by_item(0), by_item(1))
print(in_comprehensions(), shared)
