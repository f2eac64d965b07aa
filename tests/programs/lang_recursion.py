"""Recursion to the limit, and recursion through methods, generators and comprehensions."""

import sys


def depth(n):
    try:
        return depth(n + 1)
    except RecursionError:
        return n


def tree(n):
    return [tree(i) for i in range(n)]


def walk(node):
    for child in node:
        yield len(child)
        yield from walk(child)


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


limit = sys.getrecursionlimit()
print(0.9 * limit < depth(0) < limit + 10)
print(tree(3), list(walk(tree(3))), ackermann(2, 3))
