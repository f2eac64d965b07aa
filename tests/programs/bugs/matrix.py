import sys
def det(m):
    n = len(m)
    if n == 1:
        return m[0][0]
    total = 0
    for j in range(n):
        minor = [row[:j] + row[j + 1:] for row in m[1:]]
        sign = 1 if j == 0 else -1  # fix: sign = 1 if j % 2 == 0 else -1
        total += sign * m[0][j] * det(minor)
    return total
m = [list(map(int, r.split(","))) for r in sys.argv[1].split("/")]
print(det(m))
