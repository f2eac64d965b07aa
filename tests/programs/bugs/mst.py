def tree(weights):
    group = {}
    found = set()
    for edge in sorted(weights, key=weights.get):
        u, v = edge
        if group.setdefault(u, {u}) != group.setdefault(v, {v}):
            found.add(edge)
            group[u].update(group[v])
            for node in group[v]:
                group[node].update(group[u])  # fix: group[node] = group[u]
    return sorted(found)


def solve(weights):
    return tree(weights)

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
