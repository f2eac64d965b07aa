"""Containers that a pool or a timer changes in a thread of its own."""

# oracle: ignore _ident _native_id
import bisect
import concurrent.futures as cf
import heapq
import random
import threading
import time

items = [3, 1, 2]
data = {"x": [4, 2, 9], "y": []}
shuffle = random.Random(1).shuffle
n = 0
with cf.ThreadPoolExecutor(1) as pool:
    pool.submit(shuffle, items).result()
    n = 1
    pool.submit(bisect.insort, items, 0).result()
    n = 2
    pool.submit(heapq.heapify, data["x"]).result()
    n = 3
    pool.submit(time.sleep, 0.05), pool.submit(random.Random(2).shuffle, data["x"]).result()
    n = 4
    (
        pool.submit(time.sleep, 0.05),
        pool.submit(bisect.insort, data["y"], 0),
        pool.submit(len, ()).result(),
    )
    n = 5
n = 7
timer = threading.Timer(0.02, random.Random(3).shuffle, [items])
timer.start(), timer.join()
n = 9


class Job:
    def __init__(self):
        self.rows = [[2, 1], [1, 0]]

    def go(self, pool):
        cf.wait([pool.submit(random.Random(4).shuffle, row) for row in self.rows])
        n = 1
        list(pool.map(random.Random(4).shuffle, self.rows))
        n = 2
        return self.rows


with cf.ThreadPoolExecutor(1) as pool:
    Job().go(pool)


class Worker(threading.Thread):
    def __init__(self, out):
        super().__init__(name="worker")
        self.out = out
        self.count = 0

    def run(self):
        started = self._started
        for item in range(2):
            self.out.append(item)
            self.count += 1


worker = Worker(items)
worker.start(), worker.join()
n = worker.count
