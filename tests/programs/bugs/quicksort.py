def solve(items):
    if not items:
        return []
    pivot = items[0]
    lesser = solve([x for x in items[1:] if x < pivot])
    greater = solve([x for x in items[1:] if x > pivot])  # fix: greater = solve([x for x in items[1:] if x >= pivot])
    return lesser + [pivot] + greater


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
