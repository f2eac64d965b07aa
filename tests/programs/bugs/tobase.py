def solve(num, base):
    digits = "0123456789ABCDEF"
    result = ""
    while num > 0:
        i = num % base
        num = num // base
        result = result + digits[i]  # fix: result = digits[i] + result
    return result


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
