"""The `__class__` of methods that are seen before their class is made."""

class A:
    ns = locals()
    def f(self): return __class__
x = A.ns["f"]
y = A().f()
z = 1
def keep(f):
    kept.append(f)
    return f
kept = []
class B:
    @keep
    def g(self): return __class__
x = 1
y = 2

class A1:
    def f(self): return __class__
    ns = locals()
x = A1.ns["f"]
z = 1
class B1:
    ns = locals()
    def f(self): return __class__
    k = 1
x = B1.ns["f"]
z = 1

class Base:
    def __init__(self, a=1):
        super(Base, self).__init__()
        self.a = a

    def g(self):
        return super().__init__


class Derived(Base):
    def __init__(self):
        superinit = super(Derived, self).__init__
        superinit(a=3)
        other = Base.g
        h = self.g
        k = 1


d = Derived()
x = d.g
y = Base.__init__
z = 1
