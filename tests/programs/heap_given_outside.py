"""What code that is not recorded does to what recorded code gave it: returned late, yielded, awaited, as arguments."""

import asyncio
import concurrent.futures
import queue
import threading
import types

lib = types.ModuleType("lib")
CODE = """
import asyncio
import threading
kept = []
def quiet(make):
    o = make()
    o.x = 77
def drive(steps):
    for o in steps:
        o.x = 77
def drive_back(steps, then):
    for o in steps:
        o.x = 78
        then(o.x)
async def wait_for(make):
    o = await make()
    o.x = 79
def grow(callback):
    rows = []
    for i in range(3):
        callback(rows)
        rows.append(i)
def many(make, look):
    for i in range(20):
        o = make(i)
        o.x = i
        look(i)
def pair(make):
    a, b = make()
    a.x = 77
    b.append(77)
def held(make):
    o = make()
    o.x += 1
def threaded(target, *args):
    t = threading.Thread(target=target, args=args)
    t.start()
    t.join()
def work(callback, done):
    rows = []
    for i in range(3):
        o = callback(rows)
        rows.append(i)
        o.x = i
    done()
def deep(make):
    o = make()
    o.child.x = 5
    o.rows[0].append(3)
def loop(inbox, outbox, handle):
    while True:
        item = inbox.get()
        if item is None:
            return
        o = handle(item)
        o.x = item
        outbox.put(1)
def suspended(make):
    o = make()
    yield 1
    o.x = 6
    yield 2
def advance(make, look):
    steps = suspended(make)
    next(steps)
    look()
    next(steps)
    look()
async def sleeps(make, look):
    o = make()
    await asyncio.sleep(0)
    o.x = 7
    look()
def run(f, *args):
    asyncio.run(f(*args))
def wrapped(f):
    def inner(*args):
        o = f(*args)
        o.x = 99
        return o
    return inner
"""
exec(compile(CODE, "/nowhere/lib.py", "exec"), lib.__dict__)


class Thing:
    def __init__(self):
        self.x = 0
        self.child = None
        self.rows = []


def make():
    thing = Thing()
    known.append(thing)
    return thing


def late():
    try:
        return make()
    finally:
        seen = known[-1]


def steps():
    for i in range(3):
        yield make()
        seen = known[-1]


def outer():
    yield from steps()
    seen = known[-1]


def then(x):
    seen = known[-1]
    return seen.x


async def amake():
    await asyncio.sleep(0)
    return make()


async def amain():
    await lib.wait_for(amake)
    seen = known[-1]
    await lib.wait_for(amake)
    return known[-1]


def numbered(i):
    return make()


def look(i):
    seen = known[-1]
    return None


def take(rows):
    seen = len(rows)
    known.append(rows)
    return None


def take_thing(rows):
    seen = len(rows)
    known.append(rows)
    return make()


def made_deep():
    thing = make()
    thing.child = make()
    thing.rows.append([1])
    known.append(thing)
    return thing


def made_pair():
    thing, rows = make(), [1]
    known.append(rows)
    return thing, rows


def first():
    return known[0]


@lib.wrapped
def wrapped(n):
    return made_deep()


def handle(item):
    seen = len(known)
    return make()


def done():
    seen = known[-1]


def loops():
    inbox, outbox = queue.Queue(), queue.Queue()
    t = threading.Thread(target=lib.loop, args=(inbox, outbox, handle))
    t.start()
    for i in range(4):
        inbox.put(i)
        outbox.get()
        seen = known[-1]
    inbox.put(None)
    t.join()
    return seen


def run():
    lib.quiet(late)
    seen = known[-1]
    lib.drive(steps())
    seen = known[-1]
    lib.drive(outer())
    seen = known[-1]
    lib.drive_back(outer(), then)
    seen = known[-1]
    lib.drive(make() for _ in range(3))
    seen = known[-1]
    lib.drive_back((make() for _ in range(3)), lambda x: then(x))
    seen = known[-1]
    lib.drive([make(), make()])
    seen = known[-1]
    lib.drive([make() for _ in range(3)])
    seen = known[-1]
    lib.drive(map(numbered, range(3)))
    seen = known[-1]
    lib.quiet(lambda: make())
    seen = known[-1]
    lib.grow(take)
    seen = known[-1]
    lib.deep(made_deep)
    seen = known[-1]
    lib.pair(made_pair)
    seen = known[-2:]
    lib.held(first)
    seen = known[0]
    w = wrapped(3)
    seen = known[-1]
    wrapped(4)
    seen = [known[-1], wrapped(5), w]
    return seen


def threads():
    lib.threaded(lib.work, take_thing, done)
    seen = known[-1]
    lib.threaded(lib.quiet, make)
    seen = known[-1]
    lib.threaded(lib.pair, made_pair)
    seen = known[-2:]
    lib.threaded(lib.advance, make, done)
    seen = known[-1]
    lib.threaded(lib.run, lib.sleeps, make, done)
    seen = known[-1]
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(lib.quiet, make).result()
        seen = known[-1]
        made = pool.submit(wrapped, 6).result()
        seen = made.x
    return seen


known = []
run()
known.clear()
asyncio.run(amain())
seen = known[-1]
threads()
loops()
known.clear()
lib.many(numbered, look)
seen = known[-1]
end = True
