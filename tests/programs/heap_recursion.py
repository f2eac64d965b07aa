"""Recursion, to a limit."""

import sys


def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        return n


def fact(n):
    if n < 2:
        return 1
    rest = fact(n - 1)
    return n * rest


def hanoi(n, a, b, c, moves):
    if n:
        hanoi(n - 1, a, c, b, moves)
        c.append(a.pop())
        moves.append(len(c))
        hanoi(n - 1, b, a, c, moves)
    return moves


def permutations(xs):
    if len(xs) <= 1:
        return [xs]
    out = []
    for i, x in enumerate(xs):
        rest = xs[:i] + xs[i + 1 :]
        for p in permutations(rest):
            out.append([x] + p)
    return out


def memo(n, cache={0: 0, 1: 1}):
    if n not in cache:
        cache[n] = memo(n - 1) + memo(n - 2)
    return cache[n]


f = fact(20)
towers = [3, 2, 1], [], []
moves = hanoi(3, *towers, [])
ps = permutations([1, 2, 3])
m = memo(15)
old = sys.getrecursionlimit()
reached = depth(0)
print(f, towers, len(moves), ps, m, reached > 100, old)
