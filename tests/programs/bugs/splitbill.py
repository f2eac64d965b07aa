import sys
def split(total, n):
    share = total // n
    rest = total % n
    shares = [share] * n
    for i in range(rest - 1):  # fix: for i in range(rest):
        shares[i] += 1
    return shares
def check(total, shares):
    return sum(shares) == total
t, n = map(int, sys.argv[1].split("/"))
s = split(t, n)
print(s, check(t, s))
