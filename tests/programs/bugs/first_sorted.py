def solve(arr, x):
    lo = 0
    hi = len(arr)
    steps = 0
    while lo <= hi:  # fix: while lo < hi:
        steps += 1
        if steps > 50:
            raise RuntimeError("endless")
        mid = (lo + hi) // 2
        if x == arr[mid] and (mid == 0 or x != arr[mid - 1]):
            return mid
        elif x <= arr[mid]:
            hi = mid
        else:
            lo = mid + 1
    return -1

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
