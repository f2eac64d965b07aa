"""A tight loop over integers."""


def work(n):
    s = 0
    for i in range(n):
        s += i
    return s
