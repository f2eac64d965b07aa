"""Lists and dicts that grow and change item by item."""


def work(n):
    xs = []
    table = {}
    for i in range(n):
        xs.append(i)
        table[i & 1023] = i * 2
        xs[i >> 1] = i
    return len(xs), len(table)
