"""Calls of small functions: the worst case for a recorder of statements."""


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


fib(29)
