def solve(arr):
    if arr:
        first, *rest = arr
        subsets = solve(rest)
        return [[first] + subset for subset in subsets]  # fix: return subsets + [[first] + subset for subset in subsets]
    return [[]]


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
