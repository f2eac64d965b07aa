"""Class attributes that are changed through `self.__class__`."""


class Counted:
    total = 0
    made = []
    by = {}

    def __init__(self):
        self.__class__.total += 1
        self.__class__.made.append(self.total)
        self.__class__.by["last"] = self
        self.parent = None

    def below(self):
        child = self.__class__()
        child.parent = self
        child.parent.__class__.total = child.parent.__class__.total * 10
        child.parent.__class__.seen, self.own = [self.total], 1
        del self.__class__.by["last"]
        return child


class Proxy:
    def __init__(self, target):
        self.target = target

    @property
    def __class__(self):
        return self.target.__class__


class More(Counted):
    total = 100


one = Counted()
two = one.below()
three = More()
four = three.below()
proxy = Proxy(two)
proxy.__class__.total = 7
proxy.__class__.made.append("proxy")
print(Counted.total, More.total, Counted.made, proxy.__class__ is Counted)
