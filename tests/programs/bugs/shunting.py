def solve(tokens):
    rank = {"+": 1, "-": 1, "*": 2, "/": 2}
    out = []
    ops = []
    for token in tokens:
        if isinstance(token, int):
            out.append(token)
        else:
            while ops and rank[token] < rank[ops[-1]]:  # fix: while ops and rank[token] <= rank[ops[-1]]:
                out.append(ops.pop())
            ops.append(token)
    while ops:
        out.append(ops.pop())
    return out


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
