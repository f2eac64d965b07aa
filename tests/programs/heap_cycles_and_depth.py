"""Cycles, deep nesting, big containers."""


class Node:
    def __init__(self, name, parent=None):
        self.name = name
        self.parent = parent
        self.children = []
        if parent is not None:
            parent.children.append(self)


def nest(depth):
    top = current = []
    for level in range(depth):
        inner = [level]
        current.append(inner)
        current = inner
    return top


a = []
a.append(a)
b = {"self": None}
b["self"] = b
c = [a, b]
a.append(c)
root = Node("root")
for n in range(3):
    child = Node(f"child {n}", root)
    Node(f"grandchild {n}", child)
root.children[1].children[0].name = "renamed"
root.parent = root.children[2]
deep = nest(40)
deep[0].append("outer end")
big = list(range(3000))
big.append("last")
big[0] = "first"
big[2500] = "far"
table = {n: str(n) for n in range(2000)}
table[1999] = "changed"
table["new"] = True
many = set(range(1000))
many.add(-1)
text = "x" * 5000
data = b"y" * 5000
linked = None
for n in range(30):
    linked = (n, linked)
shared = [1]
grid = [[shared for _ in range(3)] for _ in range(3)]
shared.append(2)
grid[2][2] = None
a.clear()
print(len(deep), len(big), len(table), len(many), len(text), len(data), len(grid))
