def solve(items, places):
    if not items:
        return items
    places = places % len(items)
    return items[places:] + items[:places]  # fix: return items[-places:] + items[:-places]


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
