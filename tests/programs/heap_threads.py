"""Threads that change shared objects, in an order fixed by locks."""

import queue
import threading


class Account:
    def __init__(self):
        self.balance = 0
        self.log = []
        self.lock = threading.Lock()

    def add(self, who, amount):
        with self.lock:
            before = self.balance
            self.balance = before + amount
            self.log.append((who, amount))


def worker(account, turn, following, who):
    for n in range(3):
        turn.wait()
        turn.clear()
        account.add(who, n)
        following.set()


def consume(q, out):
    while True:
        item = q.get()
        if item is None:
            break
        out.append(item * 2)
        q.task_done()


local = threading.local()


def with_local(value, results):
    local.value = value
    results.append(local.value)


account = Account()
first, second = threading.Event(), threading.Event()
one = threading.Thread(target=worker, args=(account, first, second, "one"), name="one")
two = threading.Thread(target=worker, args=(account, second, first, "two"), name="two")
one.start()
two.start()
first.set()
two.join()
one.join()
total = account.balance
q = queue.Queue()
out = []
consumer = threading.Thread(target=consume, args=(q, out), name="consumer")
consumer.start()
for n in range(4):
    q.put(n)
q.join()
q.put(None)
consumer.join()
results = []
for n in range(3):
    t = threading.Thread(target=with_local, args=(n, results), name=f"local {n}")
    t.start()
    t.join()
print(total, account.log, out, results)
