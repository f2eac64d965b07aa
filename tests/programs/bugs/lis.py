def solve(arr):
    ends = {}
    longest = 0
    for i, val in enumerate(arr):
        prefix = [j for j in range(1, longest + 1) if arr[ends[j]] < val]
        length = max(prefix) if prefix else 0
        if length == longest or val < arr[ends[length + 1]]:
            ends[length + 1] = i
            longest = length + 1  # fix: longest = max(longest, length + 1)
    return longest


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
