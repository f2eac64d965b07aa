"""Generators over generators that a return leaves in the middle."""
def inner():
    yield 1
    yield 2
def outer():
    for c in inner():
        yield c
def find():
    for r in outer():
        return r
    return None
def visit():
    have = find()
    x = 1
    return have
visit()
end = 1
class N:
    def __init__(self, *kids): self.kids = kids
    def fields(self, exclude=None):
        for k in ("kids",):
            if exclude is None or k not in exclude:
                try:
                    yield k, getattr(self, k)
                except AttributeError:
                    pass
    def children(self, exclude=None):
        for _, item in self.fields(exclude):
            if isinstance(item, tuple):
                for n in item:
                    if isinstance(n, N):
                        yield n
            elif isinstance(item, N):
                yield item
    def find(self, t):
        for result in self.find_all(t):
            return result
        return None
    def find_all(self, t):
        for child in self.children():
            if isinstance(child, t):
                yield child
            yield from child.find_all(t)
class V:
    def visit(self, node):
        f = getattr(self, "visit_" + type(node).__name__)
        return f(node)
    def visit_N(self, node):
        have = node.find(N) is not None
        for block in node.find_all(N):
            x = block
        return have
def gen(src):
    v = V()
    v.visit(src)
    return 1
class Env:
    def compile(self, src):
        try:
            src = N(N(N()), N())
            y = gen(src)
        except ValueError:
            y = 0
        return y
Env().compile("x")
def top():
    e = Env()
    g = (e.compile(k) for k in "ab")
    return list(g)
top()
end = 2
