"""Containers that a metaclass holds, changed through its classes."""


class Singleton(type):
    insts = {}

    def __call__(cls, *a, **k):
        if cls not in cls.insts:
            cls.insts[cls] = super().__call__(*a, **k)
        return cls.insts[cls]


class Config(metaclass=Singleton):
    def __init__(self):
        self.vals = {}


c1 = Config()
c2 = Config()
c1.vals["k"] = 1


class Plain:
    seen = {}
    names = []

    def __init__(self):
        self.seen[id] = 1
        self.names[:] = [1]
        type(self).seen["x"] = 1


Plain()
n = 1


class Meta(type):
    reg = {}
    log = []

    def __init__(cls, name, bases, ns):
        cls.reg[name] = cls
        cls.log.append(name)
        super().__init__(name, bases, ns)


class M1(metaclass=Meta):
    pass


class M2(M1):
    pass


n = 2
