"""What recorded code gives to code that is not recorded, and what is gone when recorded code runs again."""

import asyncio
import contextvars
import functools


class Row:
    def __init__(self, n):
        self.cells = [n]


async def results(rows):
    await asyncio.sleep(0)
    return rows, [row * 2 for row in rows], {"rows": [row + 1 for row in rows]}


def pair(n):
    return [n] * 40, (Row(n), {n: [n]})


def given(*rows, **named):
    return len(rows) + len(named)


def size(call, *given):
    return len(call(*given))


print(asyncio.run(results([1, 2, 3])))
print(functools.reduce(lambda a, b: (a[0] + [b], [b]), [1, 2, 3], ([], [])))
print(contextvars.copy_context().run(pair, 3)[0])
print(size(functools.partial(pair, 4)), len(list(map(pair, [5, 6]))))
print(max((pair(n) for n in range(3)), key=lambda made: made[0])[0])
print(functools.partial(given, [7], {8: [8]})(*pair(9), also=pair(10)))
again = [row for row in range(3)]
print(sum(len(cells) for cells, _ in map(pair, again)))
