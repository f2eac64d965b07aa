def solve(tree):
    result = []
    for item in tree:
        if isinstance(item, list):
            result.append(solve(item))  # fix: result.extend(solve(item))
        else:
            result.append(item)
    return result


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
