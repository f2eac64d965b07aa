def pick(a, b, k):
    if k == 0:
        return []  # fix: return [[]]
    out = []
    for i in range(a, b + 1 - k):
        out.extend([i] + rest for rest in pick(i + 1, b, k - 1))
    return out


def solve(a, b, k):
    return pick(a, b, k)

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
