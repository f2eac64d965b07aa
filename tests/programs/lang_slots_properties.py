"""__slots__, properties, __getattr__, __setattr__: stores and loads run their code once."""

calls = []


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = [1]

    @property
    def view(self):
        calls.append("get")
        return self.a

    @view.setter
    def view(self, value):
        calls.append("set")
        self.a = value


class Proxy:
    def __init__(self, target):
        object.__setattr__(self, "target", target)

    def __getattr__(self, name):
        calls.append("getattr " + name)
        return getattr(self.target, name)

    def __setattr__(self, name, value):
        calls.append("setattr " + name)
        setattr(self.target, name, value)

    def __getitem__(self, key):
        calls.append(f"getitem {key}")
        return self.target.a[key]

    def __setitem__(self, key, value):
        calls.append(f"setitem {key}")
        self.target.a[key] = value

    def __iadd__(self, other):
        calls.append("iadd")
        return self


s = Slotted()
s.view.append(2)
s.view = [3]
s.view += [4]
p = Proxy(s)
p.a.append(5)
p.b = "b"
p[0] = p[0] + 1
p[1] += 1
p += 1
print(s.a, s.b, p.view, calls)
