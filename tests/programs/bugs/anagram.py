def solve(one, other):
    if len(one) != len(other):
        return False
    letters = {}
    for c in one:
        letters[c] = letters.get(c, 0) + 1
    for c in other:
        if c not in letters:
            return False
        letters[c] -= 1
    return all(n >= -1 for n in letters.values())  # fix: return all(n == 0 for n in letters.values())


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
