"""Coroutines: await, async for, async with, gather, cancellation, asynchronous comprehensions."""

import asyncio


class Resource:
    def __init__(self, name, log):
        self.name, self.log = name, log

    async def __aenter__(self):
        await asyncio.sleep(0)
        self.log.append("open " + self.name)
        return self

    async def __aexit__(self, kind, value, trace):
        await asyncio.sleep(0)
        self.log.append("close " + self.name + (f" {kind.__name__}" if kind else ""))
        return kind is KeyError


class Ticker:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self.n:
            raise StopAsyncIteration
        self.n -= 1
        await asyncio.sleep(0)
        return self.n


async def agen(n):
    try:
        for i in range(n):
            got = yield i
            if got:
                yield got
    finally:
        await asyncio.sleep(0)


async def loops():
    out = []
    async for a in Ticker(3):
        if a == 1:
            continue
        out.append(a)
    else:
        out.append("else")
    async for b in agen(5):
        if b == 2:
            break
        out.append(b)
    return out


async def contexts():
    log = []
    async with Resource("a", log) as a, Resource("b", log):
        log.append(a.name)
    async with Resource("c", log):
        raise KeyError("swallowed")

    async def returns():
        async with Resource("d", log):
            return "value"

    return log, await returns(), log[-1]


async def comprehensions():
    squares = [x * x async for x in Ticker(3)]
    table = {x: y async for x in Ticker(2) for y in [await value(x)]}
    lazy = (x async for x in agen(3) if x != 1)
    awaited = [await value(i) for i in range(3)]
    return squares, table, [x async for x in lazy], awaited


async def value(x):
    await asyncio.sleep(0)
    return x


async def worker(name, n, log):
    for i in range(n):
        log.append(f"{name}{i}")
        await asyncio.sleep(0)
    return name


async def cancelled(log):
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        log.append("cancelled")
        raise
    finally:
        log.append("cleanup")


async def main():
    print(await loops())
    print(await contexts())
    print(await comprehensions())
    log = []
    print(await asyncio.gather(worker("a", 2, log), worker("b", 3, log)), log)
    task = asyncio.create_task(cancelled(log := []))
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        log.append("seen")
    print(log)
    g = agen(3)
    print(await g.asend(None), await g.asend("sent"), await g.__anext__())
    await g.aclose()


asyncio.run(main())
