"""Class bodies: namespaces, mangling, super, __class__, nested classes, hooks of creation."""

registry = []


class Meta(type):
    def __prepare__(name, bases, **options):
        return {"prepared": name}

    def __new__(mcls, name, bases, namespace, **options):
        namespace["options"] = sorted(options)
        return super().__new__(mcls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **options):
        super().__init__(name, bases, namespace)
        registry.append(name)


class Base(metaclass=Meta, colour="red"):
    """A base."""

    shared = []
    x: int = 1
    y: str
    total = sum(i for i in range(4))
    squares = [i * i for i in range(x + 2)]
    for step in range(3):
        shared.append(step)
    if step:
        late = step
    del step

    def __init__(self, value):
        self.__hidden = value
        self.items = [value]

    def hidden(self):
        __local = self.__hidden
        return __local, __class__.__name__

    def __init_subclass__(cls, **options):
        super().__init_subclass__()
        registry.append((cls.__name__, sorted(options)))

    class Inner:
        where = __qualname__

        def method(self):
            return super().__repr__ is not None


class Child(Base, size=3):
    x = Base.x + 1

    def __init__(self, value, other):
        super().__init__(value)
        self.items += [other]

    def hidden(self):
        return super().hidden() + (self._Base__hidden,)


class Descriptor:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner):
        return self if instance is None else instance.__dict__.get(self.name, "unset")

    def __set__(self, instance, value):
        instance.__dict__[self.name] = value * 2


class Uses:
    __slots__ = ("a", "__dict__")
    field = Descriptor()

    @property
    def half(self):
        return self.field / 2

    @half.setter
    def half(self, value):
        self.field = value / 2

    @staticmethod
    def plain(x):
        return x

    @classmethod
    def make(cls, *args):
        made = cls()
        made.a = args
        return made


print(registry, Base.options, Base.prepared, Base.shared, Base.squares, Base.total, Base.late)
child = Child(1, 2)
print(child.items, child.hidden(), Child.x, Base.Inner.where, Base.Inner().method(), Base.__doc__)
print([key for key in vars(Base) if not key.startswith("__")])
uses = Uses.make(1, 2)
uses.field = 4
uses.half = 6
print(uses.a, uses.field, uses.half, Uses.plain(3), uses.__dict__)
print(type("Made", (Base,), {"z": 1})(5).items)
