"""Receivers, targets and arguments that are reached through properties, which recorded code computes."""


class Node:
    def __init__(self, name):
        self.name = name
        self.items = []
        self.inner = {"deep": [name]}
        self.next = None


TABLE = {name: Node(name) for name in "abc"}


class View:
    def __init__(self, key):
        self.key = key

    @property
    def node(self):
        return TABLE[self.key]

    @property
    def rows(self):
        return self.node.items

    def __getattr__(self, name):
        if name == "other":
            return TABLE["c"]
        raise AttributeError(name)

    def fill(self):
        self.node.items.append(1)
        self.node.inner["deep"].append(2)
        self.rows.append(3)
        self.rows[0] = "first"
        self.node.items += [4]
        self.node.next = TABLE["b"]
        self.node.next.items.extend([5, 6])
        self.node.next.name += "!"
        self.other.items.append(self.rows.pop())
        self.other.inner.setdefault("more", []).append(7)
        self.other.inner["deep"][0] = self.node.next
        del self.node.inner["deep"][0]
        for n in range(3):
            self.node.items.append(n)
        return self


class Lookup:
    def __getitem__(self, key):
        return TABLE[key]

    def __call__(self, key):
        return TABLE[key]


a = TABLE["a"]
view = View("a").fill()
look = Lookup()
look["b"].items.append("item")
look["b"].inner["deep"].append("item")
look("c").inner["deep"].append("called")
look("c").next = look["a"]
look("c").next.items.clear()
view.node.inner.update(x=[1])
view.node.inner["x"] += [2]
view.key = "b"
view.node.items.sort(key=str)
print(a.items, view.rows, TABLE["c"].inner["deep"][1:])
