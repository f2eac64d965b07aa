"""A tight loop over integers."""


def total(n):
    s = 0
    for i in range(n):
        s += i
    return s


total(3_000_000)
