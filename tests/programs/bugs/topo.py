class Node:
    def __init__(self, name):
        self.name, self.incoming, self.outgoing = name, [], []


def order(nodes):
    ordered = [n for n in nodes if not n.incoming]
    for node in ordered:
        for nxt in node.outgoing:
            if set(ordered).issuperset(nxt.outgoing) and nxt not in ordered:  # fix: if set(ordered).issuperset(nxt.incoming) and nxt not in ordered:
                ordered.append(nxt)
    return ordered


def solve(names, edges):
    nodes = {name: Node(name) for name in names}
    for a, b in edges:
        nodes[a].outgoing.append(nodes[b])
        nodes[b].incoming.append(nodes[a])
    return [n.name for n in order(list(nodes.values()))]

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
