def solve(x, eps):
    guess = x / 2
    rounds = 0
    while abs(x - guess) > eps:  # fix: while abs(x - guess * guess) > eps:
        guess = 0.5 * (guess + x / guess)
        rounds += 1
        if rounds > 30:
            break
    return round(guess, 3)


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
