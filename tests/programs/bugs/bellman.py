def solve(source, edges):
    weight = {v: 10 ** 9 for edge in edges for v in edge}
    weight[source] = 0
    for i in range(len(weight) - 1):
        for (u, v), length in edges.items():
            edges[u, v] = min(weight[u] + length, weight[v])  # fix: weight[v] = min(weight[u] + length, weight[v])
    return sorted(weight.items())

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
