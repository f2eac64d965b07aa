"""Threads with locks, queues and their own stacks; the order is made the same each time."""

import queue
import threading

results = []
lock = threading.Lock()
tasks = queue.Queue()


def worker(name):
    while (item := tasks.get()) is not None:
        with lock:
            results.append((item, item * item))
    with lock:
        results.append((99, name))


threads = [threading.Thread(target=worker, args=(str(i),)) for i in range(3)]
for t in threads:
    t.start()
for n in range(10):
    tasks.put(n)
for t in threads:
    tasks.put(None)
for t in threads:
    t.join()
print(sorted(results))
