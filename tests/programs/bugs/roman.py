VALUES = [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
def solve(number):
    text = ""
    for value, sign in VALUES:
        if number >= value:  # fix: while number >= value:
            text += sign
            number -= value
    return text


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
