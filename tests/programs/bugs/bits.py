def solve(number):
    count = 0
    while number:
        number ^= number - 1  # fix: number &= number - 1
        count += 1
        if count > 64:
            return -1
    return count


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
