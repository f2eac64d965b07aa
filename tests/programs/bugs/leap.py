def leap(year):
    if year % 100 == 0:
        return year % 400 != 0  # fix: return year % 400 == 0
    return year % 4 == 0
def solve(first, last):
    found = []
    for year in range(first, last):
        if leap(year):
            found.append(year)
    return found


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
