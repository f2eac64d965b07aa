def solve(capacity, items):
    memo = {}
    for i in range(len(items) + 1):
        for j in range(capacity + 1):
            memo[i, j] = 0
    for i in range(1, len(items) + 1):
        weight, value = items[i - 1]
        for j in range(1, capacity + 1):
            memo[i, j] = memo[i - 1, j]
            if weight < j:  # fix: if weight <= j:
                memo[i, j] = max(memo[i, j], value + memo[i - 1, j - weight])
    return memo[len(items), capacity]


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
