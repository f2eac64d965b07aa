"""Class bodies: variables named as those around them, and those that no statement binds."""


def around():
    x = "outer"

    def get():
        return x

    class Local:
        before = 1
        x = x + "?" if before > 1 else "own"
        after = x

        def method(self):
            return x

        del x
        last = 1

    return get(), Local().method()


x = "global"
print(around())


def looping():
    y = "two"

    class Outer:
        y = 2
        y += 1
        for y in range(3):
            z = y

        class Inner:
            y = "inner"
            w = y

            def method(self):
                return y

        with open(__file__) as y:
            pass

    return y, Outer.Inner().method(), Outer.y.closed


print(looping())


class Namespaced:
    a = 1
    locals()["set"] = 4
    vars()["q"] = 5
    b = 2
    exec("e = 7\nif e == 7: k = [e]")
    c = 3
    locals().update(u=1, a=9)
    d = a
    ns = locals()
    ns["late"] = 4
    f = late  # noqa: F821
    del ns["late"]
    g = 1

    def install(space):
        space["inst"] = 1

    install(locals())
    h = 1
    del install


print(sorted(name for name in vars(Namespaced) if name[0] != "_"))


class Numbering(dict):
    def __missing__(self, key):
        if key.startswith("next_"):
            return self.setdefault(key, len(self))
        raise KeyError(key)


class Numbered(type):
    @classmethod
    def __prepare__(metacls, name, bases):
        return Numbering()


class Made(metaclass=Numbered):
    one = next_one  # noqa: F821
    two = [next_two]  # noqa: F821


print(Made.one, Made.two)
