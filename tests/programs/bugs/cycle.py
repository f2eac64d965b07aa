def solve(links):
    nexts = dict(links)
    hare = tortoise = 1
    steps = 0
    while True:
        if hare is None or nexts.get(hare) is None:
            return False
        tortoise = nexts[tortoise]
        hare = nexts[hare]  # fix: hare = nexts[nexts[hare]]
        steps += 1
        if hare == tortoise and steps > 2:
            return True


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
