import sys
def median(xs):
    s = sorted(xs, key=str)  # fix: s = sorted(xs)
    n = len(s)
    mid = n // 2
    if n % 2:
        return s[mid]
    return (s[mid - 1] + s[mid]) / 2
def trimmed(xs):
    if len(xs) > 4:
        lo, hi = min(xs), max(xs)
        xs = [x for x in xs if x not in (lo, hi)]
    return xs
data = [int(x) for x in sys.argv[1].split(",")]
print(median(trimmed(data)))
