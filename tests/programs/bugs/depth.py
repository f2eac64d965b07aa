def solve(tree):
    if tree is None:
        return 0
    left, right = tree
    return 1 + min(solve(left), solve(right))  # fix: return 1 + max(solve(left), solve(right))


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
