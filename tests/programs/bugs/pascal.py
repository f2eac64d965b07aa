def solve(n):
    rows = [[1]]
    for r in range(1, n):
        row = []
        for c in range(r + 1):
            up = rows[r - 1][c - 1] if c > 0 else 0
            right = rows[r - 1][c] if c < r else 1  # fix: right = rows[r - 1][c] if c < r else 0
            row.append(up + right)
        rows.append(row)
    return rows


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
