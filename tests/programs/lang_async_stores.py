"""Stores right before statements that wait: the next turn of `async for`, and `async with`."""

import asyncio
import contextlib


class Total:
    def __init__(self):
        self.sum = 0
        self.last = None


async def ticks(n):
    for x in range(n):
        await asyncio.sleep(0)
        yield x


@contextlib.asynccontextmanager
async def lock(log):
    await asyncio.sleep(0)
    log["held"] = log.get("held", 0) + 1
    yield log
    log[len(log)] = "free"


class Door:
    async def __aenter__(self):
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *error):
        await asyncio.sleep(0)


counts = {}
total = Total()


async def count(words):
    async for x in ticks(3):
        counts[len(counts)] = x
    async for x in ticks(2):
        words[x].append(x)
    async for x in ticks(2):
        total.sum += x
        counts[x] += 1
    else:
        total.last = words
    async for words[0][0] in ticks(2):
        del counts[len(counts) - 1]
    return words


async def doors(log):
    log["a"] = [1]
    async with Door() as log["door"]:
        log["a"][0] = 2
        async with Door():
            log["b"] = 3
    log["c"] = 4
    async with lock(log) as log["lock"]:
        total.last = log["a"]
    async for x in ticks(2):
        try:
            log[x] = [x]
        finally:
            log[x][0] += 1
    async for x in ticks(3):
        if x:
            log["c"] += x
            continue
        total.sum = x
    return log


async def main():
    both = await asyncio.gather(count([[], []]), doors({}))
    counts.update({n: n async for n in ticks(2)})
    async for x in ticks(2):
        await asyncio.sleep(0)
        counts[x] = [y async for y in ticks(x)]
    return both


print(asyncio.run(main())[0])
print(counts, total.sum, total.last)
