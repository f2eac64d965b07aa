"""Receivers and targets whose path a call in the same statement rebinds."""


class Element:
    def __init__(self, tag, parent=None):
        self.tag = tag
        self.parent = parent
        self.children = []
        self.size = 0
        self.by = {}


class Builder:
    def __init__(self):
        self.node = self.root = Element("root")
        self.kept = []
        self.buf = []

    def open(self, tag):
        new = self.node = Element(tag, self.node)
        return new

    def close(self):
        self.node = self.node.parent
        return 1

    def flush(self):
        out, self.buf = self.buf, []
        return out

    def build(self):
        self.node.children.append(self.open("a"))
        self.node.children.append(self.open("b"))
        self.node.size += self.close()
        self.node.by["x"] = self.close()
        self.node.by[self.open("c").tag] = 2
        self.node.by["n"] = 0
        self.node.by["n"] += self.close()
        self.buf.append(1)
        old = self.buf
        self.buf.append(self.flush())
        self.buf.extend([len(x) for x in [self.flush()]])
        self.node.children.insert(0, [self.open(t) for t in "de"][0])
        self.node.by.update(k=self.close())
        self.node.by.setdefault("z", []).append(self.close())
        del self.root.by[self.add("q")]
        self.root.children[0].size -= self.close()
        return old

    def add(self, k):
        self.root.by[k] = self.node.by[k] = 1
        return k


b = Builder()
old = b.build()
first = b.root.children
print(len(first), old, b.buf)
node = Element("free")
made = [node]


def renew(x):
    global node
    node = Element("new")
    made.append(node)
    return x


node.children.append(renew(1))
node.size += renew(2)
node.by["k"] = renew(3)
node.by[renew(4)] = 5
b.root.children.append(renew(b.open("last")))
print([m.size for m in made])
