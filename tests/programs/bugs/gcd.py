def solve(a, b):
    if b == 0:
        return a
    return solve(a % b, b)  # fix: return solve(b, a % b)


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
