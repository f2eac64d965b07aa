def merge(left, right):
    result = []
    i = 0
    j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            result.append(left[i])
            i += 1
        else:
            result.append(right[j])
            j += 1
    result.extend(left[i:] or right[i:])  # fix: result.extend(left[i:] or right[j:])
    return result


def sort(arr):
    if len(arr) <= 1:
        return arr
    middle = len(arr) // 2
    return merge(sort(arr[:middle]), sort(arr[middle:]))


def solve(arr):
    return sort(arr)


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
