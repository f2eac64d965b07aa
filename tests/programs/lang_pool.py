"""Comprehensions that wait for the recorded functions of a pool's one thread."""

from concurrent.futures import ThreadPoolExecutor

seen = []


def work(n):
    seen.append(n)
    return [n]


def gathered(pool):
    values = [pool.submit(work, n).result() for n in range(3)]
    pairs = {n: pool.submit(work, n).result() for n in "ab"}
    values[0].append([pool.submit(work, n).result() for n in (5, 6)])
    return values, pairs


def together(pool):
    later = [pool.submit(work, n) for n in range(4)]
    values = [[x for x in future.result()] for future in later]
    kept = list(pool.submit(work, n).result() for n in values[1])
    return values, kept


with ThreadPoolExecutor(1) as pool:
    found = gathered(pool)
    more = together(pool)
    last = [pool.submit(work, n).result() for n in (7, 8)]
end = True
