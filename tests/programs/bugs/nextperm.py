def solve(perm):
    for i in range(len(perm) - 2, -1, -1):
        if perm[i] < perm[i + 1]:
            for j in range(len(perm) - 1, i, -1):
                if perm[j] < perm[i]:  # fix: if perm[j] > perm[i]:
                    out = list(perm)
                    out[i], out[j] = perm[j], perm[i]
                    out[i + 1 :] = reversed(out[i + 1 :])
                    return out
    return None


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
