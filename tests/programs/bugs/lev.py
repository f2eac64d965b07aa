def dist(s, t):
    if s == "" or t == "":
        return len(s) or len(t)
    if s[0] == t[0]:
        return 1 + dist(s[1:], t[1:])  # fix: return dist(s[1:], t[1:])
    return 1 + min(dist(s, t[1:]), dist(s[1:], t[1:]), dist(s[1:], t))


def solve(s, t):
    return dist(s, t)


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
