def solve(text):
    depth = 0
    for c in text:
        if c == "(":
            depth += 1
        else:
            depth -= 1
            if depth < 0:
                return False
    return True  # fix: return depth == 0


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
